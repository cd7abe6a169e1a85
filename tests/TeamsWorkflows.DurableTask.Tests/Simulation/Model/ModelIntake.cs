using TeamsWorkflows.DurableTask.Core;
using TeamsWorkflows.DurableTask.Worker;

namespace TeamsWorkflows.DurableTask.Tests.Simulation.Model;

/// <summary>What becomes of what arrives: the rules by which it is taken, or dropped.</summary>
/// <remarks>
/// An event, a suspension and a termination are taken by an instance that has not ended, a result by the very execution
/// that waits for it, a purge by one that has ended, a rewind by one that has failed. A start is taken when the
/// identifier is free, or given up: then the old instance goes with everything that it had accepted, and its parent is told.
/// A sub-orchestration that has ended gives it up to its own caller.
/// </remarks>
internal sealed class ModelIntake(ModelInstance? before, DateTimeOffset now, Func<string> newExecutionId)
{
    private readonly List<OutboundMessage> _refusals = [];
    private ModelInstance? _row = before;
    private ExecutionStartedEvent? _started = before is { IsFinished: false } ? before.Started : null;

    /// <summary>Gets what the execution is to see.</summary>
    public List<HistoryEvent> Events { get; } = [];

    public IReadOnlyList<OutboundMessage> Refusals => _refusals;

    /// <summary>Gets the instance that is still there; null when it gave way.</summary>
    public ModelInstance? Row => _row;

    public bool IsGone { get; private set; }

    public bool IsRewind { get; private set; }

    public DeliveryOutcome Read(Arrival arrival) => arrival.Event switch
    {
        null => Purge(),
        ExecutionStartedEvent start => Start(start, arrival.Replaceable),
        ExecutionRewoundEvent { Revival: { } revival } rewound => Revive(rewound, revival),
        ExecutionRewoundEvent rewound => Rewind(rewound),
        var e when _started is null => _row is null ? DeliveryOutcome.NotFound : DeliveryOutcome.NotAllowed,
        _ when (arrival.ExecutionId ?? _started.ExecutionId) != _started.ExecutionId => DeliveryOutcome.NotFound,
        _ when arrival.ParentExecutionId is { } parent && parent != _started.Parent?.ExecutionId => DeliveryOutcome.NotFound,
        var e => Take(e),
    };

    private DeliveryOutcome Take(HistoryEvent e)
    {
        Events.Add(e);
        return DeliveryOutcome.Accepted;
    }

    private DeliveryOutcome Purge()
    {
        if (_started is not null || _row is null)
        {
            return _started is null ? DeliveryOutcome.NotFound : DeliveryOutcome.NotAllowed;
        }

        (IsGone, _row) = (true, null);
        return DeliveryOutcome.Accepted;
    }

    private DeliveryOutcome Start(ExecutionStartedEvent start, IReadOnlyCollection<OrchestrationRuntimeStatus> replaceable)
    {
        if (_row is not null || _started is not null)
        {
            var isCalledAgain = _started is null && start.Parent is { } caller && caller.InstanceId == _row?.Started.Parent?.InstanceId;
            if (!isCalledAgain && !replaceable.Contains(_row?.Status ?? OrchestrationRuntimeStatus.Running))
            {
                Refuse(start.Parent, EngineErrors.OrchestrationAlreadyExists, isNonRetriable: true);
                return DeliveryOutcome.AlreadyExists;
            }

            Refuse(_started?.Parent, EngineErrors.OrchestrationTerminated, isNonRetriable: false);
            Events.Clear();
            (IsGone, _row, IsRewind) = (IsGone || _row is not null, null, false);
        }

        _started = start;
        return Take(start);
    }

    private DeliveryOutcome Rewind(ExecutionRewoundEvent rewound)
    {
        if (_row is null && _started is null)
        {
            return DeliveryOutcome.NotFound;
        }

        if (_started is not null || _row!.Status != OrchestrationRuntimeStatus.Failed)
        {
            return DeliveryOutcome.NotAllowed;
        }

        (_started, IsRewind) = (_row.Started, true);
        return Take(rewound);
    }

    // A rewound parent asks for the end of its child: the child is rewound, too, or begins, or says once more how it ended.
    private DeliveryOutcome Revive(ExecutionRewoundEvent rewound, ExecutionStartedEvent revival)
    {
        if (_row is null && _started is null)
        {
            return Start(revival with { ExecutionId = newExecutionId(), Timestamp = now }, []);
        }

        if ((_started ?? _row!.Started).Parent != revival.Parent)
        {
            Refuse(revival.Parent, EngineErrors.OrchestrationAlreadyExists, isNonRetriable: true);
            return DeliveryOutcome.AlreadyExists;
        }

        if (_started is not null)
        {
            return DeliveryOutcome.Accepted;
        }

        if (_row!.Status == OrchestrationRuntimeStatus.Failed)
        {
            return Rewind(rewound);
        }

        _refusals.Add(Outcomes.ToParent(revival.Parent!, _row.End!, now));
        return DeliveryOutcome.NotAllowed;
    }

    private void Refuse(ParentTask? parent, string code, bool isNonRetriable)
    {
        if (parent is not null)
        {
            var failure = new TaskFailureDetails(code, "", IsNonRetriable: isNonRetriable);
            var end = new ExecutionCompletedEvent(OrchestrationRuntimeStatus.Failed, null, failure) { Timestamp = now };
            _refusals.Add(Outcomes.ToParent(parent, end, now));
        }
    }
}
