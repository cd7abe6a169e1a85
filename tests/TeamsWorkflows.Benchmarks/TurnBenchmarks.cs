using System.Text.Json;
using BenchmarkDotNet.Attributes;
using Microsoft.Extensions.Logging.Abstractions;
using TeamsWorkflows.DurableTask;
using TeamsWorkflows.DurableTask.Core;

namespace TeamsWorkflows.Benchmarks;

/// <summary>What a turn costs that has to rebuild its replay, by the length of the history, and what its bytes cost.</summary>
[MemoryDiagnoser]
public class TurnBenchmarks
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    private readonly OrchestrationExecutor _executor = new(
        new DurableTaskRegistry(JsonSerializerOptions.Web).AddOrchestrator("Steps", static () => new Steps()), NullLoggerFactory.Instance);

    private HistoryEvent[] _past = [];
    private HistoryEvent[] _fresh = [];
    private byte[] _chunk = [];

    [Params(1, 10, 100, 1000)]
    public int StepsDone { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        List<HistoryEvent> past =
        [
            new OrchestratorStartedEvent { Timestamp = Noon },
            new ExecutionStartedEvent("Steps", "1000000", "e1") { Timestamp = Noon },
        ];
        for (var i = 0; i < StepsDone; i++)
        {
            past.Add(new TaskScheduledEvent("step", $"{i}") { EventId = i, Timestamp = Noon });
            past.Add(new OrchestratorStartedEvent { Timestamp = Noon });
            past.Add(new TaskCompletedEvent(i, $"{i}") { Timestamp = Noon });
        }

        past.Add(new TaskScheduledEvent("step", $"{StepsDone}") { EventId = StepsDone, Timestamp = Noon });
        _past = [.. past];
        _fresh = [new OrchestratorStartedEvent { Timestamp = Noon }, new TaskCompletedEvent(StepsDone, "0") { Timestamp = Noon }];
        _chunk = HistoryCodec.Encode(_past);
    }

    [Benchmark]
    public int RebuildAndRunOneTurn() => _executor.Execute(new OrchestratorRequest("i", _past, _fresh)).Actions.Count;

    [Benchmark]
    public byte[] Encode() => HistoryCodec.Encode(_past);

    [Benchmark]
    public int Decode() => HistoryCodec.Decode(_chunk).Count();

    private sealed class Steps : TaskOrchestrator<int, int>
    {
        public override async Task<int> RunAsync(TaskOrchestrationContext context, int input)
        {
            for (var i = 0; i < input; i++)
            {
                await context.CallActivityAsync<int>("step", i);
            }

            return input;
        }
    }
}
