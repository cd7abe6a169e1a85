using System.Diagnostics.CodeAnalysis;
using TeamsWorkflows.DurableTask.Storage;

namespace TeamsWorkflows.DurableTask.Postgres.Leases;

/// <summary>Keeps a node's leases alive: a thread for <see cref="PartitionLeases"/>.</summary>
/// <remarks>
/// A thread and a connection of its own: renewals must come in time also when the thread pool is busy and a commit takes long.
/// </remarks>
/// <param name="changed">Called on the keeper's thread, outside its lock.</param>
/// <param name="troubled">Called for each request that failed.</param>
internal sealed class LeaseKeeper(
    PartitionLeases leases, ILeaseTable table, TimeProvider time, Action<LeaseChanges> changed, Action<Exception> troubled) : IDisposable
{
    private readonly object _gate = new();
    private Thread? _thread;
    private bool _isStopped;
    private volatile Exception? _trouble;

    /// <summary>Gets why the last request had no answer; null: it had one.</summary>
    public Exception? Trouble => _trouble;

    /// <summary>Gets the partitions that commits may prove, with their fences.</summary>
    public HeldPartitions Held { get; private set; } = new([]);

    /// <summary>Asks once, on the caller's thread.</summary>
    /// <exception cref="IOException">The database is out of reach.</exception>
    /// <exception cref="IncompatibleStoreException">A newer release has migrated the hub.</exception>
    public LeaseAnswer Exchange()
    {
        LeaseRequest request;
        lock (_gate)
        {
            request = leases.Ask(ClockReading.Of(time));
        }

        try
        {
            var answer = table.Exchange(request);
            _trouble = null;
            Tell(request, answer);
            return answer;
        }
        catch (Exception e)
        {
            _trouble = e;
            lock (_gate)
            {
                leases.Failed();
            }

            throw;
        }
    }

    public void Start()
    {
        _thread = new Thread(Keep) { Name = "leases", IsBackground = true };
        _thread.Start();
    }

    /// <inheritdoc cref="PartitionLeases.ValidFor"/>
    public TimeSpan ValidFor(int partition)
    {
        lock (_gate)
        {
            return leases.ValidFor(partition, ClockReading.Of(time));
        }
    }

    /// <inheritdoc cref="PartitionLeases.Drain"/>
    public IReadOnlyList<int> Drain() => Awake(leases.Drain);

    /// <inheritdoc cref="PartitionLeases.GiveBack"/>
    public void GiveBack(int partition) => Awake(() =>
    {
        leases.GiveBack(partition);
        Held = new(leases.Held);
        return 0;
    });

    /// <inheritdoc cref="PartitionLeases.Poke"/>
    public void Poke() => Awake(() =>
    {
        leases.Poke();
        return 0;
    });

    /// <summary>Gives back at once whatever is held, and ends this node's part. Nothing may run any more.</summary>
    /// <exception cref="IOException">The database is out of reach: the leases run out by themselves.</exception>
    public void GiveAllBack()
    {
        Stop();
        leases.Drain();
        foreach (var held in leases.Held.ToArray())
        {
            leases.GiveBack(held.Partition);
        }

        Exchange();
    }

    /// <summary>Ends the thread. What was not given back runs out by itself.</summary>
    public void Dispose()
    {
        Stop();
        table.Dispose();
    }

    private void Stop()
    {
        Awake(() => _isStopped = true);
        _thread?.Join();
    }

    private T Awake<T>(Func<T> act)
    {
        lock (_gate)
        {
            var result = act();
            Monitor.Pulse(_gate);
            return result;
        }
    }

    private void Tell(LeaseRequest request, LeaseAnswer answer)
    {
        LeaseChanges changes;
        lock (_gate)
        {
            changes = leases.Told(request, answer);
            Held = new(leases.Held);
        }

        if (!changes.IsEmpty)
        {
            changed(changes);
        }
    }

    [SuppressMessage("Design", "CA1031", Justification = "Edge: a failed renewal is told and tried again for as long as the lease runs.")]
    private void Keep()
    {
        while (WaitUntilDue())
        {
            try
            {
                Exchange();
            }
            catch (Exception e)
            {
                troubled(e);
            }
        }
    }

    private bool WaitUntilDue()
    {
        lock (_gate)
        {
            while (!_isStopped)
            {
                var due = leases.Due(ClockReading.Of(time));
                if (due == TimeSpan.Zero)
                {
                    return true;
                }

                Monitor.Wait(_gate, due);
            }

            return false;
        }
    }
}
