using TeamsWorkflows.DurableTask.Core;

namespace TeamsWorkflows.DurableTask.Testing;

/// <summary>One history against one code: every turn, then the last one as after a restart.</summary>
internal sealed class HistoryReplay(OrchestratorCode code, ReplayOptions options, string instanceId, IReadOnlyList<RecordedTurn> turns)
{
    private readonly List<ReplayDifference> _differences = [];
    private readonly string? _endedByEngine = EngineEnd(turns);

    public ReplayResult Run() => ReplayTurns() ?? ReplayCold() ?? new ReplayResult.Matches(turns.Count, _differences) { EndedByEngine = _endedByEngine };

    // The engine keeps the coroutine of a busy instance and gives it each turn's events; so does this.
    private ReplayResult? ReplayTurns()
    {
        var replay = new OrchestrationReplay(code, instanceId);
        var lastRewind = turns.Select(static (turn, i) => turn.IsRewinding ? i : -1).Max();
        List<OrchestratorAction> pending = []; // of turns that were rewound: they come again, and so may more decisions
        for (var i = 0; i < turns.Count; i++)
        {
            var isUndone = i < lastRewind;
            pending.AddRange(replay.Run(turns[i].Read).Actions.Where(a => !(isUndone && a is CompleteOrchestrationAction)));
            HistoryEvent[] recorded = [.. turns[i].Decided.Where(e => !(isUndone && e is ExecutionCompletedEvent))];
            var comparison = new TurnComparison(recorded, pending);
            if (!IsByEngine(i) && comparison.Mismatch(mayDecideMore: isUndone) is { } found)
            {
                return Mismatch(i, found);
            }

            if (NoteDifferences(i, comparison) is { } differs)
            {
                return differs;
            }

            pending.RemoveRange(0, Math.Min(pending.Count, recorded.Length));
        }

        return null;
    }

    private ReplayResult? ReplayCold()
    {
        var last = turns.Count - 1;
        if (IsByEngine(last))
        {
            return null;
        }

        var replay = new OrchestrationReplay(code, instanceId);
        replay.Rebuild(turns.Take(last).SelectMany(static turn => turn.Read.Concat(turn.Decided)), isRewinding: turns[last].IsRewinding);
        var decided = replay.Run(turns[last].Read).Actions;
        return new TurnComparison(turns[last].Decided, decided).Mismatch(mayDecideMore: false) is not { } found ? null : Mismatch(last, found with
        {
            Message = $"{found.Message} The first run of the same code matched: it depends on something outside its history (static state, IsReplaying).",
        });
    }

    private bool IsByEngine(int turn) => _endedByEngine is not null && turn == turns.Count - 1;

    private ReplayResult.Mismatch Mismatch(int turn, TurnMismatch found) => new(
        turn + 1,
        turns.Count,
        found.Recorded,
        found.Decided,
        new TaskFailureDetails(EngineErrors.NonDeterministicOrchestration, found.Message, IsNonRetriable: true));

    private ReplayResult.Mismatch? NoteDifferences(int turn, TurnComparison comparison)
    {
        foreach (var (recorded, decided, what) in comparison.Differences())
        {
            var difference = new ReplayDifference(turn + 1, recorded, decided, what);
            if (options.DifferencesAreMismatches)
            {
                return Mismatch(turn, new(recorded, decided, $"{Disagreement.Describe(recorded)} at #{recorded.EventId} differs in {what}"));
            }

            _differences.Add(difference);
        }

        return null;
    }

    // An end that no code decided. The same failure may have come to the orchestrator from an activity or a child, and then
    // it is the code's own.
    private static string? EngineEnd(IReadOnlyList<RecordedTurn> turns)
        => turns[^1].Decided is [.., ExecutionCompletedEvent { Failure: { } failure }]
            && EngineErrors.EndsExecution(failure.ErrorType)
            && !turns.SelectMany(static turn => turn.Read).Any(e => FailureOf(e) is { } cause && IsSame(cause, failure))
                ? failure.ErrorType
                : null;

    private static TaskFailureDetails? FailureOf(HistoryEvent e) => e switch
    {
        TaskFailedEvent x => x.Failure,
        SubOrchestrationInstanceFailedEvent x => x.Failure,
        _ => null,
    };

    private static bool IsSame(TaskFailureDetails a, TaskFailureDetails b) => (a.ErrorType, a.ErrorMessage) == (b.ErrorType, b.ErrorMessage);
}
