namespace TeamsWorkflows.DurableTask.Storage;

/// <summary>Which partitions of a hub this process runs at the moment, when other processes run the rest.</summary>
/// <param name="partitionCount">How many partitions the hub has.</param>
/// <param name="node">By which name answers find this process.</param>
public sealed class Tenures(int partitionCount, string node)
{
    private readonly Lock _gate = new();
    private volatile Tenure[] _current = [];
    private Tenure?[] _byPartition = new Tenure?[partitionCount];
    private TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Gets by which name answers find this process.</summary>
    public string Node => node;

    /// <summary>Gets what runs here, by partition.</summary>
    public IReadOnlyList<Tenure> Current => _current;

    /// <summary>Gets or sets what to call when a partition can not go on here, such as when the database is out of reach.</summary>
    public Action<IReadOnlyList<Tenure>, Exception>? Failed { get; set; }

    /// <summary>Gets or sets how to look after instances wherever they run; those that there are not are left out.</summary>
    public Func<IReadOnlyList<string>, IReadOnlyList<InstanceState>>? Find { get; set; }

    /// <summary>Gets a task that completes when a partition has been taken over.</summary>
    internal Task Begun => Volatile.Read(ref _begun).Task;

    /// <returns>From 0.</returns>
    public int PartitionOf(string instanceId) => InstancePartition.Of(instanceId, partitionCount);

    /// <returns>The tenure that an instance belongs to; null: it is another process's, or about to be.</returns>
    public Tenure? Of(string instanceId)
        => Volatile.Read(ref _byPartition)[PartitionOf(instanceId)] is { IsOver: false, IsLeaving: false } tenure
            ? tenure
            : null;

    internal void Begin(Tenure tenure) => Set(tenure.Partition, tenure);

    internal void Remove(Tenure tenure)
    {
        lock (_gate)
        {
            if (_byPartition[tenure.Partition] == tenure)
            {
                Set(tenure.Partition, null);
            }
        }
    }

    private void Set(int partition, Tenure? tenure)
    {
        lock (_gate)
        {
            var next = _byPartition.ToArray();
            next[partition] = tenure;
            Volatile.Write(ref _byPartition, next);
            _current = [.. next.OfType<Tenure>()];
            if (tenure is not null)
            {
                Interlocked.Exchange(ref _begun, new(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();
            }
        }
    }
}

/// <summary>How far an instance has come, for those who wait for it.</summary>
public readonly record struct InstanceState(string InstanceId, bool HasStarted, bool HasEnded);
