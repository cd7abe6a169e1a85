using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using TeamsWorkflows.DurableTask.Core;
using TeamsWorkflows.DurableTask.CrashChild;
using TeamsWorkflows.DurableTask.Storage;

namespace TeamsWorkflows.DurableTask.Tests.Crashes;

/// <summary>Holds what is on disk, once everything has ended, against what the processes said before they were killed.</summary>
internal sealed class CrashVerdict
{
    private static readonly OrchestrationExecutor Executor = new(CrashWorkflows.Registry(null), NullLoggerFactory.Instance);

    private readonly IReadOnlyList<JournalEntry> _journal;
    private readonly ILookup<string, JournalEntry> _bySubject;
    private readonly IPartitionStore _store;
    private readonly IReadOnlyList<Scenario> _scenarios;
    private readonly IReadOnlyList<Execution> _executions;

    public CrashVerdict(IReadOnlyList<JournalEntry> journal, IPartitionStore store)
    {
        (_journal, _store) = (journal, store);
        _bySubject = journal.ToLookup(static e => e.Subject, StringComparer.Ordinal);
        _scenarios = [.. Of(Verbs.AsksStart).Select(static e => Scenario.Of(e.Subject)).Distinct()];
        _executions = [.. Of(Verbs.Begins).Select(Execution.Of)];
    }

    private int RanAgain => _executions.Count - _executions.DistinctBy(static e => (e.Subject, e.Key)).Count();

    /// <returns>What there was to judge.</returns>
    public string Figures()
    {
        var starts = Of(Verbs.AsksStart).ToArray();
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{_scenarios.Count} scenarios, {Rows().Count} instances left of them; {starts.Length} starts asked for, {Of(Verbs.Started).Count()} answered; "
            + $"{Of(Verbs.AsksEvent).Count()} events, {Of(Verbs.Raised).Count()} answered; {Of(Verbs.Rewound).Count()} rewound; "
            + $"{Of(Verbs.Purged).Count()} purged; {_executions.Count} activities begun, {RanAgain} of them again");
    }

    /// <param name="mustRepeat">Whether kills must have interrupted something: those that did not show nothing.</param>
    public void Check(bool mustRepeat = true)
    {
        Assert.Empty(Of(Verbs.Broken));
        Assert.Empty(_scenarios.Select(static s => s.Id).Except(Of(Verbs.Closed).Select(static e => e.Subject)));
        Assert.False(mustRepeat && RanAgain == 0, "The kills interrupted nothing.");
        var rows = Rows();
        Assert.Equal(
            _scenarios.Where(static s => !s.IsPurged).SelectMany(static s => s.Others.Select(static o => o.Id).Append(s.Id)).Order(StringComparer.Ordinal),
            rows.Select(static r => r.Id).Order(StringComparer.Ordinal));
        foreach (var scenario in _scenarios.Where(static s => !s.IsPurged))
        {
            CheckEnd(scenario.Id, scenario.Output ?? $"\"{string.Join(',', EventsSeenBy(scenario.Id))}\"");
            foreach (var (id, expected) in scenario.Others)
            {
                CheckEnd(id, expected);
            }
        }

        foreach (var steps in _executions.GroupBy(static e => e.Subject, StringComparer.Ordinal))
        {
            CheckSteps(steps.Key, [.. steps]);
        }
    }

    private void CheckEnd(string id, string expected)
    {
        var stored = _store.Load(id)!;
        var end = OrchestrationMetadata.From(stored);
        Assert.Equal((id, OrchestrationRuntimeStatus.Completed, expected), (id, end.Status, end.Output));

        HistoryEvent[] history = [.. stored.History.SelectMany(HistoryCodec.Decode)];
        Assert.Single(history.OfType<ExecutionStartedEvent>());
        var last = Array.FindLastIndex(history, static e => e is OrchestratorStartedEvent);
        var again = Executor.Execute(new(id, history[..last], [.. history[last..].TakeWhile(static e => e is not ExecutionCompletedEvent)]));
        var decided = again.Actions.OfType<CompleteOrchestrationAction>().Single();
        Assert.Equal((id, end.Status, end.Output), (id, decided.Status, decided.Result));
    }

    /// <returns>The events that the instance says it saw, after a look at whether it could have.</returns>
    private IReadOnlyList<string> EventsSeenBy(string id)
    {
        var seen = OrchestrationMetadata.From(_store.Load(id)!).Output!.Trim('"').Split(',', StringSplitOptions.RemoveEmptyEntries);
        var asked = Events(id, Verbs.AsksEvent);
        var answered = Events(id, Verbs.Raised).Where(static e => !e.StartsWith("stop", StringComparison.Ordinal));
        Assert.Empty(seen.Except(asked));
        Assert.Equal(seen.Distinct(), seen);
        Assert.Equal(answered, seen.Where(answered.Contains)); // every one, once, in the order of the answers
        return seen;
    }

    private string[] Events(string id, string verb) => [.. _bySubject[id].Where(e => e.Verb == verb).Select(static e => e.Detail)];

    /// <summary>
    /// A step may run once more in each later process, as long as nothing shows that its result was durable: a later stage
    /// that had begun, or the end of its instance.
    /// </summary>
    private void CheckSteps(string id, Execution[] steps)
    {
        var ended = _bySubject[id].Where(static e => e.Verb is Verbs.Ended or Verbs.Closed).Select(static e => e.Position).DefaultIfEmpty(int.MaxValue).Min();
        var done = _bySubject[id].Where(static e => e.Verb == Verbs.Does).Select(static e => e.Detail).ToHashSet(StringComparer.Ordinal);
        foreach (var runs in steps.GroupBy(static s => s.Key, StringComparer.Ordinal))
        {
            Assert.Contains(runs.Key, done);
            Assert.Equal((id, runs.Key, runs.Count()), (id, runs.Key, runs.Select(static r => r.Run).Distinct().Count()));
            foreach (var again in runs.Skip(1))
            {
                Assert.False(again.Position > ended, $"{id} ran {again.Key} again after its end.");
                var later = steps.FirstOrDefault(s => s.Stage > again.Stage && s.Position < again.Position);
                Assert.True(later is null, $"{id} ran {again.Key} again in process {again.Run} though {later?.Key} had begun in process {later?.Run}.");
            }
        }
    }

    private List<InstanceRow> Rows()
    {
        List<InstanceRow> rows = [];
        var before = long.MaxValue;
        while (_store.Query(new([]), before, 1_000) is { Count: > 0 } page)
        {
            rows.AddRange(page);
            before = page[^1].Key;
        }

        return rows;
    }

    private IEnumerable<JournalEntry> Of(string verb) => _journal.Where(e => e.Verb == verb);

    private sealed record Execution(int Position, int Run, string Subject, string Key, int Stage)
    {
        public static Execution Of(JournalEntry e) => new(
            e.Position, e.Run, e.Subject, e.Detail, int.Parse(e.Detail.Split('.')[0], CultureInfo.InvariantCulture));
    }
}
