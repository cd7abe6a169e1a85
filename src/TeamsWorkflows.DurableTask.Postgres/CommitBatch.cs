using System.Diagnostics;
using TeamsWorkflows.DurableTask.Storage;

namespace TeamsWorkflows.DurableTask.Postgres;

/// <summary>What a batch of commands comes to, as columns for a few statements: pure, and filled again for each commit.</summary>
/// <remarks>
/// The statements run in one order for the whole batch (removals, new rows, changed rows, history, messages), the commands
/// in another. So what one command of the batch writes and a later one takes back must not be sent at all; the rest commutes.
/// </remarks>
internal sealed class CommitBatch(int partitions)
{
    private readonly Dictionary<long, (InstanceRow Row, bool IsNew)> _rows = [];
    private readonly HashSet<long> _newKeys = [];

    /// <summary>Gets the keys whose history goes: they begin anew, or go altogether.</summary>
    public List<long> Truncated { get; } = [];

    /// <summary>Gets the keys of instances that go.</summary>
    public List<long> Removed { get; } = [];

    public InstanceColumns Inserted { get; } = new(partitions);

    public InstanceColumns Updated { get; } = new(partitions);

    public HistoryColumns History { get; } = new();

    public TagColumns Tags { get; } = new();

    public MessageColumns Sent { get; } = new();

    public List<long> Consumed { get; } = [];

    public List<RemoteAnswer> Answers { get; } = [];

    /// <param name="isOwn">Whether the sending node hands a message to a partition over in memory.</param>
    /// <param name="sender">A partition that this commit proves.</param>
    /// <param name="position">Which commit of that partition's holder this is.</param>
    public void Fill(IReadOnlyList<StoreCommand> commands, Func<StoredMessage, int, bool> isOwn, int sender, long position)
    {
        Clear();
        for (var i = 0; i < commands.Count; i++)
        {
            Add(commands[i], isOwn, sender, position);
            Answers.AddRange(commands[i].Answers ?? []);
        }

        foreach (var (row, isNew) in _rows.Values)
        {
            (isNew ? Inserted : Updated).Add(row);
            if (isNew)
            {
                Tags.Add(row);
            }
        }
    }

    private void Clear()
    {
        _rows.Clear();
        _newKeys.Clear();
        Truncated.Clear();
        Removed.Clear();
        Inserted.Clear();
        Updated.Clear();
        History.Clear();
        Tags.Clear();
        Sent.Clear();
        Consumed.Clear();
        Answers.Clear();
    }

    private void Add(StoreCommand command, Func<StoredMessage, int, bool> isOwn, int sender, long position)
    {
        var (consumed, sent) = command switch
        {
            CommitTurn c => Add(c),
            RefuseMessages c => Add(c),
            _ => throw new UnreachableException($"Unknown command {command.GetType().Name}."),
        };
        for (var i = 0; i < sent.Count; i++)
        {
            var receiver = InstancePartition.Of(sent[i].InstanceId, partitions);
            Sent.Add(sent[i], receiver, isOwn(sent[i], receiver) ? null : ((short)sender, position));
        }

        for (var i = 0; i < consumed.Count; i++)
        {
            Consumed.Add(consumed[i]);
        }
    }

    private (IReadOnlyList<long> Consumed, IReadOnlyList<StoredMessage> Sent) Add(RefuseMessages refusal)
    {
        Forget(refusal.Purged);
        return (refusal.Consumed, refusal.Sent);
    }

    private (IReadOnlyList<long> Consumed, IReadOnlyList<StoredMessage> Sent) Add(CommitTurn turn)
    {
        Forget(turn.Replaces);
        if (turn.Row is { } row)
        {
            _rows[row.Key] = (row, turn.IsNew || _newKeys.Contains(row.Key));
            if (turn.IsNew)
            {
                _newKeys.Add(row.Key);
            }
        }

        if (turn.ReplacesHistory)
        {
            Truncate(turn.InstanceKey);
        }

        if (turn.History is { } chunk)
        {
            History.Add(turn.InstanceKey, turn.TurnNumber, chunk);
        }

        return (turn.Consumed, turn.Sent);
    }

    private void Forget(long? key)
    {
        if (key is not { } gone)
        {
            return;
        }

        Truncate(gone);
        _rows.Remove(gone);
        if (!_newKeys.Remove(gone))
        {
            Removed.Add(gone);
        }
    }

    private void Truncate(long key)
    {
        History.Remove(key);
        if (!_newKeys.Contains(key))
        {
            Truncated.Add(key);
        }
    }
}
