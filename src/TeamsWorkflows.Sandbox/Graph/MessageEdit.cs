using TeamsWorkflows.Sandbox.Common;

namespace TeamsWorkflows.Sandbox.Graph;

/// <summary>PATCH of a message for a signed-in user: everything but what is read-only, by its sender alone.</summary>
/// <seealso href="https://learn.microsoft.com/graph/api/chatmessage-update"/>
internal static class MessageEdit
{
    /// <param name="message">Null: there is no such message.</param>
    public static async Task<Reply> RunAsync(GraphCall call, SandboxMessage? message)
    {
        if (message is null)
        {
            return GraphErrors.NotFound("The message").ToReply(call.Exchange);
        }

        if (message.FromUserId != call.User?.Id)
        {
            return GraphErrors.NotTheSender.ToReply(call.Exchange);
        }

        var (draft, error) = MessageDraft.Read(await call.Exchange.ReadJsonAsync(), call.Exchange.BodyLength);
        if (draft is null)
        {
            return error!.ToReply(call.Exchange);
        }

        MessageBoard.Edit(call.Tenant, message, MessageFactory.Of(draft, message.FromUserId, message.ReplyToId), call.Now);
        return Reply.Empty(204);
    }
}
