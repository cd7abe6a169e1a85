using System.Text.Json.Nodes;
using TeamsWorkflows.Sandbox.Common;
using TeamsWorkflows.Sandbox.Tenants;

namespace TeamsWorkflows.Sandbox.Graph;

/// <summary>sendMail: accepted with 202 and no id, as in the service.</summary>
internal static class Mailboxes
{
    public static Task<Reply> SendAsMeAsync(GraphCall call) => call.User is { } user
        ? SendAsync(call, user)
        : Task.FromResult(GraphErrors.UserContextNeeded.ToReply(call.Exchange));

    public static Task<Reply> SendAsUserAsync(GraphCall call)
    {
        if (call.Tenant.FindUser(call.Route("userId")) is not { } mailbox)
        {
            return Task.FromResult(GraphErrors.DirectoryNotFound(call.Route("userId")).ToReply(call.Exchange));
        }

        return call.User is null || call.User.Id == mailbox.Id
            ? SendAsync(call, mailbox)
            : Task.FromResult(GraphErrors.MailboxDenied.ToReply(call.Exchange));
    }

    private static async Task<Reply> SendAsync(GraphCall call, UserIdentity mailbox)
    {
        var json = await call.Exchange.ReadJsonAsync();
        if (json.Object("message") is not { } message)
        {
            return new GraphError(400, "ErrorInvalidRequest", "The request is malformed or incorrect.").ToReply(call.Exchange);
        }

        string[] recipients = [.. Addresses(message, "toRecipients"), .. Addresses(message, "ccRecipients"), .. Addresses(message, "bccRecipients")];
        if (recipients.Length == 0)
        {
            return new GraphError(400, "ErrorInvalidRecipients", "At least one recipient is not valid.").ToReply(call.Exchange);
        }

        var headers = message.Objects("internetMessageHeaders")
            .Select(header => new SandboxMailHeader(header.Text("name") ?? "", header.Text("value") ?? "")).ToArray();
        if (Array.Exists(headers, header => !header.Name.StartsWith("x-", StringComparison.OrdinalIgnoreCase)))
        {
            return new GraphError(400, "InvalidInternetMessageHeader", "The internet message header name must start with 'x-' or 'X-'.")
                .ToReply(call.Exchange);
        }

        var body = message.Object("body");
        var isHtml = string.Equals(body.Text("contentType"), "html", StringComparison.OrdinalIgnoreCase);
        call.Tenant.Commit(new MailStored(new SandboxMail
        {
            Id = Ids.Guid(),
            Via = "graph",
            ReceivedAt = call.Now,
            From = mailbox.UserName,
            To = recipients,
            Subject = message.Text("subject") ?? "",
            MessageId = (message.Text("internetMessageId") ?? $"{Ids.Guid()}@{call.Tenant.Identity.Domain}").Trim('<', '>'),
            Headers = headers,
            TextBody = isHtml ? null : body.Text("content"),
            HtmlBody = isHtml ? body.Text("content") : null,
            IsKept = json?["saveToSentItems"] is null || json.Flag("saveToSentItems"),
            AttachmentNames = message.Objects("attachments").Select(file => file.Text("name") ?? "unnamed").ToArray(),
        }));
        return Reply.Empty(202);
    }

    private static IEnumerable<string> Addresses(JsonObject message, string property) => message.Objects(property)
        .Select(recipient => recipient.Object("emailAddress").Text("address"))
        .OfType<string>()
        .Where(address => address.Contains('@', StringComparison.Ordinal));
}
