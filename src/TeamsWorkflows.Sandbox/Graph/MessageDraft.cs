using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using TeamsWorkflows.Sandbox.Common;

namespace TeamsWorkflows.Sandbox.Graph;

/// <summary>A message that a client wants to post: checked, and rewritten the way the service rewrites it.</summary>
internal sealed partial record MessageDraft(
    string? Subject, string Importance, string ContentType, string Content, IReadOnlyList<SandboxAttachment> Attachments)
{
    public IReadOnlyList<SandboxMention> Mentions { get; private init; } = [];

    /// <summary>Size of the whole request body, in bytes, above which Teams refuses it.</summary>
    public const int SizeLimit = 28 * 1024;

    private const string CardPrefix = "application/vnd.microsoft.card.";
    private const int RegexTimeoutMs = 1000;

    // The service keeps a card's JSON but not its white space.
    private static readonly JsonSerializerOptions Rewritten = new()
    {
        WriteIndented = true,
        NewLine = "\r\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static (MessageDraft? Draft, GraphError? Error) Read(JsonObject? json, int sizeInBytes)
    {
        if (sizeInBytes > SizeLimit)
        {
            return (null, GraphErrors.TooLarge);
        }

        if (json is null)
        {
            return (null, GraphErrors.BadRequest("Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of valid JSON format."));
        }

        if (json.Object("body") is not { } body || body.Text("content") is not { } content)
        {
            return (null, GraphErrors.BadRequest("Missing body content in the request."));
        }

        var contentType = (body.Text("contentType") ?? "text").ToLowerInvariant();
        if (contentType is not ("text" or "html"))
        {
            return (null, GraphErrors.BadRequest("Invalid value for body.contentType."));
        }

        var attachments = json.Objects("attachments").Select(ReadAttachment).ToArray();
        var error = Array.Find(attachments, attachment => attachment.Error is not null).Error
            ?? Compare(contentType == "html" ? content : "", attachments.Select(attachment => attachment.Attachment!.Id));
        var mentions = json.Objects("mentions").Select(ReadMention).ToArray();
        error ??= CompareMentions(contentType == "html" ? content : "", mentions);
        return error is not null
            ? (null, error)
            : (new MessageDraft(
                json.Text("subject"),
                (json.Text("importance") ?? "normal").ToLowerInvariant(),
                contentType,
                contentType == "html" ? RewriteHtml(content) : content,
                attachments.Select(attachment => attachment.Attachment!).ToArray())
            {
                Mentions = mentions!,
            }, null);
    }

    /// <summary>Rewrites a card's JSON; null when it is no JSON object.</summary>
    public static string? RewriteCard(string content)
    {
        try
        {
            return JsonNode.Parse(content) is JsonObject card ? card.ToJsonString(Rewritten) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static (SandboxAttachment? Attachment, GraphError? Error) ReadAttachment(JsonObject json)
    {
        var contentType = json.Text("contentType") ?? "";
        var content = json.Text("content");
        var contentUrl = json.Text("contentUrl");
        if (json.Text("id") is not { Length: > 0 } id)
        {
            return (null, GraphErrors.BadRequest("Attachment Id is missing."));
        }

        if (contentType.StartsWith(CardPrefix, StringComparison.OrdinalIgnoreCase))
        {
            return content is null || contentUrl is not null || RewriteCard(content) is not { } card
                ? (null, GraphErrors.BadRequest("Invalid card content in the attachment."))
                : (new SandboxAttachment(id, contentType, card, null, json.Text("name")), null);
        }

        return contentType == "reference" && contentUrl is not null && content is null
            ? (new SandboxAttachment(id, contentType, null, contentUrl, json.Text("name")), null)
            : (null, GraphErrors.BadRequest($"Attachment type '{contentType}' is not supported here."));
    }

    private static GraphError? Compare(string html, IEnumerable<string> attachmentIds)
    {
        var tags = AttachmentTag().Matches(html).Select(match => match.Groups["id"].Value).ToHashSet(StringComparer.Ordinal);
        var ids = attachmentIds.ToHashSet(StringComparer.Ordinal);
        return tags.SetEquals(ids)
            ? null
            : GraphErrors.BadRequest("Attachment id in the body does not match the id of an attachment.");
    }

    private static SandboxMention? ReadMention(JsonObject json) =>
        json["id"] is JsonValue id && id.TryGetValue<int>(out var number) && json.Text("mentionText") is { } text
            && json.Object("mentioned").Object("user").Text("id") is { } user
            ? new SandboxMention(number, text, user)
            : null;

    private static GraphError? CompareMentions(string html, SandboxMention?[] mentions) =>
        mentions.Contains(null) ? GraphErrors.BadRequest("A mention lacks its id, its text or its user.")
        : MentionTag().Matches(html).Select(match => match.Groups["id"].Value).ToHashSet(StringComparer.Ordinal)
            .SetEquals(mentions.Select(mention => mention!.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)))
            ? null
            : GraphErrors.BadRequest("Neither Body nor adaptive card content contains marker for mention with Id.");

    // White space between tags goes, and what could run in a browser.
    private static string RewriteHtml(string html) =>
        BetweenTags().Replace(EventAttribute().Replace(ActiveElement().Replace(html, ""), ""), "><").Trim();

    [GeneratedRegex("""<at\s+id\s*=\s*["'](?<id>\d+)["']""", RegexOptions.IgnoreCase, RegexTimeoutMs)]
    private static partial Regex MentionTag();

    [GeneratedRegex("""<attachment\s+id\s*=\s*["'](?<id>[^"']+)["']""", RegexOptions.IgnoreCase, RegexTimeoutMs)]
    private static partial Regex AttachmentTag();

    [GeneratedRegex("""<(?<tag>script|style|iframe|object)\b.*?(</\k<tag>\s*>|$)""", RegexOptions.IgnoreCase | RegexOptions.Singleline | RegexOptions.ExplicitCapture, RegexTimeoutMs)]
    private static partial Regex ActiveElement();

    [GeneratedRegex("""\son\w+\s*=\s*("[^"]*"|'[^']*'|[^\s>]+)(?=[^<>]*>)""", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, RegexTimeoutMs)]
    private static partial Regex EventAttribute();

    [GeneratedRegex(""">\s+<""", RegexOptions.None, RegexTimeoutMs)]
    private static partial Regex BetweenTags();
}
