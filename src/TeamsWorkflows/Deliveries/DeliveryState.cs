namespace TeamsWorkflows.Deliveries;

/// <summary>Where a delivery stands.</summary>
public enum DeliveryState
{
    /// <summary>Stored; nothing was tried yet.</summary>
    Accepted,

    /// <summary>Waits for its report's approval.</summary>
    AwaitingApproval,

    /// <summary>An exchange with Teams is under way.</summary>
    Posting,

    /// <summary>Waits for a time: a throttle, a back-off, a read-back.</summary>
    Waiting,

    /// <summary>Waits for a person: its connection has an open case.</summary>
    Parked,

    /// <summary>Waits for an operator's decision: its outcome is unknown, and nobody can look.</summary>
    Held,

    /// <summary>The message is in the channel.</summary>
    Delivered,

    /// <summary>The other side has accepted it, and does not say whether it was shown: a flow, an incident tool.</summary>
    HandedOver,

    /// <summary>Teams stayed out of reach; the report went out by e-mail.</summary>
    FellBack,

    /// <summary>Neither Teams nor the fallback took it.</summary>
    Failed,

    /// <summary>It was late, and late messages of its report are not posted.</summary>
    Suppressed,

    /// <summary>An operator ended it.</summary>
    Cancelled,

    /// <summary>Its report was refused, or not approved in time: nothing was posted.</summary>
    NotApproved,
}

/// <summary>What an attempt exchanged with the outside.</summary>
public enum AttemptKind
{
    /// <summary>A token was asked for and not given; nothing was sent to Teams.</summary>
    Token,
    Post,
    ReadBack,
    Mail,

    /// <summary>A file was put into the channel's folder.</summary>
    Upload,

    /// <summary>A channel or a chat was looked up, or made.</summary>
    Place,

    /// <summary>Others came first: it was told when its turn is, and nothing was sent.</summary>
    Pace,
}
