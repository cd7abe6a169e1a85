using System.Globalization;
using TeamsWorkflows.Sandbox.Faults;
using TeamsWorkflows.Sandbox.Tenants;

namespace TeamsWorkflows.Sandbox.Graph;

/// <summary>Stores messages and reads them back, as the service sees them.</summary>
internal static class MessageBoard
{
    /// <summary>Where a message goes.</summary>
    internal sealed record Place(string? TeamId, string? ChannelId, string? ChatId)
    {
        public bool Holds(SandboxMessage message) =>
            message.TeamId == TeamId && message.ChannelId == ChannelId && message.ChatId == ChatId;
    }

    /// <param name="draft">The message but for its id, time and address.</param>
    public static SandboxMessage Post(TenantStore tenant, Place place, SandboxMessage draft, DateTimeOffset now) =>
        tenant.Commit<SandboxMessage>(state =>
        {
            // The id is the creation time; a second message of the same millisecond gets the next one.
            var last = state.Messages.FindLast(place.Holds)?.CreatedAt.ToUnixTimeMilliseconds() ?? 0; // they only grow
            var milliseconds = Math.Max(now.ToUnixTimeMilliseconds(), last + 1);
            var id = milliseconds.ToString(CultureInfo.InvariantCulture);
            var message = draft with
            {
                Id = id,
                CreatedAt = DateTimeOffset.FromUnixTimeMilliseconds(milliseconds),
                TeamId = place.TeamId,
                ChannelId = place.ChannelId,
                ChatId = place.ChatId,
                WebUrl = WebUrl(tenant, place, id, draft.ReplyToId),
            };
            return ([new MessageStored(message)], message);
        });

    /// <summary>Puts a draft in place of what the message says; its id, time, author and address stay.</summary>
    public static void Edit(TenantStore tenant, SandboxMessage message, SandboxMessage draft, DateTimeOffset now) =>
        tenant.Commit(new MessageEdited(message with
        {
            Subject = draft.Subject,
            Importance = draft.Importance,
            ContentType = draft.ContentType,
            Content = draft.Content,
            Attachments = draft.Attachments,
            Mentions = draft.Mentions,
            EditedAt = now > message.ModifiedAt ? now : message.ModifiedAt.AddMilliseconds(1),
        }));

    /// <summary>The visible messages of a place, newest first.</summary>
    public static IReadOnlyList<SandboxMessage> Read(TenantStore tenant, Place place, DateTimeOffset now) =>
        tenant.Read(state => state.Messages
            .Where(message => place.Holds(message) && !state.Rules.Hides(message, now))
            .OrderByDescending(message => message.CreatedAt)
            .ToArray());

    private static string WebUrl(TenantStore tenant, Place place, string id, string? replyToId) => place.ChatId is not null
        ? $"https://teams.microsoft.com/l/message/{Uri.EscapeDataString(place.ChatId)}/{id}?context=%7B%22contextType%22:%22chat%22%7D"
        : $"https://teams.microsoft.com/l/message/{Uri.EscapeDataString(place.ChannelId ?? "")}/{id}"
            + $"?groupId={place.TeamId}&tenantId={tenant.Id}&createdTime={id}&parentMessageId={replyToId ?? id}";
}
