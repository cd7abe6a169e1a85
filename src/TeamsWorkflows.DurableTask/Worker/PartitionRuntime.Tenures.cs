using System.Diagnostics.CodeAnalysis;
using TeamsWorkflows.DurableTask.Core;
using TeamsWorkflows.DurableTask.Storage;

namespace TeamsWorkflows.DurableTask.Worker;

/// <content>Partitions that come and go, when other processes run the rest of the hub.</content>
public sealed partial class PartitionRuntime
{
    /// <summary>Begins to run partitions, beside those that run already.</summary>
    /// <param name="tenures">One for each of the partitions.</param>
    /// <param name="recovered">What was open in them, read after the acquisition.</param>
    public void Acquire(IReadOnlyList<Tenure> tenures, RecoveredPartition recovered)
    {
        ArgumentNullException.ThrowIfNull(tenures);
        ArgumentNullException.ThrowIfNull(recovered);

        lock (_gate)
        {
            _sequences.Raise(recovered.LastKey, recovered.LastSequence);
            for (var i = 0; i < tenures.Count; i++)
            {
                Shared.Begin(tenures[i]);
            }

            _timers.Merge(recovered.Timers, _timersPerPage);
            TakeOver(recovered);
        }
    }

    /// <summary>Finishes what runs of a partition and takes on nothing new; what comes meanwhile is the next owner's.</summary>
    /// <remarks>The tenure ends by itself when nothing is on its way any more.</remarks>
    public void Leave(Tenure tenure)
    {
        ArgumentNullException.ThrowIfNull(tenure);

        lock (_gate)
        {
            tenure.Leave();
            DropQueued(activity => activity.Tenure == tenure);
            EndIfQuiet(tenure);
        }
    }

    /// <summary>Drops a partition at once: whatever is in memory of it is the next owner's to find on disk.</summary>
    /// <param name="reason">What callers are told whose calls have no answer yet.</param>
    public void End(Tenure tenure, Exception reason)
    {
        ArgumentNullException.ThrowIfNull(tenure);

        lock (_gate)
        {
            if (!tenure.IsOver)
            {
                Drop(tenure, reason);
                TellIfQuiet();
            }
        }
    }

    /// <summary>Takes messages of other processes; those for instances that do not run here are somebody else's.</summary>
    public void Deliver(IReadOnlyList<StoredMessage> messages)
    {
        ArgumentNullException.ThrowIfNull(messages);

        lock (_gate)
        {
            for (var i = 0; i < messages.Count; i++)
            {
                PostStored(messages[i]);
            }
        }
    }

    /// <summary>Says that an activity came to nothing, because its tenure or the process ends.</summary>
    public void Abandon(ActivityWorkItem activity)
    {
        ArgumentNullException.ThrowIfNull(activity);

        lock (_gate)
        {
            Close(activity);
            EndIfQuiet(activity.Tenure);
        }
    }

    /// <returns>The message that asks whoever runs an instance to do what a client here wants.</returns>
    internal StoredMessage Message(Tenure sender, string instanceId, HistoryEvent? historyEvent, RemoteCall call)
        => new(_sequences.NextMessage(sender), instanceId, null, null, historyEvent is null ? [] : HistoryCodec.Encode([historyEvent]))
        {
            Call = call.ToString(),
        };

    private Tenures Shared => _tenures ?? throw new InvalidOperationException("This process runs all partitions of the hub.");

    private static PartitionLostException Elsewhere(string instanceId)
        => new($"The instance '{instanceId}' runs in another process now.", []);

    private void TakeOver(RecoveredPartition recovered)
    {
        foreach (var instanceId in recovered.Active)
        {
            if (Reach(instanceId) is { } instance)
            {
                Wake(instance);
            }
        }

        foreach (var message in recovered.Messages)
        {
            PostStored(message);
        }
    }

