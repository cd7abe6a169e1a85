namespace TeamsWorkflows.Connections;

/// <summary>Who a connection acts as. Explicit, and never mixed (R51).</summary>
public enum AuthModel
{
    /// <summary>A signed-in user, by authorization code with PKCE. The only model that Graph lets post to channels.</summary>
    DelegatedUser,

    /// <summary>The application itself, by client secret. Graph refuses its channel posts.</summary>
    ApplicationSecret,
}

/// <summary>How a connection is.</summary>
public enum ConnectionState
{
    /// <summary>Nobody has signed in yet.</summary>
    NeverConnected,
    Healthy,

    /// <summary>A person has to act; nothing is tried until then.</summary>
    NeedsAttention,
}
