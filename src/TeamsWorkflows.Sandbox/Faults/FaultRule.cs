namespace TeamsWorkflows.Sandbox;

/// <summary>One way in which an answer goes wrong: where, for whom, what, and for how long.</summary>
public sealed record FaultRule
{
    /// <summary>Given by the sandbox when the rule is added.</summary>
    public string Id { get; init; } = "";

    /// <summary>Name for people and for the request log, mostly the scenario's.</summary>
    public required string Name { get; init; }

    /// <summary>One of <see cref="SandboxSurfaces"/>.</summary>
    public required string Surface { get; init; }

    /// <summary>Only calls of this app; null for every app.</summary>
    public string? ClientId { get; init; }

    /// <summary>Only calls for this user (object id); null for every user.</summary>
    public string? UserId { get; init; }

    /// <summary>Only calls about this channel; null for every channel.</summary>
    public string? ChannelId { get; init; }

    /// <summary>Only tokens that were issued before the rule was added.</summary>
    public bool OnlyEarlierTokens { get; init; }

    /// <summary>What the rule does.</summary>
    public FaultBehaviour Behaviour { get; init; } = FaultBehaviour.Answer;

    /// <summary>Whether the request is carried out before the fault shows.</summary>
    public FaultMoment Moment { get; init; } = FaultMoment.InsteadOfAccepting;

    /// <summary>Status of the answer; null keeps the real answer (for a mere delay).</summary>
    public int? Status { get; init; }

    /// <summary>Headers of the answer; values may hold placeholders.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    public string? ContentType { get; init; }

    /// <summary>Body of the answer; see <see cref="FaultTemplate"/> for the placeholders.</summary>
    public string? Body { get; init; }

    /// <summary>Wait before the answer; the lag or the skew for the other behaviours.</summary>
    public TimeSpan Delay { get; init; }

    /// <summary>Aborts the connection in place of an answer.</summary>
    public bool Cut { get; init; }

    /// <summary>How many more times the rule applies; null for any number.</summary>
    public int? Count { get; init; }

    /// <summary>When the rule ends by itself; null for never.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>When the rule was added; set by the sandbox.</summary>
    public DateTimeOffset Since { get; init; }

    /// <summary>Place of the rule in the order of events; set by the sandbox.</summary>
    public long Sequence { get; init; }
}

/// <summary>What a fault rule does.</summary>
public enum FaultBehaviour
{
    /// <summary>Shapes the answer.</summary>
    Answer,

    /// <summary>Hides each message, and each chat from lists, from reads until it is as old as the rule's delay.</summary>
    HideNewMessages,

    /// <summary>Shifts the service's clock by the rule's delay.</summary>
    SkewClock,
}

/// <summary>When a fault shows.</summary>
public enum FaultMoment
{
    /// <summary>The request has no effect.</summary>
    InsteadOfAccepting,

    /// <summary>The request takes effect, then the answer goes wrong.</summary>
    AfterAccepting,
}