    private void PostStored(StoredMessage message)
    {
        if (Reach(message.InstanceId) is not { } instance)
        {
            return;
        }

        var historyEvent = message.Event.Length == 0 ? null : HistoryCodec.Decode(message.Event).Single();
        var call = message.Call is null ? null : RemoteCall.Parse(message.Call);
        Post(instance, new InboxItem(
            historyEvent,
            message.ExecutionId,
            message.ParentExecutionId,
            message.Sequence,
            call is null ? null : new ClientCall { Replaceable = call.Replaceable, Remote = call }));
    }

    // Null: the instance is another process's, or about to be. Whatever is for it has a row that its next owner finds.
    private Instance? Reach(string instanceId)
    {
        if (_resident.TryGetValue(instanceId, out var instance))
        {
            return instance.Tenure is { IsLeaving: true } ? null : instance;
        }

        var tenure = _tenures?.Of(instanceId);
        if (_tenures is not null && tenure is null)
        {
            return null;
        }

        _asked.Remove(instanceId, out var asked);
        instance = new Instance(instanceId) { Tenure = tenure, AskedBefore = asked };
        _resident.Add(instanceId, instance);
        return instance;
    }

    private void Release(ActivityWorkItem activity, Tenure? tenure)
    {
        if (tenure is not null)
        {
            if (tenure.IsLeaving)
            {
                return; // on disk it is open: the next owner runs it
            }

            activity.Tenure = tenure;
            tenure.OpenActivityCount++;
        }

        _activities.Enqueue(activity);
        _openActivityCount++;
    }

    private bool TryDequeue([NotNullWhen(true)] out ActivityWorkItem? activity)
    {
        while (_activities.TryDequeue(out activity))
        {
            if (activity.Tenure is not { MayBegin: false })
            {
                return true;
            }

            Close(activity); // its lease has run out by our own clock, and its end is about to be told
        }

        return false;
    }

    private void Close(ActivityWorkItem activity)
    {
        _openActivityCount--;
        if (activity.Tenure is { } tenure)
        {
            tenure.OpenActivityCount--;
        }
    }

    private void EndIfQuiet(Tenure? tenure)
    {
        if (tenure is { IsLeaving: true, IsOver: false, IsQuiet: true })
        {
            Drop(tenure, new PartitionLostException("The instance runs in another process now.", [tenure.Partition]));
        }
    }

    private void Drop(Tenure tenure, Exception reason)
    {
        tenure.Close(); // before it is taken out: what is not over is among those that a commit proves
        Shared.Remove(tenure);
        _busyCount -= tenure.BusyCount;
        DropQueued(activity => activity.Tenure == tenure);
        foreach (var instance in _resident.Values.Where(i => i.Tenure == tenure).ToArray())
        {
            _resident.Remove(instance.Id);
            _idle.Remove(instance);
            instance.Remote?.Asked?.Withdraw();
            Fail(instance.Inbox, reason);
            Fail(instance.Current?.Inbox ?? [], reason);
        }

        foreach (var asked in _asked.Values.Where(a => Shared.PartitionOf(a.InstanceId) == tenure.Partition).ToArray())
        {
            _asked.Remove(asked.InstanceId);
            asked.Withdraw();
        }

        _runnable.RemoveAll(instance => instance.Tenure == tenure);
        _timers.Forget(instanceId => Shared.PartitionOf(instanceId) == tenure.Partition);
        _waiters.Fail(instanceId => Shared.PartitionOf(instanceId) == tenure.Partition, reason);
        _admission.Release(QueuedCount);
    }

    private void Fail(IReadOnlyList<InboxItem> inbox, Exception reason)
    {
        foreach (var item in inbox)
        {
            if (item.Call is { Remote: null } call)
            {
                _admission.Leave();
                call.Fail(reason);
            }
        }
    }

    private void DropQueued(Predicate<ActivityWorkItem> isDropped)
    {
        foreach (var activity in _activities.Where(a => isDropped(a)).ToArray())
        {
            Close(activity);
        }

        _activities.RemoveAll(isDropped);
    }
}
