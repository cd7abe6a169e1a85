namespace TeamsWorkflows.Connections;

/// <summary>Something a connection may be used for.</summary>
public enum Operation
{
    PostChannelMessage,
    ReadChannelMessages,
    SendMail,
}

/// <summary>Which operation each auth model can do at all, whatever its consent says.</summary>
/// <seealso href="https://learn.microsoft.com/graph/api/chatmessage-post"/>
public static class Capabilities
{
    /// <returns>Null when it can; else a sentence that says what to use instead.</returns>
    public static string? WhyNot(AuthModel model, Operation operation) => (model, operation) switch
    {
        (AuthModel.ApplicationSecret, Operation.PostChannelMessage) =>
            "This connection acts as an application, and Graph lets applications post to channels for imports only. "
            + "Use a connection with a signed-in user.",
        _ => null,
    };
}
