using TeamsWorkflows.DurableTask.Core;
using TeamsWorkflows.DurableTask.Storage;

namespace TeamsWorkflows.DurableTask.Tests.Simulation;

/// <summary>Makes store commands of a seed: whatever an owner of a partition might write, in any order.</summary>
internal sealed class RandomCommands(Random random)
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    private readonly Dictionary<string, (InstanceRow Row, int Turns)> _instances = new(StringComparer.Ordinal);
    private readonly List<long> _messages = [];
    private long _key;
    private long _sequence;

    public static IReadOnlyList<string> Ids { get; } = ["a", "b", "A", "a%", "ünï-🧾", "a:0001"];

    public IReadOnlyList<StoreCommand> NextBatch() => [.. Enumerable.Range(0, random.Next(1, 5)).Select(_ => Next())];

    /// <summary>Makes a time that others are likely to be, too.</summary>
    public DateTimeOffset Time() => Noon.AddMinutes(random.Next(6)).AddTicks(random.Next(2));

    public OrchestrationQuery Query() => new(random.Next(2) == 0 ? [] : [Status(), Status()])
    {
        InstanceIdPrefix = random.Next(3) == 0 ? Ids[random.Next(Ids.Count)] : null,
        Name = random.Next(3) == 0 ? "pOSt" : null,
        CreatedFrom = random.Next(4) == 0 ? Time() : null,
        CreatedBefore = random.Next(4) == 0 ? Time() : null,
        CompletedFrom = random.Next(4) == 0 ? Time() : null,
        CompletedBefore = random.Next(4) == 0 ? Time() : null,
        Tags = random.Next(3) == 0 ? Tags() : ValueMap<string>.Empty,
    };

    private StoreCommand Next()
    {
        var id = Ids[random.Next(Ids.Count)];
        var isThere = _instances.TryGetValue(id, out var instance);
        return random.Next(6) switch
        {
            0 => new RefuseMessages(Consumed(), Sent(), isThere && random.Next(2) == 0 ? Gone(id) : null),
            1 or 2 when isThere => New(id, replaces: Gone(id)),
            _ when isThere => More(id, instance.Row, instance.Turns),
            _ => New(id, replaces: null),
        };
    }

    private CommitTurn New(string id, long? replaces)
    {
        var isWaiting = random.Next(4) == 0;
        var name = random.Next(2) == 0 ? "Post" : "Fetch";
        var row = Changed(new InstanceRow(++_key, id, name, Status(), false, null, null, Time(), Time())) with
        {
            ParentId = random.Next(3) == 0 ? "parent" : null,
            Tags = random.Next(2) == 0 ? Tags() : ValueMap<string>.Empty,
            Waiting = isWaiting ? Bytes() : null,
        };
        _instances[id] = (row, isWaiting ? 0 : 1);
        return new(row.Key, 0, isWaiting ? null : Bytes(), ReplacesHistory: false, IsNew: true, row, Sent(), Consumed(), replaces);
    }

    private CommitTurn More(string id, InstanceRow old, int turns)
    {
        var isReplacing = random.Next(5) == 0;
        var row = random.Next(3) == 0 && old.Waiting is null ? null : Changed(old);
        var number = isReplacing ? 0 : turns;
        _instances[id] = (row ?? old, number + 1);
        return new(old.Key, number, Bytes(), isReplacing, IsNew: false, row, Sent(), Consumed());
    }

    private InstanceRow Changed(InstanceRow row) => row with
    {
        Status = Status(),
        IsActive = random.Next(3) == 0,
        TimerAt = random.Next(2) == 0 ? Time() : null,
        CustomStatus = random.Next(3) == 0 ? $"\"{random.Next(9)} é\"" : null,
        UpdatedAt = Time(),
        Version = random.Next(3) == 0 ? "2.1" : null,
        CompletedAt = random.Next(2) == 0 ? Time() : null,
        Waiting = null,
    };

    private long? Gone(string id)
    {
        _instances.Remove(id, out var gone);
        return gone.Row.Key;
    }

    private StoredMessage[] Sent()
    {
        StoredMessage[] sent = [.. Enumerable.Range(0, random.Next(3)).Select(_ => new StoredMessage(
            ++_sequence, Ids[random.Next(Ids.Count)], random.Next(2) == 0 ? "e" : null, random.Next(2) == 0 ? "p" : null, Bytes()))];
        _messages.AddRange(sent.Select(static m => m.Sequence));
        return sent;
    }

    private long[] Consumed()
    {
        long[] consumed = [.. _messages.Where(_ => random.Next(3) == 0)];
        _messages.RemoveAll(consumed.Contains);
        return consumed;
    }

    private OrchestrationRuntimeStatus Status() => Enum.GetValues<OrchestrationRuntimeStatus>()[random.Next(7)];

    private ValueMap<string> Tags() => new([new("team", $"{random.Next(2)}"), new("ünï \"x\"", "")]);

    private byte[] Bytes()
    {
        var bytes = new byte[random.Next(40)];
        random.NextBytes(bytes);
        return bytes;
    }
}
