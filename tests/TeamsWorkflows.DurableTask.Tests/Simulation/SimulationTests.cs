using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using TeamsWorkflows.DurableTask.Storage;
using Xunit.Sdk;

namespace TeamsWorkflows.DurableTask.Tests.Simulation;

/// <summary>One task hub on one thread, in the order a seed dictates, beside a model of what it must be.</summary>
/// <remarks>
/// The same seed gives the same run, so a failure is a unit test: it names its seed, and
/// <c>dotnet test tests/TeamsWorkflows.DurableTask.Tests --filter SimulationTests -e SIMULATION_SEED=123</c> runs that one
/// alone. At night: <c>-e SIMULATION_SEEDS=10000</c>, and <c>-e SIMULATION_FIRST_SEED=500000</c> to go where nobody was.
/// </remarks>
public sealed class SimulationTests
{
    private const int Seeds = 400;

    // A green run that never reached a branch proves nothing about it.
    private static readonly string[] Demanded =
    [
        "activity started", "activity finished", "activity ran again", "activity finished when nobody waited for it",
        "began at once", "began late: Running", "began late: Completed", "began late: Failed", "began late: Terminated",
        "child started", "child completed", "child asked again", "child rewound", "refusal told to the sender", "message refused",
        "child failed: Graph.Forbidden", "child failed: Graph.Throttled", "child failed: Program.GaveUp", "child failed: VersionMismatch",
        "child failed: OrchestrationAlreadyExists", "child failed: OrchestrationTerminated", "child failed: ContinueAsNewLoop",
        "commit failed: NothingWritten", "commit failed: AnswerLost", "crash at rest", "crash in a turn",
        "crash before the commit", "crash after the commit", "one turn in one commit", "several turns in one commit",
        "continued as new", "several generations in one turn", "event carried over", "custom status outlives a generation",
        "ended Failed: Graph.Forbidden", "ended Failed: Graph.Throttled", "ended Failed: HistoryTooLong", "ended Failed: ContinueAsNewLoop",
        "ended Failed: OrchestrationAlreadyExists", "ended Failed: Program.GaveUp", "ended Failed: VersionMismatch",
        "now Completed", "now Running", "now Suspended", "now Terminated", "event kept while suspended",
        "ended while suspended: Completed", "ended while suspended: Failed", "ended while suspended: Terminated",
        "waits for its start, Pending", "waits for its start, Suspended",
        "failure undone", "failure that was dealt with stays", "rewound again",
        "evicted", "page of timers read", "timers fired from memory", "timer fired", "two timers in one turn", "timer of more than a year",
        "clock went back", "no room for a call", "no room for a start", "came again", "gave up waiting for room",
        "told of the start", "told of the end", "termination sent to a child", "recursive termination of a child",
        "purged", "replaced when Pending", "replaced when Running", "replaced when Suspended", "replaced when Completed",
        "replaced when Failed", "replaced when Terminated",
        "start: Accepted", "start: AlreadyExists", "restart: Accepted", "restart: AlreadyExists", "restart as new: Accepted",
        "raise: Accepted", "raise: NotAllowed", "raise: NotFound", "suspend: Accepted", "suspend: NotAllowed", "suspend: NotFound",
        "resume: Accepted", "resume: NotAllowed", "resume: NotFound", "terminate: Accepted", "terminate: NotAllowed", "terminate: NotFound",
        "rewind: Accepted", "rewind: NotAllowed", "rewind: NotFound", "purge: Accepted", "purge: NotAllowed", "purge: NotFound",
    ];

    [Fact]
    public async Task Whatever_happens_the_hub_does_what_the_model_says()
    {
        var single = Setting("SIMULATION_SEED");
        var first = single ?? Setting("SIMULATION_FIRST_SEED") ?? 1;
        var count = single is null ? Setting("SIMULATION_SEEDS") ?? Seeds : 1;
        var seen = new ConcurrentDictionary<string, int>(StringComparer.Ordinal);
        var failures = new ConcurrentQueue<(int Seed, string Message)>();

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
            var list = string.Concat(failures.OrderBy(static f => f.Seed).Take(20).Select(static f => $"{f.Seed,8} {FirstLine(f.Message)}\n"));
            throw new XunitException($"{failures.Count} of {count} seeds failed:\n{list}Seed {worst.Seed}: {worst.Message}");
        }

        if (count >= Seeds)
        {
            Assert.Empty(Demanded.Except(seen.Keys, StringComparer.Ordinal));
        }
    }

    [Theory]
    [InlineData(705919)] // a timer for the end of the calendar was never fired
    public void What_once_failed_goes_well(int seed) => Assert.Null(Run(seed, []));

    [Fact]
    public void The_same_seed_is_the_same_run()
    {
        using var once = new SimulatedHub(1, new InMemoryPartitionStore());
        using var again = new SimulatedHub(1, new InMemoryPartitionStore());
        once.Run();
        again.Run();
        Same.Lists("trace", once.Trace, again.Trace);
    }

    // A run blocks until those who wait are told, which the thread pool does: it must not be the pool's threads that block.
    private static Task OnAThread(Action run)
        => Task.Factory.StartNew(run, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    [SuppressMessage("Design", "CA1031", Justification = "Whatever goes wrong in a run belongs to its seed.")]
    private static string? Run(int seed, ConcurrentDictionary<string, int> seen)
    {
        using var hub = new SimulatedHub(seed, new InMemoryPartitionStore());
        try
        {
            hub.Run();
            foreach (var name in hub.Seen.Names)
            {
                seen.AddOrUpdate(name, 1, static (_, n) => n + 1);
            }

            return null;
        }
        catch (Exception e)
        {
            return $"{e}\nThe last that was seen:\n{string.Join('\n', hub.Trace.TakeLast(30))}\nBefore:\n{string.Join('\n', hub.LastHistory)}";
        }
    }

    private static string FirstLine(string message)
        => message[..Math.Min(200, message.Length)].ReplaceLineEndings(" ");

    private static int? Setting(string name)
        => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? int.Parse(value, CultureInfo.InvariantCulture) : null;
}
