using TeamsWorkflows.DurableTask.Core;
using TeamsWorkflows.DurableTask.Storage;

namespace TeamsWorkflows.DurableTask.Worker;

/// <content>The command of a turn where code runs elsewhere.</content>
internal sealed partial class TurnCommit
{
    /// <summary>Writes what arrived, and what an answer decided. Nothing to write is no command.</summary>
    public void WriteRemote(Turn turn, RemoteExecution execution, RemoteChange change, DateTimeOffset now)
    {
        var (instance, state, end) = (turn.Instance, turn.Instance.State!, change.End);
        now = NotBeforeItsCreation(instance, now);
        var started = state.Started!;
        var row = Row(instance, started, now) with
        {
            Status = end?.Status ?? (state.IsSuspended ? OrchestrationRuntimeStatus.Suspended
                : execution.HasBegun ? OrchestrationRuntimeStatus.Running : OrchestrationRuntimeStatus.Pending),
            IsActive = end is null && (state.OpenActivityCount > 0 || execution.Asked is not null),
            TimerAt = end is null ? execution.StartsAt(now) ?? state.NextTimer : null,
            CustomStatus = change.CustomStatus,
            CompletedAt = end is null ? null : now,
            Waiting = Waiting(turn, execution, change),
        };
        var isUnchanged = instance.Row is { } old && row == old with { UpdatedAt = now };
        turn.NextRow = isUnchanged ? instance.Row : row;
        (turn.Started, turn.End) = (started, end);
        turn.Activities = end is not null ? [] : turn.IsInMemory && turn.ToRewind is null
            ? Items(instance.Id, started, change.Activities)
            : Items(instance.Id, started, state.OpenActivities);

        var consumed = Consumed(turn);
        if (!isUnchanged || change.History.Count > 0 || consumed.Count > 0 || turn.Refusals.Count > 0 || turn.Gone is not null)
        {
            turn.Write(new CommitTurn(
                row.Key,
                change.ReplacesHistory ? 0 : instance.TurnCount,
                change.History.Count == 0 ? null : HistoryCodec.Encode(change.History),
                change.ReplacesHistory && instance.Row is not null,
                IsNew: instance.Row is null,
                isUnchanged ? null : row,
                Send(turn, [.. turn.Refusals, .. change.Messages]),
                consumed,
                turn.Gone));
            instance.TurnCount = (change.ReplacesHistory ? 0 : instance.TurnCount) + (change.History.Count == 0 ? 0 : 1);
        }

        if (end is not null)
        {
            instance.Close();
        }
    }

    // An answer takes from the front; everything else only comes behind what is encoded already.
    private static byte[]? Waiting(Turn turn, RemoteExecution execution, RemoteChange change)
        => execution.Pending.Count == 0 ? null
            : change.History.Count > 0 || change.ReplacesHistory || turn.Instance.Row?.Waiting is not { } encoded
                ? HistoryCodec.Encode(execution.Pending)
                : HistoryCodec.Append(encoded, turn.Events);
}
