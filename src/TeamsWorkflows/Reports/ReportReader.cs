using System.Text.Json;
using TeamsWorkflows.Reports.Content;

namespace TeamsWorkflows.Reports;

/// <summary>Reads a request into the report that is stored, or says by field what is wrong with it.</summary>
internal static class ReportReader
{
    /// <returns>Null when there were errors.</returns>
    public static ReportDocument? Read(ReportRequest request, TimeProvider time, ReportErrors errors)
    {
        var templates = Templates(request, time, errors);
        var title = Line(request.Title, "title", templates, errors);
        var subject = request.Subject is null ? title : Line(request.Subject, "subject", templates, errors);
        var content = Content(request, templates, errors);
        var mentions = Mentions(request.Mentions ?? [], errors);
        var attachments = Attachments(request.Attachments ?? [], errors);
        if (request.Importance is { } importance && !Enum.IsDefined(importance))
        {
            errors.Add("importance", $"Use one of: {string.Join(", ", Enum.GetNames<MessageImportance>())}.");
        }

        var thread = Thread(request, errors);
        return errors.IsEmpty
            ? new(title!, subject!, content!, request.Importance ?? MessageImportance.Normal, mentions, attachments) { Thread = thread }
            : null;
    }

    private static ReportThread? Thread(ReportRequest request, ReportErrors errors)
    {
        if (request.Thread is not { } key)
        {
            if (request.Update == true)
            {
                errors.Add("update", "Give the thread whose first message this report takes the place of, or leave update out.");
            }

            return null;
        }

        if (string.IsNullOrWhiteSpace(key) || key.Length > ReportLimits.MaxThreadLength || key.Any(char.IsControl))
        {
            errors.Add("thread", $"Give a key of your own: one line of at most {ReportLimits.MaxThreadLength} characters.");
        }

        return new(key, request.Update == true);
    }

    private static TemplateRenderer? Templates(ReportRequest request, TimeProvider time, ReportErrors errors)
    {
        switch (request.Data)
        {
            case null or { ValueKind: JsonValueKind.Null or JsonValueKind.Undefined }:
                return null;
            case { ValueKind: JsonValueKind.Object } data:
                return new(data, time);
            default:
                errors.Add("data", "Give an object: its members are the names that the templates use.");
                return null;
        }
    }

