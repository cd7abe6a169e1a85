using System.Diagnostics.CodeAnalysis;

namespace TeamsWorkflows.DurableTask.Storage;

/// <summary>One time in which this process runs a partition: from its recovery until it is given back or lost.</summary>
/// <remarks>
/// Whatever is in memory belongs to the tenure in which it came there, and counts for nothing once that is over: turns are
/// not written, results and answers not taken. A partition that comes back begins a new tenure, from disk.
/// A process that runs all partitions there are has no tenures.
/// </remarks>
/// <param name="fence">The number of the acquisition: what a commit proves.</param>
/// <param name="isValid">Whether the lease still runs by this process's own clock.</param>
[SuppressMessage("Design", "CA1001", Justification = "A source without a timer or a handle holds nothing; running activities may look at its token to the last.")]
public sealed class Tenure(int partition, long fence, Func<bool> isValid)
{
    private readonly CancellationTokenSource _end = new();
    private readonly TaskCompletionSource _over = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _isOver;
    private volatile bool _isLeaving;

    /// <summary>Gets the partition, from 0.</summary>
    public int Partition => partition;

    /// <summary>Gets the number of the acquisition.</summary>
    public long Fence => fence;

    /// <summary>Gets a value indicating whether nothing of this tenure counts any more.</summary>
    public bool IsOver => _isOver;

    /// <summary>Gets a value indicating whether only what runs already is finished here.</summary>
    public bool IsLeaving => _isLeaving;

    /// <summary>Gets a task that completes when the tenure is over.</summary>
    public Task Over => _over.Task;

    /// <summary>Gets a value indicating whether an activity may begin.</summary>
    internal bool MayBegin => !_isOver && !_isLeaving && isValid();

    /// <summary>Gets what tells running activities that they are not wanted any more.</summary>
    internal CancellationToken End => _end.Token;

    /// <summary>Gets or sets how many instances are between runnable and durable; guarded by the runtime's lock.</summary>
    internal int BusyCount { get; set; }

    /// <summary>Gets or sets how many activities are between released and completed; guarded by the runtime's lock.</summary>
    internal int OpenActivityCount { get; set; }

    internal bool IsQuiet => BusyCount == 0 && OpenActivityCount == 0;

    /// <summary>Tells running activities to stop; their instances are told nothing.</summary>
    public void Cancel() => _ = _end.CancelAsync(); // on the pool: callbacks are user code

    internal void Leave() => _isLeaving = true;

    internal void Close()
    {
        _isOver = true;
        Cancel();
        _over.TrySetResult();
    }
}
