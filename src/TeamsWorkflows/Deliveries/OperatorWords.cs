namespace TeamsWorkflows.Deliveries;

/// <summary>What an operator did about a delivery, or said about it.</summary>
public enum OperatorWord
{
    /// <summary>It is not wanted any more.</summary>
    Cancel,

    /// <summary>Somebody looked: the message is there.</summary>
    ItIsThere,

    /// <summary>Somebody looked: it is not there, or a repeat does no harm.</summary>
    PostAgain,

    /// <summary>It goes out by e-mail.</summary>
    FallBack,

    /// <summary>It is sent once more, as a delivery of its own.</summary>
    Resend,
}

/// <summary>An operator's word as an event of the delivery's orchestration.</summary>
internal sealed record OperatorSaid(OperatorWord Word, string Actor, string Reason)
{
    /// <summary>The event that ends a delivery early.</summary>
    public const string Cancelled = nameof(Cancelled);

    /// <summary>The event that decides about a held delivery.</summary>
    public const string Decided = nameof(Decided);
}
