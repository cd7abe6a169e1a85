namespace TeamsWorkflows.DurableTask.Postgres.Messages;

/// <summary>How far this node has read the messages of other nodes: one position per receiving and sending partition.</summary>
/// <remarks>
/// Why nothing is ever passed over. A message carries a sender (one partition that the sending node holds) and a position
/// (that partition's fence, then the number of the node's commit). The commits of one sender become visible one after the
/// other, in the order of their positions: under one fence a node has one writer, which begins a commit when the one before
/// has ended, and commits no more after one whose outcome it does not know; and a higher fence is given out when every
/// commit under the lower one has ended (check_fences in 001.sql). So a snapshot that shows a position shows every lower
/// one of the same sender, and "above the highest I saw" is exactly "what I have not seen". It needs no clock, no list of
/// what is in memory, no reading of consumed rows again, and no waiting for the oldest transaction of the server - numbers
/// of a sequence or of transactions would: those become visible out of order, and one long transaction anywhere on the
/// server would hold everything up. Senders do not wait for each other, as they would for a counter per receiver.
/// Within one read, messages come in the order of their sequence numbers.
/// </remarks>
internal sealed class InboxCursors
{
    private const int CommitBits = 40; // a thousand commits a second for 34 years, and 8 million takeovers

    private readonly Dictionary<(int Receiver, int Sender), long> _seen = [];

    public static long Position(long fence, long commit) => checked((fence << CommitBits) + commit);

    /// <summary>Returns how far the messages of a sender have been read; 0: not at all.</summary>
    public long Of(int receiver, int sender) => _seen.GetValueOrDefault((receiver, sender));

    public void Advance(int receiver, int sender, long position)
    {
        if (position > Of(receiver, sender))
        {
            _seen[(receiver, sender)] = position;
        }
    }

    /// <summary>Forgets a receiver that is not this node's any more.</summary>
    public void Forget(int receiver)
    {
        foreach (var pair in _seen.Keys.Where(pair => pair.Receiver == receiver).ToArray())
        {
            _seen.Remove(pair);
        }
    }
}
