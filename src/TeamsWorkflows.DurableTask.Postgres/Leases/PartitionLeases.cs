using System.Runtime.InteropServices;

namespace TeamsWorkflows.DurableTask.Postgres.Leases;

/// <summary>Which partitions this node may work on, and until when: the node's side of the leases, without I/O.</summary>
/// <remarks>
/// <code>
///   nobody's --acquire--> held --more than the share, or drain--> leaving --GiveBack--> given back --request--> nobody's
///                          |  ^--- renewed by every request                                                      ^
///                          +--- not renewed for a lease's length: another node's, fence + 1 --------------------+
/// </code>
/// A passive state machine: no thread, no clock. Whoever drives it asks when something is <see cref="Due"/>, sends what
/// <see cref="Ask"/> says, one request at a time, and reports the answer or the failure.
/// <para>
/// One owner at every instant: the database lets a lease end one <c>duration</c> after it handled the request, by its own
/// clock; this node believes in it for nine tenths of that after it SENT the request, by its own clocks. The tenth is what
/// the two clocks may differ by in that time: a rate off by a tenth, or the database's clock set forward by that much.
/// Commits do not depend on it, they prove the fence; it is for what no commit guards: activities, and answers.
/// </para>
/// </remarks>
/// <param name="duration">For how long a lease runs.</param>
/// <param name="random">Spreads the nodes' requests.</param>
internal sealed class PartitionLeases(string nodeId, TimeSpan duration, Random random)
{
    private readonly SortedDictionary<int, Holding> _held = [];
    private ClockReading? _lastAsked;
    private TimeSpan _pause; // from the last request to the next
    private bool _isAsking;
    private bool _isPoked;

    public string NodeId => nodeId;

    /// <summary>Gets for how long after a request a lease is believed in.</summary>
    public TimeSpan Trust { get; } = duration * 0.9;

    /// <summary>Gets a value indicating whether the node takes no more partitions and gives back those it has.</summary>
    public bool IsDraining { get; private set; }

    /// <summary>Gets the partitions that this node may commit for, with their fences.</summary>
    public IEnumerable<PartitionFence> Held => _held.Where(static h => !h.Value.IsGivenBack).Select(static h => new PartitionFence(h.Key, h.Value.Fence));

    /// <summary>Returns how long to wait before the next request; zero: it is time.</summary>
    public TimeSpan Due(ClockReading now)
    {
        if (_isAsking)
        {
            return Timeout.InfiniteTimeSpan;
        }

        var left = _lastAsked is { } last && !_isPoked ? _pause - now.Since(last) : TimeSpan.Zero;
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }

    /// <summary>Returns how long the node may still work on a partition without hearing from the database; zero: not at all.</summary>
    public TimeSpan ValidFor(int partition, ClockReading now)
    {
        if (!_held.TryGetValue(partition, out var holding) || holding.IsGivenBack)
        {
            return TimeSpan.Zero;
        }

        var left = Trust - now.Since(holding.RenewedAt);
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }

    /// <summary>Makes the next request due at once: somebody said that partitions are free.</summary>
    public void Poke() => _isPoked = true;

    /// <summary>Ends this node's part.</summary>
    /// <returns>What to finish and to <see cref="GiveBack"/>, each as soon as it is quiet.</returns>
    public IReadOnlyList<int> Drain()
    {
        (IsDraining, _isPoked) = (true, true);
        return Leave(_held.Count);
    }

    /// <summary>Says that nothing of a partition runs here any more: the next request, due at once, releases it.</summary>
    public void GiveBack(int partition)
    {
        if (_held.TryGetValue(partition, out var holding))
        {
            _held[partition] = holding with { IsLeaving = true, IsGivenBack = true };
            _isPoked = true;
        }
    }

    /// <param name="now">Read right before the request is sent.</param>
    public LeaseRequest Ask(ClockReading now)
    {
        (_isAsking, _isPoked, _lastAsked) = (true, false, now);
        return new(now, [.. _held.Where(static h => h.Value.IsGivenBack).Select(static h => h.Key)], IsDraining);
    }

    public LeaseChanges Told(LeaseRequest request, LeaseAnswer answer)
    {
        _isAsking = false;
        foreach (var released in request.Release)
        {
            _held.Remove(released);
        }

        List<PartitionFence> gained = [];
        List<int> lost = [];
        foreach (var row in answer.Partitions)
        {
            Take(row, request.SentAt, gained, lost);
        }

        var surplus = _held.Values.Count(static h => !h.IsLeaving) - answer.Share;
        _pause = Pause(answer);
        return new(gained, lost, surplus > 0 ? Leave(surplus) : []);
    }

    /// <summary>Says that no answer came: whether the request was carried out is unknown, and the next one will tell.</summary>
    public void Failed()
    {
        _isAsking = false;
        _pause = Jittered(duration / 15);
    }

    private void Take(LeaseRow row, ClockReading sentAt, List<PartitionFence> gained, List<int> lost)
    {
        var isKnown = _held.TryGetValue(row.Partition, out var holding);
        if (row.Owner == nodeId && isKnown && holding.Fence == row.Fence)
        {
            _held[row.Partition] = holding with { RenewedAt = sentAt };
            return;
        }

        if (isKnown)
        {
            _held.Remove(row.Partition);
            lost.Add(row.Partition);
        }

        if (row.Owner == nodeId) // acquired now, or by a request whose answer was lost
        {
            _held[row.Partition] = new(row.Fence, sentAt);
            gained.Add(new(row.Partition, row.Fence));
        }
    }

    private List<int> Leave(int count)
    {
        List<int> leaving = [.. _held.Where(static h => !h.Value.IsLeaving).Select(static h => h.Key).TakeLast(count)];
        foreach (var partition in leaving)
        {
            _held[partition] = _held[partition] with { IsLeaving = true };
        }

        return leaving;
    }

    // A third of a lease; sooner when another node's lease is about to end, so that a dead node's work waits no longer than that.
    private TimeSpan Pause(LeaseAnswer answer)
    {
        var pause = Jittered(duration / 3);
        foreach (var row in answer.Partitions)
        {
            if (row.Owner is not null && row.Owner != nodeId && row.Remaining < pause)
            {
                pause = row.Remaining > duration / 100 ? row.Remaining : duration / 100;
            }
        }

        return pause;
    }

#pragma warning disable CA5394 // not a secret
    private TimeSpan Jittered(TimeSpan pause) => pause * (0.9 + (0.1 * random.NextDouble()));
#pragma warning restore CA5394

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Holding(long Fence, ClockReading RenewedAt, bool IsLeaving = false, bool IsGivenBack = false);
}
