using TeamsWorkflows.DurableTask.Client;
using TeamsWorkflows.DurableTask.Core;

namespace TeamsWorkflows.DurableTask.Worker;

/// <content>What clients ask for: events, purges, and to be told of a start or an end.</content>
public sealed partial class PartitionRuntime
{
    /// <summary>Gets how many calls wait to be let in.</summary>
    public int WaitingCallCount => _admission.WaitingCount;

    /// <summary>Puts an event into an instance's inbox.</summary>
    /// <param name="isSurelyNew">Whether the identifier was made up just now, which saves looking for it on disk.</param>
    /// <param name="replaceable">For a start: statuses in which an existing instance gives its identifier up.</param>
    /// <param name="hasPlace">Whether the caller has waited for <see cref="RoomAsync"/>.</param>
    /// <param name="answer">Once durable: what the instance made of it.</param>
    /// <returns>False when too much is going on: wait for <see cref="RoomAsync"/>.</returns>
    /// <exception cref="InvalidOperationException">The partition has stopped.</exception>
    public bool TryDeliver(
        string instanceId,
        HistoryEvent historyEvent,
        bool isSurelyNew,
        IReadOnlyCollection<OrchestrationRuntimeStatus> replaceable,
        bool hasPlace,
        out Task<DeliveryOutcome> answer)
        => TryPost(instanceId, historyEvent, isSurelyNew, hasPlace, new ClientCall { Replaceable = replaceable }, out answer);

    /// <summary>Removes a finished instance with its history.</summary>
    /// <param name="hasPlace">Whether the caller has waited for <see cref="RoomAsync"/>.</param>
    /// <param name="answer">Once durable: what came of it.</param>
    /// <returns>False when too much is going on: wait for <see cref="RoomAsync"/>.</returns>
    /// <exception cref="InvalidOperationException">The partition has stopped.</exception>
    public bool TryPurge(string instanceId, bool hasPlace, out Task<DeliveryOutcome> answer)
        => TryPost(instanceId, null, isSurelyNew: false, hasPlace, new ClientCall(), out answer);

    /// <summary>Waits until there is a place for another call, behind those who wait already.</summary>
    /// <remarks>The place is kept for the caller, who has to make the call.</remarks>
    /// <param name="isStart">Whether the call starts an instance: the queue of activities counts, too.</param>
    /// <param name="patience">Cancelled when the caller gives up.</param>
    /// <exception cref="OperationCanceledException">The caller gave up; nothing is left of it.</exception>
    public Task RoomAsync(bool isStart, CancellationToken patience)
    {
        lock (_gate)
        {
            if (_fault is not null || _admission.TryEnter(isStart, QueuedCount))
            {
                return Task.CompletedTask;
            }

            var caller = _admission.Wait(isStart);
            patience.UnsafeRegister(_ => GiveUp(caller, patience), null);
            return caller.Value.Task;
        }
    }

    /// <summary>Waits for the start or the end of an instance; told, not polled.</summary>
    /// <param name="forStart">Whether its first turn is enough.</param>
    /// <exception cref="OrchestrationNotFoundException">There is no such instance.</exception>
    public async Task<OrchestrationMetadata> WaitAsync(string instanceId, bool forStart, CancellationToken cancellationToken)
    {
        Task<OrchestrationMetadata> told;
        lock (_gate)
        {
            ThrowIfFaulted();
            told = _waiters.Join(instanceId, forStart);
        }

        try
        {
            while (forStart || !IsOpenInMemory(instanceId))
            {
                var stored = await _reads.RunAsync(store => store.LoadEnds(instanceId), cancellationToken);
                if (stored is not null && (stored.Row.IsFinished || (forStart && stored.Row.HasBegun())))
                {
                    return OrchestrationMetadata.From(stored);
                }

                if (stored is not null || told.IsCompleted)
                {
                    break; // whoever starts or ends it tells
                }

                if (await AskAsync(instanceId, cancellationToken) == DeliveryOutcome.NotFound)
                {
                    throw new OrchestrationNotFoundException(instanceId);
                }
            }

            return await told.WaitAsync(cancellationToken);
        }
        finally
        {
            lock (_gate)
            {
                _waiters.Leave(instanceId, forStart, told);
            }
        }
    }

    // What is on its way to the instance comes first: the answer tells whether there is one by then.
    private async Task<DeliveryOutcome> AskAsync(string instanceId, CancellationToken cancellationToken)
    {
        var question = new ClientCall { IsQuestion = true };
        if (!TryPost(instanceId, null, isSurelyNew: false, hasPlace: false, question, out var answer))
        {
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            await RoomAsync(isStart: false, patience.Token);
            TryPost(instanceId, null, isSurelyNew: false, hasPlace: true, question, out answer);
        }

        TurnReady?.Invoke(); // whoever called has gone on since the disk was asked
        return await answer.WaitAsync(cancellationToken);
    }

    private void GiveUp(LinkedListNode<TaskCompletionSource> caller, CancellationToken patience)
    {
        lock (_gate)
        {
            Admission.GiveUp(caller);
            caller.Value.TrySetCanceled(patience);
        }
    }

    private bool TryPost(
        string instanceId,
        HistoryEvent? historyEvent,
        bool isSurelyNew,
        bool hasPlace,
        ClientCall call,
        out Task<DeliveryOutcome> answer)
    {
        answer = call.Answer;
        lock (_gate)
        {
            ThrowIfFaulted();
            if (!hasPlace && !_admission.TryEnter(historyEvent is ExecutionStartedEvent, QueuedCount))
            {
                return false;
            }

            if (Reach(instanceId) is not { } instance)
            {
                _admission.Leave();
                _admission.Release(QueuedCount); // no turn follows that would do it
                call.Fail(Elsewhere(instanceId));
                return true;
            }

            instance.IsSurelyNew |= isSurelyNew;
            Post(instance, new InboxItem(historyEvent, Call: call));
        }

        return true;
    }

    private bool IsOpenInMemory(string instanceId)
    {
        lock (_gate)
        {
            return _resident.TryGetValue(instanceId, out var instance) && instance.State is not null;
        }
    }
}
