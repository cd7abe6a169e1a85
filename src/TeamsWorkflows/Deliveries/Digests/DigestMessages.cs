namespace TeamsWorkflows.Deliveries.Digests;

/// <summary>Where a digest stands.</summary>
public enum DigestState
{
    /// <summary>It takes reports, until its window ends.</summary>
    Open,

    /// <summary>It takes no more reports, and none leaves it unless its message waits: it may be under way.</summary>
    Closed,

    /// <summary>Its message is there.</summary>
    Posted,

    /// <summary>It was not posted: its reports go on by themselves.</summary>
    Released,

    /// <summary>Nobody could confirm whether its message is there.</summary>
    InDoubt,
}

/// <param name="ClosesAt">When it closes, if this delivery is its first.</param>
internal sealed record JoinDigestInput(string DeliveryId, DateTimeOffset ClosesAt);

/// <param name="LeaderId">The delivery that posts the digest; null: the report goes by itself.</param>
/// <param name="IsFull">Whether nobody else fits in.</param>
internal sealed record DigestPlace(string? LeaderId, DateTimeOffset ClosesAt, bool IsFull)
{
    /// <summary>The event that tells the leader that nobody else fits in.</summary>
    public const string Full = "DigestFull";

    /// <summary>The event that tells the others that the digest has ended.</summary>
    public const string Ended = "DigestEnded";
}

/// <param name="State">How the leader's delivery ended.</param>
/// <param name="IsInDoubt">Whether its message may be there all the same.</param>
internal sealed record SettleDigestInput(string LeaderId, DeliveryState State, bool IsInDoubt);

/// <param name="State">Released: the delivery goes on by itself; Posted: it is there; else nobody knows yet.</param>
internal sealed record LeftDigest(DigestState State);
