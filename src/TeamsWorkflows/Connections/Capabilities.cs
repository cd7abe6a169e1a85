namespace TeamsWorkflows.Connections;

/// <summary>Something a connection may be used for.</summary>
public enum Operation
{
    PostChannelMessage,
    ReadChannelMessages,

    /// <summary>Putting a report in place of a message that the connection has sent.</summary>
    UpdateChannelMessage,

    /// <summary>Asking who we are: the probe.</summary>
    ReadProfile,
    SendMail,

    /// <summary>Files in a channel's folder: attachments, and reports that are too large for a message.</summary>
    UploadFile,

    PostChatMessage,

    /// <summary>Reading chats back, and finding the one that is meant.</summary>
    ReadChatMessages,
    UpdateChatMessage,
    CreateChat,

    /// <summary>Finding a channel by its name.</summary>
    ReadChannels,
    CreateChannel,

    /// <summary>Handing a card to a workflow by its webhook. No token, so no permission of Graph.</summary>
    PostToWorkflow,
}

/// <summary>Which operation each auth model can do at all, whatever its consent says.</summary>
/// <seealso href="https://learn.microsoft.com/graph/api/chatmessage-post"/>
public static class Capabilities
{
    /// <returns>Null when it can; else a sentence that says what to use instead.</returns>
    public static string? WhyNot(AuthModel model, Operation operation) => (model, operation) switch
    {
        (AuthModel.ApplicationSecret or AuthModel.ApplicationCertificate or AuthModel.ApplicationFederated,
            Operation.PostChannelMessage or Operation.UpdateChannelMessage) =>
            "This connection acts as an application, and Graph lets applications post to channels for imports only. "
            + "Use a connection with a signed-in user.",
        (AuthModel.ApplicationSecret or AuthModel.ApplicationCertificate or AuthModel.ApplicationFederated,
            Operation.PostChatMessage or Operation.UpdateChatMessage) =>
            "This connection acts as an application, and Graph lets only members write in a chat. Use a connection with a signed-in user.",
        (AuthModel.ApplicationSecret or AuthModel.ApplicationCertificate or AuthModel.ApplicationFederated, Operation.ReadProfile) =>
            "This connection acts as an application, which has no profile of its own to ask for.",
        (AuthModel.Webhook, Operation.PostToWorkflow) => null,
        (_, Operation.PostToWorkflow) => "This connection has no webhook. Use one of model Webhook, or give the workflow's url.",
        (AuthModel.Webhook, _) =>
            "This connection is a workflow's webhook: it takes messages for the one channel that the workflow posts to, and nothing else. "
            + "Use it in a destination of kind workflow, or a connection with a signed-in user.",
        _ => null,
    };

    /// <summary>The delegated scopes of which an operation needs one, the smallest first (R50, R58); empty: it needs none.</summary>
    public static IReadOnlyList<string> AnyScopeOf(Operation operation) => operation switch
    {
        Operation.PostChannelMessage => ["ChannelMessage.Send", "Group.ReadWrite.All"],
        Operation.ReadChannelMessages => ["ChannelMessage.Read.All", "Group.Read.All", "Group.ReadWrite.All"],
        Operation.UpdateChannelMessage => ["ChannelMessage.ReadWrite", "Group.ReadWrite.All"],
        Operation.ReadProfile => ["User.Read", "User.ReadWrite", "User.Read.All"],
        Operation.SendMail => ["Mail.Send"],
        Operation.UploadFile => ["Files.ReadWrite.All", "Group.ReadWrite.All"],
        Operation.PostChatMessage => ["ChatMessage.Send", "Chat.ReadWrite"],
        Operation.ReadChatMessages => ["Chat.Read", "Chat.ReadWrite"],
        Operation.UpdateChatMessage => ["Chat.ReadWrite"],
        Operation.CreateChat => ["Chat.Create", "Chat.ReadWrite"],
        Operation.ReadChannels => ["Channel.ReadBasic.All", "ChannelSettings.Read.All", "Group.Read.All", "Group.ReadWrite.All"],
        Operation.CreateChannel => ["Channel.Create", "Group.ReadWrite.All"],
        Operation.PostToWorkflow => [],
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    /// <summary>The application roles of which an operation needs one, the smallest first; empty: no application can do it, or it needs none.</summary>
    /// <seealso href="https://learn.microsoft.com/graph/permissions-reference"/>
    public static IReadOnlyList<string> AnyRoleOf(Operation operation) => operation switch
    {
        Operation.ReadChannelMessages => ["ChannelMessage.Read.All", "Group.Read.All", "Group.ReadWrite.All"],
        Operation.SendMail => ["Mail.Send"],
        Operation.UploadFile => ["Files.ReadWrite.All", "Sites.ReadWrite.All"],
        Operation.ReadChatMessages => ["Chat.Read.All", "Chat.ReadWrite.All"],
        Operation.CreateChat => ["Chat.Create"],
        Operation.ReadChannels => ["Channel.ReadBasic.All", "ChannelSettings.Read.All", "Group.Read.All", "Group.ReadWrite.All"],
        Operation.CreateChannel => ["Channel.Create", "Group.ReadWrite.All"],
        _ => [],
    };

    /// <summary>What a token of a connection of that model must hold one of, for an operation; empty: nothing is known to be needed.</summary>
    public static IReadOnlyList<string> AnyPermissionOf(AuthModel model, Operation operation) => model switch
    {
        AuthModel.DelegatedUser => AnyScopeOf(operation),
        AuthModel.Webhook => [],
        _ => AnyRoleOf(operation),
    };

    /// <summary>Whether a connection asks for a scope by which it may do the operation.</summary>
    /// <param name="scopes">What it asks for.</param>
    public static bool IsAskedFor(Operation operation, IEnumerable<string> scopes)
        => AnyScopeOf(operation).Intersect(scopes, StringComparer.OrdinalIgnoreCase).Any();

    /// <summary>What deliveries and their verification do with a connection.</summary>
    public static IReadOnlyList<Operation> OfDeliveries { get; } = [Operation.PostChannelMessage, Operation.ReadChannelMessages, Operation.ReadProfile];
}
