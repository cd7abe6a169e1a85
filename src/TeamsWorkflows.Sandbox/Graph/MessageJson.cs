using System.Globalization;
using System.Text.Json.Nodes;
using TeamsWorkflows.Sandbox.Tenants;

namespace TeamsWorkflows.Sandbox.Graph;

/// <summary>Writes a chatMessage as Graph does.</summary>
/// <seealso href="https://learn.microsoft.com/graph/api/resources/chatmessage"/>
internal static class MessageJson
{
    private const string DateFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";

    public static JsonObject Write(TenantStore tenant, SandboxMessage message) => new()
    {
        ["id"] = message.Id,
        ["replyToId"] = message.ReplyToId,
        ["etag"] = message.Id,
        ["messageType"] = "message",
        ["createdDateTime"] = Time(message.CreatedAt),
        ["lastModifiedDateTime"] = Time(message.ModifiedAt),
        ["lastEditedDateTime"] = message.EditedAt is { } edited ? Time(edited) : null,
        ["deletedDateTime"] = null,
        ["subject"] = message.Subject,
        ["summary"] = null,
        ["chatId"] = message.ChatId,
        ["importance"] = message.Importance,
        ["locale"] = "en-us",
        ["webUrl"] = message.WebUrl,
        ["policyViolation"] = null,
        ["eventDetail"] = null,
        ["from"] = From(tenant, message),
        ["body"] = new JsonObject { ["contentType"] = message.ContentType, ["content"] = message.Content },
        ["channelIdentity"] = message.ChannelId is null
            ? null
            : new JsonObject { ["teamId"] = message.TeamId, ["channelId"] = message.ChannelId },
        ["attachments"] = new JsonArray([.. message.Attachments.Select(Attachment)]),
        ["mentions"] = new JsonArray([.. message.Mentions.Select(mention => Mention(tenant, mention))]),
        ["reactions"] = new JsonArray(),
    };

    private static string Time(DateTimeOffset time) => time.UtcDateTime.ToString(DateFormat, CultureInfo.InvariantCulture);

    private static JsonObject Mention(TenantStore tenant, SandboxMention mention) => new()
    {
        ["id"] = mention.Id,
        ["mentionText"] = mention.Text,
        ["mentioned"] = new JsonObject
        {
            ["application"] = null,
            ["device"] = null,
            ["conversation"] = null,
            ["user"] = new JsonObject
            {
                ["id"] = mention.UserId,
                ["displayName"] = tenant.FindUser(mention.UserId)?.DisplayName,
                ["userIdentityType"] = "aadUser",
            },
        },
    };

    private static JsonObject Attachment(SandboxAttachment attachment) => new()
    {
        ["id"] = attachment.Id,
        ["contentType"] = attachment.ContentType,
        ["contentUrl"] = attachment.ContentUrl,
        ["content"] = attachment.Content,
        ["name"] = attachment.Name,
        ["thumbnailUrl"] = null,
        ["teamsAppId"] = null,
    };

    private static JsonObject From(TenantStore tenant, SandboxMessage message) => new()
    {
        ["application"] = message.FromWorkflowId is null
            ? null
            : new JsonObject
            {
                ["id"] = message.FromWorkflowId,
                ["displayName"] = "Workflows",
                ["applicationIdentityType"] = "bot",
            },
        ["device"] = null,
        ["user"] = tenant.FindUser(message.FromUserId) is not { } user
            ? null
            : new JsonObject
            {
                ["id"] = user.Id,
                ["displayName"] = user.DisplayName,
                ["userIdentityType"] = "aadUser",
                ["tenantId"] = tenant.Id,
            },
    };
}
