using TeamsWorkflows.DurableTask.Client;
using TeamsWorkflows.DurableTask.Core;

namespace TeamsWorkflows.DurableTask.Worker;

/// <content>What clients ask for, wherever in the hub the instance runs.</content>
public sealed partial class TaskHubWorker
{
    private delegate bool Call(bool hasPlace, out Task<DeliveryOutcome> answer);

    /// <summary>Puts an event into an instance's inbox; waits while too much is going on.</summary>
    /// <param name="isSurelyNew">Whether the identifier was made up just now, which saves looking for it on disk.</param>
    /// <param name="replaceable">For a start: statuses in which an existing instance gives its identifier up.</param>
    /// <returns>Once durable: what the instance made of it.</returns>
    /// <exception cref="TaskHubBusyException">There was no room for <see cref="TaskHubOptions.MaxAdmissionWait"/>.</exception>
    /// <exception cref="InvalidOperationException">The hub has stopped.</exception>
    public Task<DeliveryOutcome> DeliverAsync(
        string instanceId,
        HistoryEvent historyEvent,
        bool isSurelyNew = false,
        IReadOnlyCollection<OrchestrationRuntimeStatus>? replaceable = null)
    {
        return _remote is { } remote && !remote.IsHere(instanceId)
            ? remote.CallAsync(instanceId, historyEvent, replaceable ?? [])
            : CallAsync(Deliver, historyEvent is ExecutionStartedEvent);

        bool Deliver(bool hasPlace, out Task<DeliveryOutcome> answer)
            => Runtime.TryDeliver(instanceId, historyEvent, isSurelyNew, replaceable ?? [], hasPlace, out answer);
    }

    /// <summary>Removes a finished instance with its history; waits while too much is going on.</summary>
    /// <returns>Once durable: what came of it.</returns>
    /// <exception cref="TaskHubBusyException">There was no room for <see cref="TaskHubOptions.MaxAdmissionWait"/>.</exception>
    /// <exception cref="InvalidOperationException">The hub has stopped.</exception>
    public Task<DeliveryOutcome> PurgeAsync(string instanceId)
    {
        return _remote is { } remote && !remote.IsHere(instanceId)
            ? remote.CallAsync(instanceId, null, [])
            : CallAsync(Purge, isStart: false);

        bool Purge(bool hasPlace, out Task<DeliveryOutcome> answer) => Runtime.TryPurge(instanceId, hasPlace, out answer);
    }

    /// <inheritdoc cref="PartitionRuntime.WaitAsync"/>
    public Task<OrchestrationMetadata> WaitAsync(string instanceId, bool forStart, CancellationToken cancellationToken)
        => _waits is null
            ? Runtime.WaitAsync(instanceId, forStart, cancellationToken)
            : WaitAnywhereAsync(_waits, instanceId, forStart, cancellationToken);

    private Task<DeliveryOutcome> CallAsync(Call call, bool isStart)
    {
        if (!call(hasPlace: false, out var answer))
        {
            return CallWhenThereIsRoomAsync(call, isStart);
        }

        PumpTurns();
        return answer;
    }

    private async Task<DeliveryOutcome> CallWhenThereIsRoomAsync(Call call, bool isStart)
    {
        try
        {
            using var patience = new CancellationTokenSource(_options.MaxAdmissionWait, _time);
            await Runtime.RoomAsync(isStart, patience.Token);
        }
        catch (OperationCanceledException e)
        {
            throw new TaskHubBusyException(_options.MaxAdmissionWait, e);
        }

        call(hasPlace: true, out var answer);
        PumpTurns();
        return await answer;
    }
}
