using TeamsWorkflows.DurableTask.Storage;

namespace TeamsWorkflows.DurableTask.Worker;

/// <summary>Timers as they lie on disk, the earliest first.</summary>
/// <param name="Horizon">What is due at or after it is not in the page; null: the page has all there are.</param>
internal sealed record TimerPage(IReadOnlyList<DueTimer> Timers, DateTimeOffset? Horizon)
{
    /// <summary>Reads on from a time; nobody may hold a lock meanwhile, since a database that is away answers late.</summary>
    /// <param name="max">How many to read; more come when more than that are due at one instant.</param>
    public static TimerPage Read(IPartitionStore store, DateTimeOffset from, int max)
        => Of(store.LoadTimers(from, max), max, store);

    /// <summary>Makes a page of what was read already.</summary>
    /// <param name="max">How many were asked for: fewer mean that there are no more.</param>
    public static TimerPage Of(IReadOnlyList<DueTimer> read, int max, IPartitionStore store)
    {
        while (read.Count == max && read[0].DueAt == read[^1].DueAt) // those of one instant come together, however many
        {
            max *= 2;
            read = store.LoadTimers(read[0].DueAt, max);
        }

        return new(read, read.Count < max ? null : read[^1].DueAt);
    }
}
