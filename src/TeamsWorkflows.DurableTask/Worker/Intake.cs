using TeamsWorkflows.DurableTask.Core;

namespace TeamsWorkflows.DurableTask.Worker;

/// <summary>Decides, item by item, what an inbox means for the instance as it is at that moment.</summary>
/// <remarks>
/// A start makes an instance, replaces one or is refused; everything else needs an open one, a rewind a failed one and a
/// purge a finished one. A parent whose message is refused is told: it would wait for ever otherwise.
/// </remarks>
internal sealed class Intake(InstanceLoader loader, Func<Guid> newGuid, TaskHubLimits limits)
{
    public void Read(Turn turn, DateTimeOffset now)
    {
        var started = turn.Instance.Started;
        for (var i = 0; i < turn.Inbox.Count; i++)
        {
            var item = turn.Inbox[i];
            var outcome = item.Event switch
            {
                null when item.Call is { IsQuestion: true }
                    => started is null && turn.Instance.Row is null ? DeliveryOutcome.NotFound : DeliveryOutcome.Accepted,
                null => Purge(turn, started),
                ExecutionStartedEvent start => Start(turn, ref started, start, item.Call?.Replaceable ?? [], now),
                ExecutionRewoundEvent rewound => Rewind(turn, ref started, rewound, now),
                var other => Deliver(turn, started, item, other),
            };
            if (item.Call is { } call)
            {
                call.Outcome = outcome;
            }
        }
    }

    private DeliveryOutcome Deliver(Turn turn, ExecutionStartedEvent? started, InboxItem item, HistoryEvent e)
    {
        if (started is null)
        {
            return turn.Instance.Row is null ? DeliveryOutcome.NotFound : DeliveryOutcome.NotAllowed;
        }

        if ((item.ExecutionId is { } executionId && executionId != started.ExecutionId)
            || (item.ParentExecutionId is { } parentId && parentId != started.Parent?.ExecutionId))
        {
            return DeliveryOutcome.NotFound; // meant for another generation, or another parent's child
        }

        if (e is EventRaisedEvent && item.Call is not null && IsFull(turn))
        {
            return DeliveryOutcome.Full;
        }

        turn.Events.Add(e);
        return DeliveryOutcome.Accepted;
    }

    // All that waits is written again with each event that comes: that has to end somewhere.
    private bool IsFull(Turn turn)
    {
        var instance = turn.Instance;
        var waiting = instance.Remote?.Pending.Count ?? instance.Waiting?.Count;
        return waiting + turn.Events.Count >= limits.MaxWaitingEvents || instance.Row?.Waiting?.Length >= limits.MaxWaitingBytes;
    }

    private DeliveryOutcome Start(
        Turn turn,
        ref ExecutionStartedEvent? started,
        ExecutionStartedEvent start,
        IReadOnlyCollection<OrchestrationRuntimeStatus> replaceable,
        DateTimeOffset now)
    {
        var status = turn.Instance.Row?.Status ?? (started is null ? null : OrchestrationRuntimeStatus.Running);
        if (status is { } taken)
        {
            if (!replaceable.Contains(taken) && !IsCalledAgain(turn, started, start))
            {
                Refuse(turn, start.Parent, AlreadyExists(turn.InstanceId), now);
                return DeliveryOutcome.AlreadyExists;
            }

            Replace(turn, started, now);
        }

        started = start.ParentTraceContext is null ? start : start with { SpanId = newGuid().ToString("N")[16..] };
        turn.Events.Add(started);
        return DeliveryOutcome.Accepted;
    }

    // A caller that tries once more does so under the identifier that it gave the first time.
    private bool IsCalledAgain(Turn turn, ExecutionStartedEvent? started, ExecutionStartedEvent start)
        => started is null && start.Parent is { } caller && loader.Ends(turn.InstanceId).Started?.Parent?.InstanceId == caller.InstanceId;

    // The instance that had the identifier is gone with all that it still did; who waits for it is told.
    private static void Replace(Turn turn, ExecutionStartedEvent? started, DateTimeOffset now)
    {
        Refuse(
            turn, started?.Parent, new(EngineErrors.OrchestrationTerminated, "The instance was replaced by a new one of its identifier."), now);
        turn.Events.Clear();
        turn.ToRewind = null;
        Forget(turn);
    }

    private static DeliveryOutcome Purge(Turn turn, ExecutionStartedEvent? started)
    {
        if (started is not null)
        {
            return DeliveryOutcome.NotAllowed;
        }

        if (turn.Instance.Row is null)
        {
            return DeliveryOutcome.NotFound;
        }

        Forget(turn);
        return DeliveryOutcome.Accepted;
    }

    private DeliveryOutcome Rewind(Turn turn, ref ExecutionStartedEvent? started, ExecutionRewoundEvent rewound, DateTimeOffset now)
    {
        var (row, revival) = (turn.Instance.Row, rewound.Revival);
        if (started is null && row is null)
        {
            return revival is null
                ? DeliveryOutcome.NotFound
                : Start(turn, ref started, revival with { ExecutionId = newGuid().ToString("N"), Timestamp = now }, [], now);
        }

        var ends = started is null ? loader.Ends(turn.InstanceId) : (started, null);
        if (revival is not null && ends.Started?.Parent != revival.Parent)
        {
            Refuse(turn, revival.Parent, AlreadyExists(turn.InstanceId), now);
            return DeliveryOutcome.AlreadyExists;
        }

        if (started is not null)
        {
            return revival is null ? DeliveryOutcome.NotAllowed : DeliveryOutcome.Accepted; // it runs, and will report
        }

        if (row!.Status == OrchestrationRuntimeStatus.Failed)
        {
            turn.ToRewind = loader.History(turn.InstanceId);
            started = ends.Started;
            turn.Events.Add(rewound);
            return DeliveryOutcome.Accepted;
        }

        if (revival?.Parent is { } parent && ends.End is { } end)
        {
            turn.Refuse(OutboundMessage.ToParent(parent, end, now)); // rewound on its own meanwhile, or terminated
        }

        return DeliveryOutcome.NotAllowed;
    }

    private static void Forget(Turn turn)
    {
        turn.Gone ??= turn.Instance.Row?.Key;
        turn.Instance.Row = null;
        turn.Instance.TurnCount = 0;
        turn.Instance.Close();
    }

    private static void Refuse(Turn turn, ParentTask? parent, TaskFailureDetails failure, DateTimeOffset now)
    {
        if (parent is not null)
        {
            var end = new ExecutionCompletedEvent(OrchestrationRuntimeStatus.Failed, null, failure) { Timestamp = now };
            turn.Refuse(OutboundMessage.ToParent(parent, end, now));
        }
    }

    private static TaskFailureDetails AlreadyExists(string instanceId) => new(
        EngineErrors.OrchestrationAlreadyExists,
        $"An orchestration instance with the identifier '{instanceId}' already exists.",
        IsNonRetriable: true);
}
