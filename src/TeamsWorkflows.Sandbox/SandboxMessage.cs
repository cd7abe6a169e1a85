using System.Text.Json.Serialization;

namespace TeamsWorkflows.Sandbox;

/// <summary>A message as the sandbox keeps it, in a channel or in a chat.</summary>
public sealed record SandboxMessage
{
    /// <summary>Creation time in Unix milliseconds as text, unique in its channel or chat.</summary>
    public required string Id { get; init; }

    public string? TeamId { get; init; }

    public string? ChannelId { get; init; }

    public string? ChatId { get; init; }

    public string? Subject { get; init; }

    public string Importance { get; init; } = "normal";

    /// <summary>"html" or "text".</summary>
    public required string ContentType { get; init; }

    public required string Content { get; init; }

    public IReadOnlyList<SandboxAttachment> Attachments { get; init; } = [];

    public IReadOnlyList<SandboxMention> Mentions { get; init; } = [];

    [JsonIgnore]
    public IReadOnlyList<string> AttachmentIds => Attachments.Select(a => a.Id).ToArray();

    /// <value>Null when a workflow posted the message.</value>
    public string? FromUserId { get; init; }

    /// <summary>The workflow that posted the message.</summary>
    public string? FromWorkflowId { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <value>Null when nobody has changed it.</value>
    public DateTimeOffset? EditedAt { get; init; }

    [JsonIgnore]
    public DateTimeOffset ModifiedAt => EditedAt ?? CreatedAt;

    /// <summary>Id of the message that this one answers.</summary>
    public string? ReplyToId { get; init; }

    public required string WebUrl { get; init; }

    internal bool IsSameAs(SandboxMessage other) =>
        (Id, TeamId, ChannelId, ChatId) == (other.Id, other.TeamId, other.ChannelId, other.ChatId);
}

/// <summary>Somebody who is mentioned, where the content has the tag with its number.</summary>
public sealed record SandboxMention(int Id, string Text, string UserId);

/// <summary>A card or a file link of a message.</summary>
/// <param name="Content">The card's JSON, rewritten by the service; null for a link.</param>
public sealed record SandboxAttachment(
    string Id,
    string ContentType,
    string? Content,
    string? ContentUrl,
    string? Name);
