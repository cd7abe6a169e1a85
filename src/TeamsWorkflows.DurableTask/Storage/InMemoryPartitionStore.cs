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

    /// <inheritdoc/>
    public RecoveredPartition Recover(int maxTimers)
    {
        lock (_gate)
        {
            return new(
                _rows.Keys.LastOrDefault(),
                _messages.Keys.LastOrDefault(),
                [.. _rows.Values.Where(r => r.IsActive).Select(r => r.Id)],
                LoadTimers(DateTimeOffset.MinValue, maxTimers),
                [.. _messages.Values]);
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<DueTimer> LoadTimers(DateTimeOffset from, int max)
    {
        lock (_gate)
        {
            return _rows.Values
                .Where(r => r.TimerAt >= from)
                .OrderBy(r => r.TimerAt)
                .ThenBy(r => r.Id, StringComparer.Ordinal)
                .Take(max)
                .Select(r => new DueTimer(r.TimerAt!.Value, r.Id))
                .ToArray();
        }
    }

    /// <inheritdoc/>
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

    /// <inheritdoc/>
    public StoredInstance? Load(string instanceId)
    {
        lock (_gate)
        {
            return _keys.TryGetValue(instanceId, out var key) ? new(_rows[key], [.. _history[key]]) : null;
        }
    }

    /// <inheritdoc/>
    public StoredInstance? Load(string instanceId, int fromTurn, int maxTurns)
        => Load(instanceId) is { } whole ? whole with { History = [.. whole.History.Skip(fromTurn).Take(maxTurns)] } : null;

    /// <inheritdoc/>
    public StoredInstance? LoadEnds(string instanceId)
        => Load(instanceId) is { } whole ? whole with { History = [.. whole.History.Take(1), .. whole.History.Skip(1).TakeLast(1)] } : null;

    /// <inheritdoc/>
    public IReadOnlyList<InstanceRow> Query(OrchestrationQuery query, long beforeKey, int max)
    {
        lock (_gate)
        {
            return _rows.Values.Reverse()
                .Where(r => r.Key < beforeKey)
                .Where(r => query.Statuses.Count == 0 || query.Statuses.Contains(r.Status))
                .Where(r => query.InstanceIdPrefix is not { } prefix || r.Id.StartsWith(prefix, StringComparison.Ordinal))
                .Where(r => query.Name is not { } name || r.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
                .Where(r => !query.NotNames.Contains(r.Name, StringComparer.OrdinalIgnoreCase))
                .Where(r => query.CreatedFrom is not { } from || r.CreatedAt >= from)
                .Where(r => query.CreatedBefore is not { } before || r.CreatedAt < before)
                .Where(r => query.CompletedFrom is not { } from || r.CompletedAt >= from)
                .Where(r => query.CompletedBefore is not { } before || r.CompletedAt < before)
                .Where(r => query.Tags.All(tag => r.Tags.TryGetValue(tag.Key, out var value) && value == tag.Value))
                .Take(max)
                .ToArray();
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> ListFinished(DateTimeOffset before, int max)
    {
        lock (_gate)
        {
            return _rows.Values.Where(r => r.CompletedAt < before).OrderBy(r => r.CompletedAt).ThenBy(r => r.Key).Take(max).Select(r => r.Id).ToArray();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    private void Apply(StoreCommand command)
    {
        switch (command)
        {
            case CommitTurn c: Apply(c); break;
            case RefuseMessages c:
                Forget(c.Purged);
                Exchange(c.Consumed, c.Sent);
                break;
            default: throw new UnreachableException($"Unknown command {command.GetType().Name}.");
        }
    }

    private void Apply(CommitTurn turn)
    {
        Forget(turn.Replaces);
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

    private void Forget(long? key)
    {
        if (key is { } gone)
        {
            _keys.Remove(_rows[gone].Id);
            _history.Remove(gone);
            _rows.Remove(gone);
        }
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
