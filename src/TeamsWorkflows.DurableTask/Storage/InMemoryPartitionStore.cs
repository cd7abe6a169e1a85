using System.Diagnostics;

namespace TeamsWorkflows.DurableTask.Storage;

/// <summary>The reference store: plain collections, no cleverness. Other stores must behave exactly like it.</summary>
public sealed class InMemoryPartitionStore : IPartitionStore
{
    private readonly Lock _gate = new();
    private readonly SortedDictionary<long, InstanceRow> _rows = [];
    private readonly Dictionary<string, long> _keys = new(StringComparer.Ordinal);
    private readonly Dictionary<long, List<byte[]>> _history = [];
    private readonly SortedDictionary<long, StoredMessage> _messages = [];

    public RecoveredPartition Recover()
    {
        lock (_gate)
        {
            return new(
                _rows.Keys.LastOrDefault(),
                _messages.Keys.LastOrDefault(),
                [.. _rows.Values.Where(r => r.IsActive).Select(r => r.Id)],
                [.. _rows.Values.Where(r => r.TimerAt is not null).OrderBy(r => r.TimerAt).Select(r => (r.TimerAt!.Value, r.Id))],
                [.. _messages.Values]);
        }
    }

    public void Commit(IReadOnlyList<StoreCommand> batch)
    {
        lock (_gate)
        {
            foreach (var command in batch)
            {
                Apply(command);
            }
        }
    }

    public StoredInstance? Load(string instanceId)
    {
        lock (_gate)
        {
            return _keys.TryGetValue(instanceId, out var key) ? new(_rows[key], [.. _history[key]]) : null;
        }
    }

    public StoredInstance? LoadEnds(string instanceId)
        => Load(instanceId) is { } whole ? whole with { History = [.. whole.History.Take(1), .. whole.History.Skip(1).TakeLast(1)] } : null;

    public IReadOnlyList<InstanceRow> Query(OrchestrationQuery query, long beforeKey)
    {
        lock (_gate)
        {
            return _rows.Values.Reverse()
                .Where(r => r.Key < beforeKey)
                .Where(r => query.Statuses.Count == 0 || query.Statuses.Contains(r.Status))
                .Where(r => query.InstanceIdPrefix is not { } prefix || r.Id.StartsWith(prefix, StringComparison.Ordinal))
                .Where(r => query.CreatedFrom is not { } from || r.CreatedAt >= from)
                .Where(r => query.CreatedBefore is not { } before || r.CreatedAt < before)
                .Take(query.PageSize)
                .ToArray();
        }
    }

    public void Dispose()
    {
    }

    private void Apply(StoreCommand command)
    {
        switch (command)
        {
            case CommitTurn c: Apply(c); break;
            case RefuseMessages c: Exchange(c.Consumed, c.Sent); break;
            default: throw new UnreachableException($"Unknown command {command.GetType().Name}.");
        }
    }

    private void Apply(CommitTurn turn)
    {
        if (turn.Row is { } row)
        {
            Debug.Assert(turn.IsNew != _rows.ContainsKey(row.Key), "A row is inserted once.");
            _rows[row.Key] = row;
            _keys[row.Id] = row.Key;
            _history.TryAdd(row.Key, []);
        }

        if (turn.ReplacesHistory)
        {
            _history[turn.InstanceKey].Clear();
        }

        if (turn.History is { } chunk)
        {
            Debug.Assert(_history[turn.InstanceKey].Count == turn.TurnNumber, "Turns are numbered without gaps.");
            _history[turn.InstanceKey].Add(chunk);
        }

        Exchange(turn.Consumed, turn.Sent);
    }

    private void Exchange(IReadOnlyList<long> consumed, IReadOnlyList<StoredMessage> sent)
    {
        foreach (var message in sent)
        {
            _messages.Add(message.Sequence, message);
        }

        foreach (var sequence in consumed)
        {
            _messages.Remove(sequence);
        }
    }
}
