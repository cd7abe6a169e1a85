namespace TeamsWorkflows.Connections;

/// <summary>Who a connection acts as. Explicit, and never mixed (R51).</summary>
public enum AuthModel
{
    /// <summary>A signed-in user, by authorization code with PKCE or by device code. The only model that Graph lets post to channels.</summary>
    DelegatedUser,

    /// <summary>The application itself, by client secret. Graph refuses its channel posts.</summary>
    ApplicationSecret,

    /// <summary>The application itself, by certificate: preferred to a secret (R52). Graph refuses its channel posts, too.</summary>
    ApplicationCertificate,

    /// <summary>The application itself, vouched for by a managed identity: no credential to rotate. Graph refuses its channel posts, too.</summary>
    ApplicationFederated,

    /// <summary>A workflow's webhook: no identity of ours, its address is the secret. It says that it took a message, not that it is in the channel.</summary>
    Webhook,
}

/// <summary>How a person signs in for a delegated connection. It decides what kind of client the application is, so it is never mixed.</summary>
public enum SignInWay
{
    /// <summary>In the browser that has the console open: authorization code with PKCE, by an application with a credential.</summary>
    AuthorizationCode,

    /// <summary>In any browser, by a code that is typed there: for a console whose address Microsoft cannot send people back to. The application has no credential.</summary>
    DeviceCode,
}

/// <summary>What kind of account signs in for a delegated connection.</summary>
public enum AccountKind
{
    /// <summary>A service identity, with sign-in rules of its own.</summary>
    ServiceAccount,

    /// <summary>Somebody's own account: it ends with the password, the phone or the job of a person (R35).</summary>
    Person,
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
