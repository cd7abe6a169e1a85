using TeamsWorkflows.DurableTask.Postgres.Leases;

namespace TeamsWorkflows.DurableTask.Tests.Postgres;

/// <summary>Several nodes and one table of leases over one fake time: delays, lost answers, pauses, clocks that are wrong, deaths.</summary>
/// <remarks>
/// True time goes in small steps. Each node has a clock of its own rate; the table has another. After every step
/// the rule is checked: no partition is believed in by two nodes, paused ones among them (what they would believe the
/// moment they go on).
/// </remarks>
internal sealed class LeaseSimulation
{
    public static readonly TimeSpan Lease = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(2);

    private readonly Random _random;
    private readonly double _drift;
    private readonly List<Node> _nodes = [];
    private readonly Table _table;
    private int _names;

    /// <param name="drift">By how much a clock's rate may be off, as a fraction.</param>
    public LeaseSimulation(int seed, int partitions, double drift)
    {
        (_random, _drift) = (new Random(seed), drift);
        _table = new Table(partitions, Rate());
    }

    public TimeSpan Now { get; private set; }

    public HashSet<string> Seen { get; } = new(StringComparer.Ordinal);

    public IReadOnlyList<Node> Nodes => _nodes;

    public IEnumerable<LeaseRow> Rows => _table.Rows(Now);

    public Node Join()
    {
        Node node = new($"n{_names++}", Rate(), new Random(_random.Next()));
        _nodes.Add(node);
        return node;
    }

    /// <summary>The process dies: it says nothing any more, and believes in nothing.</summary>
    public void Kill(Node node)
    {
        _nodes.Remove(node);
        Seen.Add("killed");
    }

    /// <param name="mishaps">Whether messages are lost and nodes pause.</param>
    public void Run(TimeSpan duration, bool mishaps = false)
    {
        for (var end = Now + duration; Now < end; Now += Tick)
        {
            foreach (var node in _nodes)
            {
                if (mishaps && _random.Next(2_000) == 0)
                {
                    node.PausedUntil = Now + (Lease * 3 * _random.NextDouble());
                    Seen.Add("paused");
                }

                if (node.PausedUntil <= Now)
                {
                    Step(node, mishaps);
                }
            }

            Check();
        }
    }

    /// <summary>How many partitions each node works on, in the nodes' order.</summary>
    public int[] Counts() => [.. _nodes.Select(n => Enumerable.Range(0, _table.Count).Count(p => n.Believes(p, Now)))];

    private void Step(Node node, bool mishaps)
    {
        if (node.Sent is { } sent)
        {
            Travel(node, sent, mishaps);
            return;
        }

        if (node.Leases.Due(node.Clock(Now)) == TimeSpan.Zero)
        {
            // The clock is read, and then the node may pause before the request is on its way.
            node.Sent = new(node.Leases.Ask(node.Clock(Now)), Now + Delay(), mishaps && _random.Next(20) == 0);
            if (mishaps && _random.Next(50) == 0)
            {
                node.PausedUntil = Now + (Lease * 2 * _random.NextDouble());
            }
        }
    }

    private void Travel(Node node, Sent sent, bool mishaps)
    {
        if (Now < sent.At)
        {
            return;
        }

        if (sent.Answer is { } answer)
        {
            node.Sent = null;
            Take(node, node.Leases.Told(sent.Request, answer));
        }
        else if (sent.IsLost)
        {
            Seen.Add("request lost");
            node.Sent = null;
            node.Leases.Failed();
        }
        else
        {
            answer = _table.Exchange(node.Leases.NodeId, sent.Request, Now);
            node.Sent = sent with { Answer = answer, At = Now + Delay() };
            if (mishaps && _random.Next(20) == 0)
            {
                Seen.Add("answer lost");
                node.Sent = null;
                node.Leases.Failed();
            }
        }
    }

    private void Take(Node node, LeaseChanges changes)
    {
        foreach (var gained in changes.Gained)
        {
            Assert.True(_table.IsNewest(gained), "A fence was given out twice.");
            Seen.Add("gained");
        }

        if (changes.Lost.Count > 0)
        {
            Seen.Add("lost");
        }

        foreach (var leaving in changes.Leaving)
        {
            node.Leases.GiveBack(leaving);
            Seen.Add("balanced");
        }
    }

    private void Check()
    {
        for (var partition = 0; partition < _table.Count; partition++)
        {
            Node? owner = null;
            foreach (var node in _nodes)
            {
                if (node.Believes(partition, Now))
                {
                    Assert.True(owner is null, $"{owner?.Leases.NodeId} and {node.Leases.NodeId} both own partition {partition} at {Now}.");
                    owner = node;
                }
            }
        }
    }

    private double Rate() => 1 + (_drift * ((2 * _random.NextDouble()) - 1));

    private TimeSpan Delay() => TimeSpan.FromMilliseconds(_random.Next(0, 20));

    internal sealed class Node(string id, double rate, Random random)
    {
        public PartitionLeases Leases { get; } = new(id, Lease, random);

        public TimeSpan PausedUntil { get; set; }

        public Sent? Sent { get; set; }

        public ClockReading Clock(TimeSpan now) => new(now * rate, DateTimeOffset.UnixEpoch + (now * rate));

        public bool Believes(int partition, TimeSpan now) => Leases.ValidFor(partition, Clock(now)) > TimeSpan.Zero;
    }

    internal sealed record Sent(LeaseRequest Request, TimeSpan At, bool IsLost, LeaseAnswer? Answer = null);

    /// <summary>What PostgresLeaseTable does, on a clock of its own.</summary>
    private sealed class Table(int count, double rate)
    {
        private readonly (string? Owner, long Fence, TimeSpan Until)[] _rows = new (string?, long, TimeSpan)[count];
        private readonly SortedDictionary<string, TimeSpan> _alive = new(StringComparer.Ordinal);

        public int Count => count;

        public bool IsNewest(PartitionFence fence) => _rows[fence.Partition].Fence >= fence.Fence;

        public LeaseAnswer Exchange(string node, LeaseRequest request, TimeSpan trueTime)
        {
            var now = trueTime * rate;
            _alive.Remove(node);
            if (!request.IsLeaving)
            {
                _alive[node] = now + Lease;
            }

            foreach (var released in request.Release.Where(p => _rows[p].Owner == node))
            {
                _rows[released] = (null, _rows[released].Fence, TimeSpan.Zero);
            }

            for (var p = 0; p < count; p++)
            {
                if (_rows[p].Owner == node)
                {
                    _rows[p].Until = now + Lease;
                }
            }

            var share = Share(node, now);
            for (var p = 0; p < count && _rows.Count(r => r.Owner == node) < share; p++)
            {
                if ((_rows[p].Owner is null || (_rows[p].Owner != node && _rows[p].Until <= now)) && !request.Release.Contains(p))
                {
                    _rows[p] = (node, _rows[p].Fence + 1, now + Lease);
                }
            }

            return new([.. Rows(trueTime)], share);
        }

        public IEnumerable<LeaseRow> Rows(TimeSpan trueTime)
            => _rows.Select((r, p) => new LeaseRow(p, r.Owner, r.Fence, r.Owner is null ? TimeSpan.Zero : r.Until - (trueTime * rate)));

        private int Share(string node, TimeSpan now)
        {
            var live = _alive.Where(n => n.Value > now).Select(n => n.Key).ToList();
            var rank = live.IndexOf(node);
            return rank < 0 ? 0 : (count / live.Count) + (rank < count % live.Count ? 1 : 0);
        }
    }
}
