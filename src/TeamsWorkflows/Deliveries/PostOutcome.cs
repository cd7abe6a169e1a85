using System.Diagnostics;
using System.Text.Json.Serialization;
using TeamsWorkflows.Deliveries.Pacing;
using TeamsWorkflows.Diagnostics;

namespace TeamsWorkflows.Deliveries;

/// <summary>How an exchange with Teams, or with the fallback, went. Closed: the orchestrator decides on every case.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "outcome")]
[JsonDerivedType(typeof(Posted), "posted")]
[JsonDerivedType(typeof(AlreadyPosted), "already-posted")]
[JsonDerivedType(typeof(NotFound), "not-found")]
[JsonDerivedType(typeof(AuthenticationFailed), "authentication-failed")]
[JsonDerivedType(typeof(PermissionDenied), "permission-denied")]
[JsonDerivedType(typeof(Throttled), "throttled")]
[JsonDerivedType(typeof(Unavailable), "unavailable")]
[JsonDerivedType(typeof(OutcomeUnknown), "outcome-unknown")]
[JsonDerivedType(typeof(Rejected), "rejected")]
[JsonDerivedType(typeof(Mailed), "mailed")]
[JsonDerivedType(typeof(Prepared), "prepared")]
[JsonDerivedType(typeof(Taken), "taken")]
[JsonDerivedType(typeof(HandedOver), "handed-over")]
[JsonDerivedType(typeof(Behind), "behind")]
[JsonDerivedType(typeof(RootGone), "root-gone")]
[JsonDerivedType(typeof(Paced), "paced")]
[JsonDerivedType(typeof(PlaceGone), "place-gone")]
internal abstract record PostOutcome
{
    private PostOutcome()
    {
    }

    /// <summary>Gets the outcome's name, the same as in JSON.</summary>
    [JsonIgnore]
    public string Name => this switch
    {
        Posted => "posted",
        AlreadyPosted => "already-posted",
        NotFound => "not-found",
        AuthenticationFailed => "authentication-failed",
        PermissionDenied => "permission-denied",
        Throttled => "throttled",
        Unavailable => "unavailable",
        OutcomeUnknown => "outcome-unknown",
        Rejected => "rejected",
        Mailed => "mailed",
        Prepared => "prepared",
        Taken => "taken",
        HandedOver => "handed-over",
        Behind => "behind",
        RootGone => "root-gone",
        Paced => "paced",
        PlaceGone => "place-gone",
        _ => throw new UnreachableException(),
    };

    /// <summary>Notes the connection's generation in an outcome that may need another one.</summary>
    public PostOutcome Under(long generation) => this switch
    {
        AuthenticationFailed o => o with { Generation = generation },
        PermissionDenied o => o with { Generation = generation },
        Rejected o => o with { Generation = generation },
        _ => this,
    };

    /// <summary>Gets the connection's generation that the attempt used; null when it does not matter.</summary>
    [JsonIgnore]
    public long? UsedGeneration => this switch
    {
        AuthenticationFailed o => o.Generation,
        PermissionDenied o => o.Generation,
        Rejected o => o.Generation,
        _ => null,
    };

    /// <summary>Gets why it failed; null when it did not.</summary>
    [JsonIgnore]
    public Diagnosis? Verdict => this switch
    {
        AuthenticationFailed o => o.Diagnosis,
        PermissionDenied o => o.Diagnosis,
        Throttled o => o.Diagnosis,
        Unavailable o => o.Diagnosis,
        OutcomeUnknown o => o.Diagnosis,
        Rejected o => o.Diagnosis,
        _ => null,
    };

    /// <summary>Teams has the message (201 with an id), or the channel's folder the file.</summary>
    public sealed record Posted(string MessageId, string? WebUrl) : PostOutcome;

    /// <summary>A read-back found the message in the channel.</summary>
    public sealed record AlreadyPosted(string MessageId, string? WebUrl) : PostOutcome;

    /// <summary>A read-back did not find the message (yet).</summary>
    public sealed record NotFound : PostOutcome;

    /// <summary>There is no usable token; nothing was posted. Only a renewal or a person helps.</summary>
    /// <param name="Generation">The connection's generation that the attempt used.</param>
    public sealed record AuthenticationFailed(Diagnosis Diagnosis, long Generation = 0) : PostOutcome;

    /// <summary>The token is good and may not do this, or there is none because something is not granted; nothing was posted.</summary>
    /// <param name="IsOfToken">Whether no token was given; then nothing is known about this very call.</param>
    public sealed record PermissionDenied(Diagnosis Diagnosis, long Generation = 0, bool IsOfToken = false) : PostOutcome;

    /// <summary>Too many requests; nothing was posted.</summary>
    /// <param name="RetryAfter">What the service asked for; null when it did not say.</param>
    /// <param name="NotBefore">When its turn comes again; null: there is no line that it stands in.</param>
    /// <param name="Slots">The turns that it keeps in the lines; null: it stands in none.</param>
    public sealed record Throttled(
        TimeSpan? RetryAfter, Diagnosis Diagnosis, DateTimeOffset? NotBefore = null, IReadOnlyList<PaceSlot>? Slots = null) : PostOutcome;

    /// <summary>The service could not be reached; nothing was sent.</summary>
    public sealed record Unavailable(TimeSpan? RetryAfter, Diagnosis Diagnosis) : PostOutcome;

    /// <summary>The message may or may not be in the channel: read back before anything else.</summary>
    public sealed record OutcomeUnknown(Diagnosis Diagnosis) : PostOutcome;

    /// <summary>The service does not take this message; sending it again cannot help.</summary>
    public sealed record Rejected(Diagnosis Diagnosis, long Generation = 0) : PostOutcome;

    /// <summary>The fallback's mail server has taken the report.</summary>
    public sealed record Mailed(string MailMessageId) : PostOutcome;

    /// <summary>Something that the post needs is there now, such as a file.</summary>
    public sealed record Prepared(string What) : PostOutcome;

    /// <summary>The other side has it and shows it, and gives nothing to find it by.</summary>
    public sealed record Taken(string? Receipt) : PostOutcome;

    /// <summary>The other side has accepted it (202) and does not say what becomes of it.</summary>
    /// <param name="Receipt">What to ask the other side with, such as a flow's run; null: nothing.</param>
    public sealed record HandedOver(string? Receipt) : PostOutcome;

    /// <summary>Another delivery makes what this one needs, and wakes it when it has ended.</summary>
    /// <param name="Reason">What it waits for, in a sentence.</param>
    public sealed record Behind(string Reason) : PostOutcome;

    /// <summary>The first message of its thread was deleted meanwhile; nothing was posted.</summary>
    public sealed record RootGone(string MessageId) : PostOutcome;

    /// <summary>The chat that another delivery made is gone, or the account is not in it any more; nothing was posted.</summary>
    public sealed record PlaceGone(string Place) : PostOutcome;

    /// <summary>Others come first; nothing was posted.</summary>
    /// <param name="Until">When to come back.</param>
    /// <param name="Slots">The turns that it has by now: to be shown when it comes back.</param>
    public sealed record Paced(DateTimeOffset Until, IReadOnlyList<PaceSlot> Slots, string Reason) : PostOutcome;
}
