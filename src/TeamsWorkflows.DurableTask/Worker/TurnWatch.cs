namespace TeamsWorkflows.DurableTask.Worker;

/// <summary>Which turns are running their code right now, and since when.</summary>
/// <remarks>A handful of slots without a lock: each turn enters and leaves, once a second somebody looks.</remarks>
internal sealed class TurnWatch(TimeProvider time, int slots)
{
    private readonly Entry?[] _entries = new Entry?[slots];

    public Entry Enter(Turn turn)
    {
        Entry entry = new(turn, time.GetTimestamp());
        for (var i = 0; i < _entries.Length; i++)
        {
            if (Interlocked.CompareExchange(ref _entries[i], entry, null) is null)
            {
                return entry with { Slot = i };
            }
        }

        return entry; // more at once than ever meant to: not watched
    }

    public void Leave(Entry entry)
    {
        if (entry.Slot >= 0)
        {
            Volatile.Write(ref _entries[entry.Slot], null);
        }
    }

    /// <returns>The turns that have been running for longer than a time.</returns>
    public IEnumerable<Turn> Overdue(TimeSpan limit)
    {
        foreach (var entry in _entries)
        {
            if (entry is not null && time.GetElapsedTime(entry.Since) > limit)
            {
                yield return entry.Turn;
            }
        }
    }

    internal sealed record Entry(Turn Turn, long Since, int Slot = -1);
}
