using TeamsWorkflows.DurableTask.Core;
using TeamsWorkflows.DurableTask.Storage;

namespace TeamsWorkflows.DurableTask.Worker;

/// <summary>Makes the one command of a turn, and what its commit will release.</summary>
internal sealed partial class TurnCommit(Sequences sequences, Tenures? tenures = null)
{
    /// <summary>Writes a turn that was played.</summary>
    public void Write(Turn turn, PlayedTurn played, DateTimeOffset now)
    {
        var (instance, state, end) = (turn.Instance, played.State, played.Decision.End);
        now = NotBeforeItsCreation(instance, now);
        var started = state.Started!;
        var row = Row(instance, started, now) with
        {
            Status = end?.Status ?? (state.IsSuspended ? OrchestrationRuntimeStatus.Suspended : OrchestrationRuntimeStatus.Running),
            IsActive = end is null && state.OpenActivityCount > 0,
            TimerAt = end is null ? state.NextTimer : null,
            CustomStatus = played.Decision.CustomStatus,
            CompletedAt = end is null ? null : now,
        };
        var isUnchanged = instance.Row is { } old && row == old with { UpdatedAt = now };
        turn.NextRow = isUnchanged ? instance.Row : row;
        (turn.Started, turn.End) = (started, end);
        turn.Activities = end is not null ? [] : turn.IsInMemory && turn.ToRewind is null
            ? Items(instance.Id, started, played.Decision.Activities)
            : Items(instance.Id, started, state.OpenActivities);

        turn.Write(new CommitTurn(
            row.Key,
            played.ReplacesHistory ? 0 : instance.TurnCount,
            HistoryCodec.Encode([.. played.Before, .. played.Events, .. played.Decision.Decided]),
            played.ReplacesHistory && instance.Row is not null,
            IsNew: instance.Row is null,
            isUnchanged ? null : row,
            Send(turn, turn.Refusals.Count == 0 ? played.Decision.Messages : [.. turn.Refusals, .. played.Decision.Messages]),
            Consumed(turn),
            turn.Gone));

        instance.TurnCount = played.ReplacesHistory ? 1 : instance.TurnCount + 1;
        instance.Close();
        if (end is null)
        {
            (instance.State, instance.Replay) = (state, played.Replay);
        }
    }

    /// <summary>Writes that the instance goes on waiting for its start, with what arrived meanwhile.</summary>
    public void WriteWaiting(Turn turn, IReadOnlyList<HistoryEvent> waiting, bool isSuspended, DateTimeOffset now)
    {
        var instance = turn.Instance;
        now = NotBeforeItsCreation(instance, now);
        var start = (ExecutionStartedEvent)waiting[0];
        var row = Row(instance, start, now) with
        {
            Status = isSuspended ? OrchestrationRuntimeStatus.Suspended : OrchestrationRuntimeStatus.Pending,
            TimerAt = isSuspended ? null : start.ScheduledStartAt,
            Waiting = HistoryCodec.Encode(waiting),
        };
        (turn.NextRow, turn.Started) = (row, start);
        turn.Write(new CommitTurn(
            row.Key, 0, History: null, ReplacesHistory: false, instance.Row is null, row, Send(turn, turn.Refusals), Consumed(turn), turn.Gone));
        instance.Waiting = waiting;
    }

    /// <summary>Writes a turn that played nothing: messages that nobody takes, a purge. Nothing to write is no command.</summary>
    public void WriteRest(Turn turn)
    {
        var consumed = Consumed(turn);
        if (consumed.Count > 0 || turn.Gone is not null)
        {
            turn.Write(new RefuseMessages(consumed, Send(turn, turn.Refusals), turn.Gone));
        }

        if (!turn.IsInMemory && turn.Instance.State is { } state)
        {
            turn.Activities = Items(turn.InstanceId, state.Started!, state.OpenActivities); // what a crash interrupted
        }
    }

    // The wall clock may have been put back meanwhile: nothing changes or ends before it was created.
    private static DateTimeOffset NotBeforeItsCreation(Instance instance, DateTimeOffset now)
        => instance.Row is { CreatedAt: var created } && created > now ? created : now;

    private InstanceRow Row(Instance instance, ExecutionStartedEvent started, DateTimeOffset now) => new(
        instance.Row?.Key ?? sequences.NextKey(instance.Tenure),
        instance.Id,
        started.Name,
        OrchestrationRuntimeStatus.Running,
        IsActive: false,
        TimerAt: null,
        CustomStatus: null,
        instance.Row?.CreatedAt ?? now,
        now)
    {
        Version = started.Version,
        ParentId = started.Parent?.InstanceId,
        Tags = started.Tags,
    };

    private static ActivityWorkItem[] Items(string instanceId, ExecutionStartedEvent started, IEnumerable<TaskScheduledEvent> activities)
    {
        var trace = Tracing.ContextOf(started);
        return activities.Select(a => new ActivityWorkItem(instanceId, started.ExecutionId, a, a.ParentTraceContext ?? trace)).ToArray();
    }

    private IReadOnlyList<StoredMessage> Send(Turn turn, IReadOnlyList<OutboundMessage> outbound)
    {
        if (outbound.Count == 0)
        {
            return [];
        }

        List<StoredMessage> messages = new(outbound.Count);
        List<Delivery> deliveries = new(outbound.Count);
        foreach (var message in outbound)
        {
            var stored = new StoredMessage(
                sequences.NextMessage(turn.Instance.Tenure),
                message.InstanceId,
                message.ExecutionId,
                message.ParentExecutionId,
                HistoryCodec.Encode([message.Event]))
            {
                Receiver = tenures?.Of(message.InstanceId),
            };
            messages.Add(stored);
            if (tenures is null || stored.Receiver is not null)
            {
                deliveries.Add(new(
                    stored.InstanceId,
                    new InboxItem(message.Event, message.ExecutionId, message.ParentExecutionId, stored.Sequence),
                    stored.Receiver));
            }
        }

        turn.Deliveries = deliveries;
        return messages;
    }

    private static IReadOnlyList<long> Consumed(Turn turn)
    {
        List<long>? consumed = null;
        for (var i = 0; i < turn.Inbox.Count; i++)
        {
            if (turn.Inbox[i].Sequence is { } sequence)
            {
                (consumed ??= []).Add(sequence);
                if (turn.Inbox[i].Call is { Remote: { } caller } call)
                {
                    turn.Tell(caller, call.Outcome);
                }
            }
        }

        return consumed ?? (IReadOnlyList<long>)[];
    }
}
