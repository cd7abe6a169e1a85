using System.Text.Json.Serialization;

namespace TeamsWorkflows.Deliveries;

/// <summary>What is done when nobody can say whether a message arrived, and nobody can look.</summary>
public enum UnknownAction
{
    /// <summary>The report goes out by e-mail, which says that the message may be there, too.</summary>
    FallBack,

    /// <summary>It waits for an operator, who looks and decides, for as long as patience lasts.</summary>
    Hold,

    /// <summary>It is posted again, with a note that it may be a repeat.</summary>
    Repeat,
}

/// <summary>What is done with a message that is late.</summary>
public enum LateAction
{
    /// <summary>It is posted, with a note that it is late.</summary>
    Post,

    /// <summary>It is not posted any more.</summary>
    Skip,

    /// <summary>It is gathered with other late reports for its place into one message.</summary>
    Digest,
}

/// <summary>What is done in Teams with a report that has gone out by e-mail.</summary>
public enum MailedAction
{
    /// <summary>It is posted when Teams is back, with a note when it was mailed.</summary>
    Mark,

    /// <summary>It is not posted any more.</summary>
    Suppress,
}

/// <summary>What a report wants in cases of doubt, as it was decided when it was accepted.</summary>
/// <param name="LateAfter">After which time it is late; null: never.</param>
/// <param name="MailAfter">After which time it is mailed while Teams is still tried; null: when patience ends.</param>
/// <param name="IsDigest">Whether it may be gathered with others into one message; late ones may by <paramref name="Late"/>.</param>
/// <param name="DigestWithin">How long the first report of a digest waits for others.</param>
internal sealed record ReportPolicies(
    UnknownAction Unknown,
    TimeSpan? LateAfter,
    LateAction Late,
    TimeSpan? MailAfter,
    MailedAction AfterMail,
    bool IsDigest = false,
    TimeSpan DigestWithin = default)
{
    public DeliveryPolicies For(DateTimeOffset acceptedAt)
        => new(Unknown, acceptedAt, acceptedAt + LateAfter, Late, acceptedAt + MailAfter, AfterMail, IsDigest, DigestWithin);
}

/// <summary>The same with times in place of spans, for one delivery.</summary>
/// <param name="LateFrom">When it becomes late; null: never.</param>
/// <param name="MailAt">When it is mailed while Teams is still tried; null: when patience ends.</param>
/// <param name="IsDigest">Whether it may be gathered with others into one message.</param>
/// <param name="DigestWithin">How long the first report of a digest waits for others.</param>
internal sealed record DeliveryPolicies(
    UnknownAction Unknown,
    DateTimeOffset AcceptedAt,
    DateTimeOffset? LateFrom,
    LateAction Late,
    DateTimeOffset? MailAt,
    MailedAction AfterMail,
    bool IsDigest = false,
    TimeSpan DigestWithin = default)
{
    /// <summary>Gets a value indicating whether it may lead a digest that others wait for.</summary>
    [JsonIgnore]
    public bool MayDigest => IsDigest || Late == LateAction.Digest;
}
