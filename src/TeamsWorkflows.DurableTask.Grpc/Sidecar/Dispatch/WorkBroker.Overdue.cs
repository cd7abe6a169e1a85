using TeamsWorkflows.DurableTask.Core;

namespace TeamsWorkflows.DurableTask.Grpc.Sidecar.Dispatch;

/// <content>
/// A turn that a worker keeps for longer than the limit is taken away from it, as from a lost one. The place that it takes
/// there stays taken until it is answered: whoever is stuck does nothing else either. When a third worker keeps it, the turn is to blame:
/// one worker that keeps it again and again may just be busy.
/// </content>
internal sealed partial class WorkBroker
{
    /// <summary>How many workers may keep a turn for too long, each a stream of its own, before its instance fails.</summary>
    public const int MaxOverruns = 3;

    private readonly Dictionary<string, WorkerStream> _overdue = new(StringComparer.Ordinal); // who still has what was taken away

    private void TakeAwayOverdue()
    {
        lock (_gate)
        {
            foreach (var work in _held.Values.Where(w => w.Turn is not null && _time.GetElapsedTime(w.HeldSince) >= _turnTimeLimit).ToArray())
            {
                var worker = work.Holder!;
                _overdue.Add(work.Token, worker);
                work.AddOverrun(worker);
                if (work.OverrunCount < MaxOverruns || work.IsWithdrawn)
                {
                    Refuse(work, worker);
                    Return(work);
                }
                else
                {
                    _held.Remove(work.Token);
                    work.TakeBack();
                    work.Answer(Overdue(work.InstanceId));
                }
            }

            Distribute();
        }
    }

    private OrchestratorResponse Overdue(string instanceId)
    {
        TaskFailureDetails failure = new(
            EngineErrors.TurnTimeLimitExceeded,
            $"{MaxOverruns} workers kept a turn for longer than {_turnTimeLimit}, one after the other. Orchestrators only decide: "
            + "computation and I/O belong into activities.",
            IsNonRetriable: true);
        return new(instanceId, [new CompleteOrchestrationAction(OrchestrationRuntimeStatus.Failed, null, failure, []) { Id = -1 }], null);
    }

    // Late, and refused; but whoever answers is not stuck any more.
    private void FreeOverdue(string token)
    {
        if (_overdue.Remove(token, out var worker))
        {
            worker.Release(WorkKind.Turn);
            Distribute();
        }
    }

    private void ForgetOverdue(WorkerStream worker)
    {
        foreach (var token in _overdue.Where(o => o.Value == worker).Select(static o => o.Key).ToArray())
        {
            _overdue.Remove(token);
        }
    }
}
