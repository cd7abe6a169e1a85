using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Xunit.Sdk;

namespace TeamsWorkflows.Grpc.Tests.Simulation;

/// <summary>Turns that workers elsewhere play, whatever becomes of the workers, the hub and the clients.</summary>
/// <remarks>
/// A failure names its seed: <c>dotnet test tests/TeamsWorkflows.Grpc.Tests --filter RemoteSimulation -e SIMULATION_SEED=123</c>
/// runs that one alone. At night: <c>-e SIMULATION_SEEDS=10000</c>.
/// </remarks>
[Trait("Requirement", "R17")]
public sealed class RemoteSimulationTests
{
    private const int Seeds = 150;

    // A green run that never reached a branch proves nothing about it.
    private static readonly string[] Demanded =
    [
        "asked", "answered", "answer to all", "answer to a part of what was asked", "abandoned", "asked for once more", "continued as new",
        "worker lost in mid-turn", "worker lost in mid-activity", "late answer of a lost worker refused", "stale answer refused",
        "left memory while a worker was asked", "played from memory", "played from disk",
        "withdrawn before a worker had it", "withdrawn when a worker had it",
        "crash with questions out", "crash after the commit", "commit failed", "activity finished",
        "no room for a start", "event refused: too many wait",
        "ExecutionStartedEvent: Accepted", "ExecutionStartedEvent: AlreadyExists", "EventRaisedEvent: Accepted", "ExecutionSuspendedEvent: Accepted",
        "ExecutionResumedEvent: Accepted", "ExecutionTerminatedEvent: Accepted", "ExecutionRewoundEvent: Accepted", "purge: Accepted",
        "ended Completed", "ended Terminated", "ended Failed: Graph.Throttled", "ended Failed: Program.GaveUp", "ended Failed: VersionMismatch",
        "ended Failed: TurnTimeLimitExceeded",
    ];

    [Fact]
    public async Task Whatever_becomes_of_the_workers_everything_ends_as_its_history_says()
    {
        var single = Setting("SIMULATION_SEED");
        var first = single ?? Setting("SIMULATION_FIRST_SEED") ?? 1;
        var count = single is null ? Setting("SIMULATION_SEEDS") ?? Seeds : 1;
        ConcurrentDictionary<string, int> seen = new(StringComparer.Ordinal);
        ConcurrentQueue<(int Seed, string Message)> failures = new();
        var next = first - 1;
        await Task.WhenAll(Enumerable.Range(0, Environment.ProcessorCount).Select(_ => OnAThread(() =>
        {
            for (var seed = Interlocked.Increment(ref next); seed < first + count; seed = Interlocked.Increment(ref next))
            {
                if (Run(seed, seen) is { } failure)
                {
                    failures.Enqueue((seed, failure));
                }
            }
        })));

        if (!failures.IsEmpty)
        {
            var worst = failures.MinBy(static f => f.Seed);
            throw new XunitException($"{failures.Count} of {count} seeds failed. Seed {worst.Seed}: {worst.Message}");
        }

        if (count >= Seeds)
        {
            Assert.Empty(Demanded.Except(seen.Keys, StringComparer.Ordinal));
        }
    }

    [Fact]
    public async Task The_same_seed_is_the_same_run()
        => await OnAThread(() =>
        {
            using RemoteSimulation once = new(1), again = new(1);
            once.Run();
            again.Run();
            Assert.Equal(once.Trace, again.Trace);
        });

    // A run blocks until the broker has answered, which the thread pool does: it must not be the pool's threads that block.
    private static Task OnAThread(Action run)
        => Task.Factory.StartNew(run, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    [SuppressMessage("Design", "CA1031", Justification = "Whatever goes wrong in a run belongs to its seed.")]
    private static string? Run(int seed, ConcurrentDictionary<string, int> seen)
    {
        using RemoteSimulation hub = new(seed);
        try
        {
            hub.Run();
            foreach (var name in hub.Seen)
            {
                seen.AddOrUpdate(name, 1, static (_, n) => n + 1);
            }

            return null;
        }
        catch (Exception e)
        {
            return $"{e}\nThe last that was seen:\n{string.Join('\n', hub.Trace.TakeLast(30))}";
        }
    }

    private static int? Setting(string name)
        => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? int.Parse(value, CultureInfo.InvariantCulture) : null;
}
