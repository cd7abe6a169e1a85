using TeamsWorkflows.DurableTask.Core;
using TeamsWorkflows.DurableTask.Storage;

namespace TeamsWorkflows.DurableTask.Tests.Simulation;

/// <summary>A store that refuses what no engine may write, and fails when it is told to.</summary>
/// <remarks>
/// History only grows, or is replaced as a whole; a message is read once; what is written reads back the same. Commands
/// of different instances may come in any order, so the numbers of messages need not grow from one to the next.
/// </remarks>
internal sealed class CheckedStore(IPartitionStore inner) : IPartitionStore
{
    private readonly Dictionary<long, int> _turns = [];
    private readonly HashSet<long> _messages = [];

    /// <summary>Gets or sets how the next commit fails.</summary>
    public StoreFailure Next { get; set; }

    /// <summary>Gets how often a page of timers was asked for, recovery left out.</summary>
    public int TimerPages { get; private set; }

    public RecoveredPartition Recover(int maxTimers)
    {
        inner.Dispose(); // the process that had it is gone, and its locks are
        var recovered = inner.Recover(maxTimers);
        Assert.Equal(_messages.Order(), recovered.Messages.Select(static m => m.Sequence));
        Assert.Equal(_turns.Keys.DefaultIfEmpty().Max(), recovered.LastKey);
        return recovered;
    }

    public void Commit(IReadOnlyList<StoreCommand> batch)
    {
        var failure = Next;
        Next = StoreFailure.None;
        if (failure == StoreFailure.NothingWritten)
        {
            throw new IOException("the disk says no");
        }

        foreach (var command in batch)
        {
            switch (command)
            {
                case CommitTurn turn: Check(turn); break;
                case RefuseMessages refuse:
                    Assert.True(refuse.Consumed.Count > 0 || refuse.Purged is not null, "A command that changes nothing was written.");
                    Exchange(refuse.Consumed, refuse.Sent);
                    Forget(refuse.Purged);
                    break;
                default: throw new InvalidOperationException($"Unknown command {command}.");
            }
        }

        inner.Commit(batch);
        if (failure == StoreFailure.AnswerLost)
        {
            throw new IOException("the disk does not answer");
        }
    }

    public StoredInstance? Load(string instanceId) => inner.Load(instanceId);

    public StoredInstance? Load(string instanceId, int fromTurn, int maxTurns) => inner.Load(instanceId, fromTurn, maxTurns);

    public StoredInstance? LoadEnds(string instanceId) => inner.LoadEnds(instanceId);

    public IReadOnlyList<InstanceRow> Query(OrchestrationQuery query, long beforeKey, int max) => inner.Query(query, beforeKey, max);

    public IReadOnlyList<string> ListFinished(DateTimeOffset before, int max) => inner.ListFinished(before, max);

    public IReadOnlyList<DueTimer> LoadTimers(DateTimeOffset from, int max)
    {
        TimerPages++;
        return inner.LoadTimers(from, max);
    }

    public void Dispose() => inner.Dispose();

    private void Check(CommitTurn turn)
    {
        Exchange(turn.Consumed, turn.Sent);
        Forget(turn.Replaces);
        if (turn.IsNew)
        {
            Assert.True(_turns.TryAdd(turn.InstanceKey, 0), "A key was used twice.");
            Assert.NotNull(turn.Row);
        }

        if (turn.ReplacesHistory)
        {
            _turns[turn.InstanceKey] = 0;
        }

        if (turn.History is { } chunk)
        {
            Assert.Equal(_turns[turn.InstanceKey]++, turn.TurnNumber);
            Assert.Equal(chunk, HistoryCodec.Encode([.. HistoryCodec.Decode(chunk)]));
        }
    }

    private void Exchange(IReadOnlyList<long> consumed, IReadOnlyList<StoredMessage> sent)
    {
        foreach (var message in sent)
        {
            Assert.True(_messages.Add(message.Sequence), $"Message {message.Sequence} was sent twice.");
        }

        foreach (var sequence in consumed)
        {
            Assert.True(_messages.Remove(sequence), $"Message {sequence} was read twice, or never sent.");
        }
    }

    private void Forget(long? key)
    {
        if (key is { } gone)
        {
            Assert.True(_turns.Remove(gone), $"Instance {gone} went twice, or never was.");
        }
    }
}

internal enum StoreFailure
{
    None,

    /// <summary>The transaction was rolled back.</summary>
    NothingWritten,

    /// <summary>The transaction is durable, and nobody was told.</summary>
    AnswerLost,
}
