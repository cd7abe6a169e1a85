namespace TeamsWorkflows.Sandbox.Graph;

/// <summary>Turns a draft into a message that only lacks what the service adds on arrival.</summary>
internal static class MessageFactory
{
    public static SandboxMessage Of(MessageDraft draft, string? userId, string? replyToId) => new()
    {
        Id = "",
        Subject = draft.Subject,
        Importance = draft.Importance,
        ContentType = draft.ContentType,
        Content = draft.Content,
        Attachments = draft.Attachments,
        Mentions = draft.Mentions,
        FromUserId = userId,
        ReplyToId = replyToId,
        CreatedAt = DateTimeOffset.UnixEpoch,
        WebUrl = "",
    };
}
