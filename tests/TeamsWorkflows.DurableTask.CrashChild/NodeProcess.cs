using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using TeamsWorkflows.DurableTask.Client;
using TeamsWorkflows.DurableTask.Postgres;
using TeamsWorkflows.DurableTask.Worker;

namespace TeamsWorkflows.DurableTask.CrashChild;

/// <summary>A node that the parent kills, stops, cuts off, or asks to leave (SIGTERM).</summary>
/// <remarks>
/// It takes orders on its standard input: <c>start PREFIX COUNT</c> starts so many instances, on whichever node they belong
/// to, each again until it is there; <c>ready</c> is answered with the reasons against it.
/// </remarks>
internal sealed class NodeProcess(NodeArguments arguments) : IDisposable
{
    private static readonly TimeSpan BetweenTries = TimeSpan.FromMilliseconds(100);

    private readonly Journal _journal = new(arguments.JournalFile, 1);

    public static async Task<int> RunAsync(NodeArguments arguments)
    {
        using var node = new NodeProcess(arguments);
        return await node.RunAsync();
    }

    public void Dispose() => _journal.Dispose();

    private async Task<int> RunAsync()
    {
        TaskCompletionSource leaving = new(TaskCreationOptions.RunContinuationsAsynchronously);
        using var onTerm = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context =>
        {
            context.Cancel = true;
            leaving.TrySetResult();
        });
        PostgresHubOptions options = new()
        {
            ConnectionString = arguments.ConnectionString,
            Schema = arguments.Schema,
            NodeName = arguments.Name,
            LeaseDuration = arguments.Lease,
        };
        var hub = PostgresTaskHub.Open(
            options, new(Registry(), NullLoggerFactory.Instance, TimeProvider.System, Guid.CreateVersion7, new TaskHubOptions()));
        hub.Start();
        Console.WriteLine("runs");
        var fault = hub.Worker.Fault;
        var ended = await Task.WhenAny(leaving.Task, fault, Task.Run(() => ObeyAsync(hub))); // reading the console blocks
        if (ended == fault)
        {
            await Console.Error.WriteLineAsync((await fault).ToString());
            return 70;
        }

        await hub.DisposeAsync();
        return 0;
    }

    private async Task ObeyAsync(PostgresTaskHub hub)
    {
        while (await Console.In.ReadLineAsync() is { } line)
        {
            switch (line.Split(' '))
            {
                case ["start", var prefix, var count]:
                    _ = StartAllAsync(hub.Client, prefix, int.Parse(count, CultureInfo.InvariantCulture));
                    break;
                case ["ready"]:
                    Console.WriteLine($"ready: {string.Join("; ", hub.NotReady()).ReplaceLineEndings(" ")}");
                    break;
                default:
                    Console.WriteLine($"what is {line}?");
                    break;
            }
        }
    }

    private async Task StartAllAsync(DurableTaskClient client, string prefix, int count)
    {
        await Parallel.ForEachAsync(Enumerable.Range(0, count), new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (i, _) =>
        {
            var id = string.Create(CultureInfo.InvariantCulture, $"{prefix}{i}");
            while (!await TryStartAsync(client, id))
            {
                await Task.Delay(BetweenTries, CancellationToken.None);
            }
        });
        Console.WriteLine($"started {prefix}");
    }

    private async Task<bool> TryStartAsync(DurableTaskClient client, string id)
    {
        try
        {
            await client.ScheduleNewOrchestrationInstanceAsync("Order", id, new(id));
            return true;
        }
        catch (OrchestrationAlreadyExistsException)
        {
            return true; // a try before, of which nobody knew what had become
        }
        catch (Exception e) when (e is IOException or TaskHubBusyException)
        {
            _journal.Write(Verbs.Broken, id, Now());
            return false;
        }
    }

    private DurableTaskRegistry Registry() => new DurableTaskRegistry(JsonSerializerOptions.Web)
        .AddOrchestrator("Order", static () => new Order())
        .AddOrchestrator("Part", static () => new Part())
        .AddActivity("Step", () => new Step(_journal));

    private static string Now() => DateTimeOffset.UtcNow.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture);

    /// <summary>Steps, a timer, and children that live anywhere.</summary>
    private sealed class Order : TaskOrchestrator<string, int>
    {
        public override async Task<int> RunAsync(TaskOrchestrationContext context, string input)
        {
            var done = 0;
            for (var i = 0; i < 6; i++)
            {
                done += await context.CallActivityAsync<int>("Step", $"{input}/{i}");
            }

            await context.CreateTimer(TimeSpan.FromMilliseconds(100));
            var parts = await Task.WhenAll(Enumerable.Range(0, 2).Select(i => context.CallSubOrchestratorAsync<int>("Part", $"{input}/part{i}")));
            return done + parts.Sum();
        }
    }

    private sealed class Part : TaskOrchestrator<string, int>
    {
        public override Task<int> RunAsync(TaskOrchestrationContext context, string input)
            => context.CallActivityAsync<int>("Step", input);
    }

    private sealed class Step(Journal journal) : TaskActivity<string, int>
    {
        public override async Task<int> RunAsync(TaskActivityContext context, string input)
        {
            journal.Write(Verbs.Begins, input, Now());
            await Task.Delay(20, context.CancellationToken);
            journal.Write(Verbs.Does, input, Now());
            return 1;
        }
    }
}
