using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using TeamsWorkflows.DurableTask.Core;
using TeamsWorkflows.DurableTask.Grpc.Sidecar;
using Xunit.Abstractions;

namespace TeamsWorkflows.Grpc.Tests;

/// <summary>What a hub holds in memory while no worker is there.</summary>
[Collection(nameof(Alone))]
public sealed class WaitingWorkTests(ITestOutputHelper output)
{
    private const int Count = 4_000;
    private const int InputBytes = 20_000;
    private const int MostBytesEach = 2_000;

    [Fact]
    public async Task A_turn_that_waits_for_a_worker_costs_little_memory_however_much_it_reads()
    {
        var folder = Directory.CreateTempSubdirectory("hubs-").FullName;
        SidecarOptions options = new() { CreateHubs = true };
        options.TaskHub.MaxIdleInstances = 10;
        await using (SidecarHubs hubs = new(folder, options, NullLoggerFactory.Instance, TimeProvider.System, Guid.NewGuid))
        {
            Directory.CreateDirectory(folder);
            var hub = await hubs.GetAsync("one");
            await StartAsync(hub, 0, 100); // whatever is made once
            var (waiting, each) = (100, -1L);
            for (var round = 0; round < 3 && each < 0; round++) // what earlier tests have left may go meanwhile, and be counted for less
            {
                each = await CostAsync(hub, waiting);
                output.WriteLine($"{each} bytes each");
                waiting += Count;
            }

            Assert.Equal(waiting, hub.Broker.Figures.Waiting);
            Assert.InRange(each, 0, MostBytesEach);
        }

        Directory.Delete(folder, recursive: true);
    }

    private static async Task<long> CostAsync(SidecarHub hub, int from)
    {
        var before = GC.GetTotalMemory(forceFullCollection: true);
        await StartAsync(hub, from, Count);
        await hub.Worker.Runtime.WhenQuietAsync();

        // Callers are told while the last commit's turns are still being asked for: what is left when that is over counts.
        var patience = Stopwatch.StartNew();
        while (true)
        {
            await Task.Delay(20);
            var each = (GC.GetTotalMemory(forceFullCollection: true) - before) / Count;
            if (each <= MostBytesEach || patience.Elapsed >= TimeSpan.FromSeconds(10))
            {
                return each;
            }
        }
    }

    private static Task StartAsync(SidecarHub hub, int from, int count) => Task.WhenAll(Enumerable.Range(from, count).Select(i => hub.Worker.DeliverAsync(
        $"instance-{i}", new ExecutionStartedEvent("Any", new string('x', InputBytes), $"execution-{i}") { Timestamp = DateTimeOffset.UtcNow })));
}

/// <summary>Tests that measure the process: no other test runs beside them.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;
