using System.Diagnostics.CodeAnalysis;
using TeamsWorkflows.DurableTask.Storage;

namespace TeamsWorkflows.DurableTask.Worker;

/// <content>A worker that shares its hub with other processes: partitions come and go, calls and answers cross.</content>
public sealed partial class TaskHubWorker
{
    private static readonly TimeSpan PauseBetweenWaits = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan PatienceWithActivities = TimeSpan.FromSeconds(1);

    /// <summary>Gets which partitions run here; null: all there are.</summary>
    public Tenures? Tenures { get; }

    /// <inheritdoc cref="PartitionRuntime.Acquire"/>
    public void Acquire(IReadOnlyList<Tenure> tenures, RecoveredPartition recovered)
    {
        Runtime.Acquire(tenures, recovered);
        PumpTurns();
        ArmTimer();
    }

    /// <summary>Finishes what runs of a partition, and takes on nothing new of it.</summary>
    /// <remarks>
    /// Activities that run for longer than <see cref="TaskHubOptions.DrainTimeout"/> are cancelled, and run again at the next owner's.
    /// </remarks>
    /// <returns>Completes when nothing of it runs here any more, and all that was decided is durable.</returns>
    public async Task LeaveAsync(Tenure tenure)
    {
        ArgumentNullException.ThrowIfNull(tenure);

        Runtime.Leave(tenure);
        if (await IsOverAsync(tenure, _options.DrainTimeout))
        {
            return;
        }

        tenure.Cancel();
        if (!await IsOverAsync(tenure, PatienceWithActivities))
        {
            End(tenure, new PartitionLostException("The instance runs in another process now.", [tenure.Partition]));
        }
    }

    /// <inheritdoc cref="PartitionRuntime.End"/>
    public void End(Tenure tenure, Exception reason) => Runtime.End(tenure, reason);

    /// <inheritdoc cref="PartitionRuntime.Deliver"/>
    public void Deliver(IReadOnlyList<StoredMessage> messages)
    {
        Runtime.Deliver(messages);
        PumpTurns();
    }

    /// <summary>Takes the answer to a call that another process carried out.</summary>
    /// <param name="number">See <see cref="RemoteCall.Number"/>.</param>
    public void Answered(long number, DeliveryOutcome outcome) => _remote?.Answered(number, outcome);

    /// <summary>Tells the callers of a batch that could not be written.</summary>
    public void Unsent(IReadOnlyList<StoreCommand> batch, Exception reason) => _remote?.Unsent(batch, reason);

    /// <summary>Tells everyone who waits for an answer of another process that it may have been missed.</summary>
    public void AnswersMissed(Exception reason) => _remote?.FailAll(reason);

    /// <summary>Stops for good, such as when a newer release has migrated the hub.</summary>
    public void Stop(Exception reason) => Fail(reason);

    /// <returns>An identifier for a new instance; one that this process runs, if it runs any.</returns>
    internal string NewInstanceId(Func<Guid> newGuid)
    {
        var instanceId = newGuid().ToString("N");
        if (Tenures is { Current.Count: > 0 } tenures)
        {
            for (var tries = 1; tries < MaxTries && tenures.Of(instanceId) is null; tries++)
            {
                instanceId = newGuid().ToString("N");
            }
        }

        return instanceId;
    }

    private const int MaxTries = 4_096; // enough for one partition out of the most there can be

    private async Task<bool> IsOverAsync(Tenure tenure, TimeSpan patience)
    {
        try
        {
            await tenure.Over.WaitAsync(patience, _time, CancellationToken.None);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    // Who runs the instance may change while we wait: told where it runs here, looked for where it does not.
    private async Task<OrchestrationMetadata> WaitAnywhereAsync(
        RemoteWaits waits, string instanceId, bool forStart, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                return _remote!.IsHere(instanceId)
                    ? await Runtime.WaitAsync(instanceId, forStart, cancellationToken)
                    : await waits.WaitAsync(instanceId, forStart, cancellationToken);
            }
            catch (IOException e) when (e is not CorruptStoreException)
            {
                Log.WaitGoesOn(_logger, LogText.Of(instanceId), e); // another process runs it now, or the database is out of reach
            }

            await Task.Delay(PauseBetweenWaits, _time, cancellationToken);
        }
    }

    // The database is out of reach: what this process runs is somebody's again when it is back.
    private bool TryLose(IReadOnlyList<Tenure>? lost, Exception reason)
    {
        if (Tenures?.Failed is not { } failed || lost is null || reason is not IOException || reason is CorruptStoreException)
        {
            return false;
        }

        failed(lost, reason);
        return true;
    }

    // False: what is due could not be read; the partitions that were here are lost, and others may be here.
    [SuppressMessage("Design", "CA1031", Justification = "Edge: a timer callback that cannot read what is due.")]
    private bool TryFireTimers()
    {
        var read = Tenures?.Current; // for them: one that begins while the read hangs has read its own
        try
        {
            Runtime.FireTimers();
            return true;
        }
        catch (Exception e)
        {
            if (!TryLose(read, e))
            {
                Fail(e);
            }

            return false;
        }
    }
}
