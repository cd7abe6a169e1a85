using Microsoft.Extensions.Logging.Abstractions;
using TeamsWorkflows.DurableTask.Storage;
using TeamsWorkflows.DurableTask.Worker;

namespace TeamsWorkflows.DurableTask.Tests.Simulation;

/// <content>Who runs which partition: taken over, handed over, stolen from a node that does not know it yet.</content>
internal sealed partial class NodesSimulation
{
    private void Join()
    {
        var name = $"n{_names++}";
        Tenures tenures = new(Partitions, name);
        _nodes.Add(new(name, tenures, new PartitionRuntime(
            new NodeView(_store, tenures), _registry, NullLoggerFactory.Instance, _clock, NewGuid, _options, tenures)));
        Trace.Add($"{name} joins");
    }

    private void DieOrJoin(SimulatedNode node)
    {
        if (_nodes.Count > 1 && _random.Next(4) == 0)
        {
            Seen.Add(node.Queue.Count > 0 ? "node died before its commit" : node.Running.Count > 0 ? "node died with activities" : "node died");
            Trace.Add($"{node.Name} dies");
            _nodes.Remove(node);
            _calls.RemoveAll(c => c.Node == node);
            for (var p = 0; p < Partitions; p++)
            {
                _leases[p].Owner = _leases[p].Owner == node ? null : _leases[p].Owner;
            }
        }
        else if (_nodes.Count < 4)
        {
            Join();
        }
    }

    private void AcquireFree()
    {
        var free = Array.FindIndex(_leases, static l => l.Owner is null);
        if (free >= 0)
        {
            Acquire(_nodes[_random.Next(_nodes.Count)], free);
        }
    }

    private void Leave(int partition)
    {
        if (_leases[partition].Owner is { } owner && owner.TenureOf(partition) is { IsLeaving: false } tenure)
        {
            Seen.Add("partition handed over");
            owner.Runtime.Leave(tenure);
            Settle();
        }
    }

    // Its lease ran out while the node stood still: it believes in it until a commit, or its own clock, says otherwise.
    private void Steal(int partition)
    {
        var thieves = _nodes.FindAll(n => n != _leases[partition].Owner && n.TenureOf(partition) is null);
        if (_leases[partition].Owner is not null && thieves.Count > 0)
        {
            Seen.Add("partition taken over from a node that stood still");
            Acquire(thieves[_random.Next(thieves.Count)], partition);
        }
    }

    private void Acquire(SimulatedNode node, int partition)
    {
        if (node.TenureOf(partition) is { } old)
        {
            node.Runtime.End(old, new PartitionLostException("lost", [partition])); // it comes back to who had it
            Seen.Add("partition came back to a node that had lost it");
        }

        var fence = _leases[partition].Fence + 1;
        _leases[partition] = (node, fence);
        _mail[partition].Clear(); // the takeover reads it
        var all = _store.Recover(int.MaxValue);
        RecoveredPartition own = new(
            all.LastKey,
            all.LastSequence,
            [.. all.Active.Where(id => PartitionOf(id) == partition)],
            [.. all.Timers.Where(t => PartitionOf(t.InstanceId) == partition).Take(node.Runtime.TimersPerPage)],
            [.. all.Messages.Where(m => PartitionOf(m.InstanceId) == partition)]);
        node.Runtime.Acquire([new Tenure(partition, fence, () => _leases[partition].Fence == fence)], own);
        Trace.Add($"{node.Name} takes {partition}");
    }

    /// <summary>The store as a node sees it: nothing to recover at the start, timers of what it runs.</summary>
    private sealed class NodeView(IPartitionStore store, Tenures tenures) : IPartitionStore
    {
        public RecoveredPartition Recover(int maxTimers) => new(0, 0, [], [], []);

        public void Commit(IReadOnlyList<StoreCommand> batch) => throw new InvalidOperationException("The simulation commits.");

        public IReadOnlyList<DueTimer> LoadTimers(DateTimeOffset from, int max)
        {
            var running = tenures.Current.Select(static t => t.Partition).ToHashSet();
            return [.. store.LoadTimers(from, int.MaxValue).Where(t => running.Contains(PartitionOf(t.InstanceId))).Take(max)];
        }

        public StoredInstance? Load(string instanceId) => store.Load(instanceId);

        public StoredInstance? Load(string instanceId, int fromTurn, int maxTurns) => store.Load(instanceId, fromTurn, maxTurns);

        public StoredInstance? LoadEnds(string instanceId) => store.LoadEnds(instanceId);

        public IReadOnlyList<InstanceRow> Query(OrchestrationQuery query, long beforeKey, int max) => store.Query(query, beforeKey, max);

        public IReadOnlyList<string> ListFinished(DateTimeOffset before, int max) => store.ListFinished(before, max);

        public void Dispose()
        {
            // The store is everybody's.
        }
    }
}
