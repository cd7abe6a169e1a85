using System.Text.Json.Serialization;
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
internal abstract record PostOutcome
{
    private PostOutcome()
    {
    }

    [JsonIgnore]
    public abstract string Name { get; }

    [JsonIgnore]
    public virtual Diagnosis? Verdict => null;

    /// <summary>Teams has the message (201 with an id).</summary>
    public sealed record Posted(string MessageId, string? WebUrl) : PostOutcome
    {
        public override string Name => "posted";
    }

    /// <summary>A read-back found the message in the channel.</summary>
    public sealed record AlreadyPosted(string MessageId, string? WebUrl) : PostOutcome
    {
        public override string Name => "already-posted";
    }

    /// <summary>A read-back did not find the message (yet).</summary>
    public sealed record NotFound : PostOutcome
    {
        public override string Name => "not-found";
    }

    /// <summary>There is no usable token; nothing was posted. Only a renewal or a person helps.</summary>
    public sealed record AuthenticationFailed(Diagnosis Diagnosis) : PostOutcome
    {
        public override string Name => "authentication-failed";

        public override Diagnosis Verdict => Diagnosis;
    }

    /// <summary>The token is good and may not do this; nothing was posted.</summary>
    public sealed record PermissionDenied(Diagnosis Diagnosis) : PostOutcome
    {
        public override string Name => "permission-denied";

        public override Diagnosis Verdict => Diagnosis;
    }

    /// <summary>Too many requests; nothing was posted.</summary>
    /// <param name="RetryAfter">What the service asked for; null when it did not say.</param>
    public sealed record Throttled(TimeSpan? RetryAfter, Diagnosis Diagnosis) : PostOutcome
    {
        public override string Name => "throttled";

        public override Diagnosis Verdict => Diagnosis;
    }

    /// <summary>The service could not be reached; nothing was sent.</summary>
    public sealed record Unavailable(TimeSpan? RetryAfter, Diagnosis Diagnosis) : PostOutcome
    {
        public override string Name => "unavailable";

        public override Diagnosis Verdict => Diagnosis;
    }

    /// <summary>The message may or may not be in the channel: read back before anything else.</summary>
    public sealed record OutcomeUnknown(Diagnosis Diagnosis) : PostOutcome
    {
        public override string Name => "outcome-unknown";

        public override Diagnosis Verdict => Diagnosis;
    }

    /// <summary>The service does not take this message; sending it again cannot help.</summary>
    public sealed record Rejected(Diagnosis Diagnosis) : PostOutcome
    {
        public override string Name => "rejected";

        public override Diagnosis Verdict => Diagnosis;
    }

    /// <summary>The fallback's mail server has taken the report.</summary>
    public sealed record Mailed(string MailMessageId) : PostOutcome
    {
        public override string Name => "mailed";
    }
}
