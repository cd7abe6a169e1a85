using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Engines;
using Microsoft.Extensions.Logging.Abstractions;
using TeamsWorkflows.DurableTask;
using TeamsWorkflows.DurableTask.Core;
using TeamsWorkflows.DurableTask.Storage;
using TeamsWorkflows.DurableTask.Worker;

namespace TeamsWorkflows.Benchmarks;

/// <summary>
/// What a step of an instance in memory costs, from its activity's result to the next activity, by the length of its
/// history. With a live replay the four figures are to be the same.
/// </summary>
[MemoryDiagnoser]
[SuppressMessage("Design", "CA1001", Justification = "There is nothing to dispose of in a store that keeps nothing.")]
[SimpleJob(RunStrategy.Throughput, iterationCount: 200, invocationCount: 1)]
public class LiveTurnBenchmarks
{
    private const int StepsPerInvoke = 32;

    private NoStore _store = new();
    private PartitionRuntime? _runtime;
    private ActivityWorkItem? _open;

    [Params(1, 10, 100, 1_000)]
    public int StepsDone { get; set; }

    [IterationSetup]
    public void Begin()
    {
        var registry = new DurableTaskRegistry(JsonSerializerOptions.Web).AddOrchestrator("Steps", static () => new EndlessSteps());
        _store = new NoStore();
        _runtime = new PartitionRuntime(
            _store, registry, NullLoggerFactory.Instance, TimeProvider.System, Guid.CreateVersion7, new TaskHubOptions());
        _runtime.TryDeliver(
            "i", new ExecutionStartedEvent("Steps", "0", "e") { Timestamp = DateTimeOffset.UtcNow }, isSurelyNew: true, [], hasPlace: false, out _);
        RunTurn();
        for (var i = 0; i < StepsDone; i++)
        {
            Step();
        }
    }

    [Benchmark(OperationsPerInvoke = StepsPerInvoke)]
    public void Step32()
    {
        for (var i = 0; i < StepsPerInvoke; i++)
        {
            Step();
        }
    }

    private void Step()
    {
        _runtime!.Complete(_open!, new TaskCompletedEvent(_open!.Scheduled.EventId, "1") { Timestamp = DateTimeOffset.UtcNow });
        RunTurn();
    }

    private void RunTurn()
    {
        var turn = _runtime!.TakeTurn()!;
        _runtime.Execute(turn);
        _store.Commit([turn.Command]);
        _runtime.Committed([turn]);
        _open = _runtime.TakeActivity();
    }

    private sealed class EndlessSteps : TaskOrchestrator<int, int>
    {
        public override async Task<int> RunAsync(TaskOrchestrationContext context, int input)
        {
            while (true)
            {
                input = await context.CallActivityAsync<int>("step", input);
            }
        }
    }

    /// <summary>Keeps nothing: the database is not what is measured here.</summary>
    private sealed class NoStore : IPartitionStore
    {
        public RecoveredPartition Recover(int maxTimers) => new(0, 0, [], [], []);

        public void Commit(IReadOnlyList<StoreCommand> batch)
        {
        }

        public IReadOnlyList<DueTimer> LoadTimers(DateTimeOffset from, int max) => [];

        public StoredInstance? Load(string instanceId) => null;

        public StoredInstance? Load(string instanceId, int fromTurn, int maxTurns) => null;

        public StoredInstance? LoadEnds(string instanceId) => null;

        public IReadOnlyList<InstanceRow> Query(OrchestrationQuery query, long beforeKey, int max) => [];

        public IReadOnlyList<string> ListFinished(DateTimeOffset before, int max) => [];

        public void Dispose()
        {
        }
    }
}
