using Npgsql;
using TeamsWorkflows.DurableTask.Postgres.Leases;
using TeamsWorkflows.DurableTask.Storage;

namespace TeamsWorkflows.DurableTask.Postgres.Nodes;

/// <summary>The part of a hub that this node runs, as it changes: what is written proves that it still is this node's.</summary>
/// <remarks>
/// A commit does not throw when the node has lost partitions or the database: their tenures end, which is what refuses
/// their turns, and the rest of the batch is written. After a commit whose outcome is unknown nothing is written under the
/// same fences any more: the tenures that it proved end.
/// </remarks>
/// <param name="lost">Called on the writer's thread with the tenures whose fences the database refused; they must be over afterwards.</param>
/// <param name="failed">
/// Called on the writer's thread when nobody knows what was written, with the tenures that the commit proved: they must be
/// over afterwards. One that began while the commit hung has a fence of its own, and goes on.
/// </param>
/// <param name="unsent">Called with a batch of which nothing is written by this node any more.</param>
internal sealed class NodeStore(
    PostgresConnections connections,
    HubChannels channels,
    int partitions,
    Tenures tenures,
    Action<IReadOnlyList<Tenure>, PartitionLostException> lost,
    Action<IReadOnlyList<Tenure>, Exception> failed,
    Action<IReadOnlyList<StoreCommand>, Exception> unsent) : IPartitionStore
{
    private readonly PostgresReader _reader = new(connections);
    private readonly Lock _committing = new();
    private readonly List<StoreCommand> _valid = [];
    private NpgsqlConnection? _writing;
    private PostgresWriter? _writer;
    private long _commits;
    private IReadOnlyList<Tenure> _proved = [];
    private HeldPartitions _proof = new([]);

    public bool IsRemote => true;

    /// <summary>Opens nothing: partitions are recovered one by one, as they are acquired.</summary>
    public RecoveredPartition Recover(int maxTimers) => new(0, 0, [], [], []);

    public void Commit(IReadOnlyList<StoreCommand> batch)
    {
        lock (_committing)
        {
            Write(batch);
        }
    }

    /// <summary>Waits for the commit that runs now: what it proves must not be given away under it.</summary>
    public void Settle()
    {
        lock (_committing)
        {
        }
    }

    private void Write(IReadOnlyList<StoreCommand> batch)
    {
        while (true)
        {
            var (proved, proof) = Proof(); // before the look at what is over: a tenure that is not over by then was proved
            TakeValid(batch);
            if (_valid.Count == 0)
            {
                return;
            }

            if (proof.Ids.Length == 0)
            {
                unsent(_valid, new PartitionLostException("This node has no part of the task hub at the moment. Nothing was written.", []));
                return;
            }

            try
            {
                Writer().Commit(_valid, proof, static (message, _) => message.Receiver is { IsOver: false }, ++_commits);
                return;
            }
            catch (NpgsqlException e) when (PostgresErrors.Translate(e, connections.Name) is PartitionLostException loss)
            {
                lost([.. proved.Where(t => loss.Partitions.Contains(t.Partition))], loss); // and the rest once more
            }
            catch (NpgsqlException e)
            {
                CloseWriter();
                var reason = PostgresErrors.Translate(e, connections.Name);
                failed(proved, reason);
                unsent(_valid, reason);
                return;
            }
        }
    }

    public StoredInstance? Load(string instanceId) => Load(instanceId, 0, int.MaxValue);

    public StoredInstance? Load(string instanceId, int fromTurn, int maxTurns) => Read(reader => reader.Load(instanceId, fromTurn, maxTurns));

    public StoredInstance? LoadEnds(string instanceId) => Read(reader => reader.LoadEnds(instanceId));

    public IReadOnlyList<DueTimer> LoadTimers(DateTimeOffset from, int max) => Read(reader => reader.LoadTimers(Running(), from, max));

    public IReadOnlyList<InstanceRow> Query(OrchestrationQuery query, long beforeKey, int max)
        => Read(reader => reader.Query(query, beforeKey, max));

    public IReadOnlyList<InstanceCount> Count(OrchestrationQuery query, TimeSpan span, int max)
        => Read(reader => reader.Count(query, span, max));

    public IReadOnlyList<InstanceState> Find(IReadOnlyList<string> ids) => Read(reader => reader.Find(ids));

    /// <summary>Lists what this node is to purge; other nodes see to theirs.</summary>
    public IReadOnlyList<string> ListFinished(DateTimeOffset before, int max) => Read(reader => reader.ListFinished(Running(), before, max));

    /// <summary>Ends the writing. Nothing may be committed meanwhile.</summary>
    public void Dispose() => CloseWriter();

    private short[] Running() => [.. tenures.Current.Select(static t => (short)t.Partition)];

    private void TakeValid(IReadOnlyList<StoreCommand> batch)
    {
        _valid.Clear();
        for (var i = 0; i < batch.Count; i++)
        {
            if (batch[i].Tenure is not { IsOver: true })
            {
                _valid.Add(batch[i]);
            }
        }
    }

    private (IReadOnlyList<Tenure> Proved, HeldPartitions Proof) Proof()
    {
        var current = tenures.Current;
        if (!ReferenceEquals(current, _proved))
        {
            (_proved, _proof) = (current, new(current.Select(static t => new PartitionFence(t.Partition, t.Fence))));
        }

        return (_proved, _proof);
    }

    private PostgresWriter Writer()
    {
        _writing ??= connections.OpenOwn();
        return _writer ??= new PostgresWriter(_writing, channels, partitions);
    }

    private void CloseWriter()
    {
        _writing?.Dispose();
        (_writing, _writer) = (null, null);
    }

    private T Read<T>(Func<PostgresReader, T> read)
    {
        try
        {
            return ReadAgainIfBroken(read);
        }
        catch (NpgsqlException e)
        {
            throw PostgresErrors.Translate(e, connections.Name);
        }
    }

    // A database that has restarted is found out by whoever uses the first pooled connection: the next one is new.
    private T ReadAgainIfBroken<T>(Func<PostgresReader, T> read)
    {
        try
        {
            return read(_reader);
        }
        catch (NpgsqlException e) when (e is { IsTransient: true, InnerException: not TimeoutException })
        {
            connections.Forget();
            return read(_reader);
        }
    }
}