    private static string? Line(string? text, string field, TemplateRenderer? templates, ReportErrors errors)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            errors.Add(field, $"Give the report a {field}.");
            return null;
        }

        var filled = templates is null ? text : templates.Text(text, field, errors);
        if (filled is not null && (string.IsNullOrWhiteSpace(filled) || filled.Length > ReportLimits.MaxTitleLength || filled.Any(char.IsControl)))
        {
            errors.Add(field, $"The {field} must be one line of at most {ReportLimits.MaxTitleLength} characters.");
        }

        return filled?.Trim();
    }

    private static ReportContent? Content(ReportRequest request, TemplateRenderer? templates, ReportErrors errors)
    {
        var card = request.Card is { ValueKind: not (JsonValueKind.Null or JsonValueKind.Undefined) } given ? given : (JsonElement?)null;
        var count = (request.Body is null ? 0 : 1) + (request.Table is null ? 0 : 1) + (card is null ? 0 : 1);
        if (count > 1)
        {
            errors.Add("body", "Give one of body, table and card.");
            return null;
        }

        if (request.Format is not (null or ReportFormat.Markdown or ReportFormat.Text or ReportFormat.Html)
            && !(request.Format == ReportFormat.Table && request.Table is not null)
            && !(request.Format == ReportFormat.AdaptiveCard && card is not null))
        {
            errors.Add("format", $"Use one of: {ReportFormat.Markdown}, {ReportFormat.Text}, {ReportFormat.Html}; a table and a card have fields of their own.");
        }

        return request.Table is { } table ? TableReader.Read(table, errors)
            : card is { } json ? ReadCard(json, templates, errors)
            : ReadText(request, templates, errors);
    }

    private static ReportContent.Card? ReadCard(JsonElement card, TemplateRenderer? templates, ReportErrors errors)
    {
        var before = errors.Count;
        if (templates is not null)
        {
            var filled = templates.Card(card, "card", errors);
            if (errors.Count > before)
            {
                return null;
            }

            card = JsonSerializer.SerializeToElement(filled, ContentJson.Default.JsonNode);
        }

        CardRules.Check(card, "card", errors);
        return errors.Count == before ? new(card.GetRawText()) : null;
    }

    private static ReportContent? ReadText(ReportRequest request, TemplateRenderer? templates, ReportErrors errors)
    {
        if (string.IsNullOrWhiteSpace(request.Body))
        {
            errors.Add("body", "Give the report a body, a table or a card.");
            return null;
        }

        var isHtml = request.Format == ReportFormat.Html;
        var text = templates is null ? request.Body
            : isHtml ? templates.Html(request.Body, "body", errors)
            : templates.Text(request.Body, "body", errors);
        if (text is null)
        {
            return null;
        }

        ReportContent content = request.Format switch
        {
            ReportFormat.Html => ReportContent.Load(ReportFormat.Html, HtmlCleaner.Clean(text).Html),
            ReportFormat.Text => ReportContent.Load(ReportFormat.Text, text),
            _ => ReportContent.Load(ReportFormat.Markdown, text),
        };
        if (string.IsNullOrWhiteSpace(content.Stored))
        {
            errors.Add("body", "Nothing of the body is left to show.");
        }

        return content;
    }

    private static List<Mention> Mentions(IReadOnlyList<MentionRequest?> mentions, ReportErrors errors)
    {
        if (mentions.Count > ReportLimits.MaxMentions)
        {
            errors.Add("mentions", $"Mention at most {ReportLimits.MaxMentions} people.");
        }

        var read = new List<Mention>();
        for (var i = 0; i < mentions.Count; i++)
        {
            if (!Guid.TryParse(mentions[i]?.User, out var user))
            {
                errors.Add($"mentions[{i}].user", "Give the user's identifier in Entra, a GUID.");
            }
            else if (mentions[i]!.Name is not { Length: > 0 and <= 100 } name || name.Any(static c => char.IsControl(c) || c is '[' or ']'))
            {
                errors.Add($"mentions[{i}].name", "Give the name to show: at most 100 characters, no brackets.");
            }
            else
            {
                read.Add(new(user, name));
            }
        }

        return read;
    }

    private static List<AttachedFile> Attachments(IReadOnlyList<AttachmentRequest?> attachments, ReportErrors errors)
    {
        if (attachments.Count > ReportLimits.MaxAttachments)
        {
            errors.Add("attachments", $"Attach at most {ReportLimits.MaxAttachments} files.");
        }

        var read = new List<AttachedFile>();
        for (var i = 0; i < attachments.Count; i++)
        {
            if (Attachment(attachments[i], $"attachments[{i}]", errors) is { } file)
            {
                read.Add(file);
            }
        }

        foreach (var twice in read.GroupBy(static f => f.Name, StringComparer.OrdinalIgnoreCase).Where(static g => g.Skip(1).Any()))
        {
            errors.Add("attachments", $"Two files are named '{twice.Key}'.");
        }

        return read;
    }

    private static AttachedFile? Attachment(AttachmentRequest? attachment, string path, ReportErrors errors)
    {
        if (attachment?.Name is not { Length: > 0 and <= 150 } name || name.Any(static c => char.IsControl(c) || c is '/' or '\\'))
        {
            errors.Add($"{path}.name", "Give the file's name: at most 150 characters, no path.");
            return null;
        }

        if (Decode(attachment) is not { Length: > 0 and <= ReportLimits.MaxAttachmentBytes } bytes)
        {
            errors.Add($"{path}.content", $"Give the file's bytes in base64: 1 to {ReportLimits.MaxAttachmentBytes:N0}.");
            return null;
        }

        if (attachment.ContentType is { } type && !System.Net.Http.Headers.MediaTypeHeaderValue.TryParse(type, out _))
        {
            errors.Add($"{path}.contentType", "Give a media type such as application/pdf, or leave it out.");
            return null;
        }

        return new(name, attachment.ContentType ?? "application/octet-stream", bytes.Length);
    }

    /// <returns>Null when it is no base64.</returns>
    public static byte[]? Decode(AttachmentRequest attachment)
    {
        var bytes = new byte[(attachment.Content?.Length ?? 0) / 4 * 3 + 3];
        return Convert.TryFromBase64String(attachment.Content ?? "", bytes, out var length) ? bytes[..length] : null;
    }
}
