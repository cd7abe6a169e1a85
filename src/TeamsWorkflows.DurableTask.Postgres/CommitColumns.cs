using System.Text.Json;
using TeamsWorkflows.DurableTask.Storage;

namespace TeamsWorkflows.DurableTask.Postgres;

/// <summary>Rows of <c>instance</c>, column by column.</summary>
internal sealed class InstanceColumns(int partitions)
{
    public List<long> Keys { get; } = [];

    public List<short> Partitions { get; } = [];

    public List<string> Ids { get; } = [];

    public List<string> Names { get; } = [];

    /// <summary>Gets the names as they are compared: what .NET calls equal when case is ignored is equal here.</summary>
    public List<string> FoldedNames { get; } = [];

    public List<short> Statuses { get; } = [];

    public List<bool> Active { get; } = [];

    public List<long?> TimersAt { get; } = [];

    public List<string?> CustomStatuses { get; } = [];

    public List<long> CreatedAt { get; } = [];

    public List<long> UpdatedAt { get; } = [];

    public List<byte[]?> Waiting { get; } = [];

    public List<string?> Versions { get; } = [];

    public List<string?> ParentIds { get; } = [];

    public List<string?> Tags { get; } = [];

    public List<long?> CompletedAt { get; } = [];

    public void Add(InstanceRow row)
    {
        Keys.Add(row.Key);
        Partitions.Add((short)InstancePartition.Of(row.Id, partitions));
        Ids.Add(row.Id);
        Names.Add(row.Name);
        FoldedNames.Add(PostgresText.Folded(row.Name));
        Statuses.Add((short)row.Status);
        Active.Add(row.IsActive);
        TimersAt.Add(PostgresRows.Ticks(row.TimerAt));
        CustomStatuses.Add(PostgresText.Storable(row.CustomStatus));
        CreatedAt.Add(PostgresRows.Ticks(row.CreatedAt));
        UpdatedAt.Add(PostgresRows.Ticks(row.UpdatedAt));
        Waiting.Add(row.Waiting);
        Versions.Add(PostgresText.Storable(row.Version));
        ParentIds.Add(row.ParentId);
        Tags.Add(row.Tags.Count == 0 ? null : JsonSerializer.Serialize(row.Tags));
        CompletedAt.Add(PostgresRows.Ticks(row.CompletedAt));
    }

    public void Clear()
    {
        Keys.Clear();
        Partitions.Clear();
        Ids.Clear();
        Names.Clear();
        FoldedNames.Clear();
        Statuses.Clear();
        Active.Clear();
        TimersAt.Clear();
        CustomStatuses.Clear();
        CreatedAt.Clear();
        UpdatedAt.Clear();
        Waiting.Clear();
        Versions.Clear();
        ParentIds.Clear();
        Tags.Clear();
        CompletedAt.Clear();
    }
}

/// <summary>Rows of <c>history</c>, column by column.</summary>
internal sealed class HistoryColumns
{
    public List<long> Keys { get; } = [];

    public List<int> Turns { get; } = [];

    public List<byte[]> Chunks { get; } = [];

    public void Add(long key, int turn, byte[] chunk)
    {
        Keys.Add(key);
        Turns.Add(turn);
        Chunks.Add(chunk);
    }

    /// <summary>Takes back what the batch was to write for an instance.</summary>
    public void Remove(long key)
    {
        for (var i = Keys.LastIndexOf(key); i >= 0; i = Keys.LastIndexOf(key))
        {
            Keys.RemoveAt(i);
            Turns.RemoveAt(i);
            Chunks.RemoveAt(i);
        }
    }

    public void Clear()
    {
        Keys.Clear();
        Turns.Clear();
        Chunks.Clear();
    }
}

/// <summary>Rows of <c>instance_tag</c>, column by column.</summary>
internal sealed class TagColumns
{
    public List<string> Names { get; } = [];

    public List<string> Values { get; } = [];

    public List<long> Keys { get; } = [];

    public void Add(InstanceRow row)
    {
        foreach (var (name, value) in row.Tags)
        {
            Names.Add(name);
            Values.Add(PostgresText.Storable(value)!);
            Keys.Add(row.Key);
        }
    }

    public void Clear()
    {
        Names.Clear();
        Values.Clear();
        Keys.Clear();
    }
}

/// <summary>Rows of <c>message</c>, column by column.</summary>
internal sealed class MessageColumns
{
    public List<long> Sequences { get; } = [];

    public List<short> Receivers { get; } = [];

    public List<short?> Senders { get; } = [];

    public List<long?> Positions { get; } = [];

    public List<string> InstanceIds { get; } = [];

    public List<string?> ExecutionIds { get; } = [];

    public List<string?> ParentExecutionIds { get; } = [];

    public List<byte[]> Events { get; } = [];

    public List<string?> Calls { get; } = [];

    /// <summary>Gets the partitions of other nodes that get something.</summary>
    public SortedSet<int> Foreign { get; } = [];

    /// <param name="from">The sending partition and its position; null: the receiver is on the same node.</param>
    public void Add(StoredMessage message, int receiver, (short Sender, long Position)? from)
    {
        Sequences.Add(message.Sequence);
        Receivers.Add((short)receiver);
        Senders.Add(from?.Sender);
        Positions.Add(from?.Position);
        InstanceIds.Add(message.InstanceId);
        ExecutionIds.Add(PostgresText.Storable(message.ExecutionId));
        ParentExecutionIds.Add(PostgresText.Storable(message.ParentExecutionId));
        Events.Add(message.Event);
        Calls.Add(message.Call);
        if (from is not null)
        {
            Foreign.Add(receiver);
        }
    }

    public void Clear()
    {
        Sequences.Clear();
        Receivers.Clear();
        Senders.Clear();
        Positions.Clear();
        InstanceIds.Clear();
        ExecutionIds.Clear();
        ParentExecutionIds.Clear();
        Events.Clear();
        Calls.Clear();
        Foreign.Clear();
    }
}

/// <summary>What other nodes are told when the commit is durable: which channel, which words.</summary>
internal sealed class NotificationColumns
{
    public List<string> Channels { get; } = [];

    public List<string> Payloads { get; } = [];

    public void Add(string channel, string payload)
    {
        Channels.Add(channel);
        Payloads.Add(payload);
    }

    public void Clear()
    {
        Channels.Clear();
        Payloads.Clear();
    }
}
