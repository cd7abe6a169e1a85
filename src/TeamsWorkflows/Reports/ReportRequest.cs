using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using TeamsWorkflows.Approvals;
using TeamsWorkflows.Deliveries;
using TeamsWorkflows.Ways;

namespace TeamsWorkflows.Reports;

/// <summary>What a business process hands over: a title, one of body, table and card, and where it goes.</summary>
/// <param name="Title">Shown first; 1 to 200 characters, one line.</param>
/// <param name="Body">The text, in <paramref name="Format"/>.</param>
/// <param name="Destinations">Where it goes; 1 to 20, each once.</param>
/// <param name="Format">How <paramref name="Body"/> is written: Markdown, Text or Html; null: Markdown.</param>
/// <param name="Fallback">Who gets it when Teams stays out of reach; null: the configured recipients.</param>
/// <param name="Patience">How long Teams is tried before the fallback; null: the configured time.</param>
public sealed record ReportRequest(
    [property: Required] string? Title,
    string? Body,
    [property: Required] IReadOnlyList<Destination?>? Destinations,
    ReportFormat? Format = null,
    FallbackRequest? Fallback = null,
    TimeSpan? Patience = null)
{
    /// <summary>Gets a table in place of a body.</summary>
    public TableRequest? Table { get; init; }

    /// <summary>Gets an Adaptive Card in place of a body: the card's JSON object, version 1.5 at most.</summary>
    public JsonElement? Card { get; init; }

    /// <summary>Gets what title, subject, body and the card's texts are filled with: with it, they are Scriban templates.</summary>
    public JsonElement? Data { get; init; }

    /// <summary>Gets the message's subject; null: the title.</summary>
    public string? Subject { get; init; }

    /// <summary>Gets how the message is marked; null: Normal.</summary>
    public MessageImportance? Importance { get; init; }

    /// <summary>Gets who is mentioned: where the text says <c>@[Name]</c>, or else before it; at most 20.</summary>
    public IReadOnlyList<MentionRequest?>? Mentions { get; init; }

    /// <summary>Gets files that go with it; at most 10.</summary>
    public IReadOnlyList<AttachmentRequest?>? Attachments { get; init; }

    /// <summary>Gets the thread that it belongs to, by a key of the publisher's own: the first report of a key starts it, later ones answer it.</summary>
    public string? Thread { get; init; }

    /// <summary>Gets whether it takes the place of the thread's first message instead of answering it; null: no.</summary>
    public bool? Update { get; init; }

    /// <summary>Gets from when on it is late, and what becomes of it then; null: as configured.</summary>
    public LateRequest? Late { get; init; }

    /// <summary>Gets whether it may be gathered with others for the same channel or chat into one message; null: it goes by itself.</summary>
    public DigestRequest? Digest { get; init; }

    /// <summary>Gets what is done when its outcome is unknown and nobody can look; null: as configured.</summary>
    public UnknownAction? Unknown { get; init; }

    /// <summary>Gets who is told how it ended; null: nobody.</summary>
    public NotifyRequest? Notify { get; init; }

    /// <summary>Gets who has to approve it before it goes anywhere; null: nobody.</summary>
    public ApprovalRequest? Approval { get; init; }

    /// <summary>Gets this request without what must not be shown: addresses, keys and secrets of destinations, and the bytes of files.</summary>
    internal ReportRequest Shown => this with
    {
        Destinations = Destinations?.Select(static d => d?.Shown).ToArray(),
        Attachments = Attachments?.Select(static a => a is null ? null : a with { Content = "…" }).ToArray(),
        Notify = Notify is null ? null : new(AddressRules.Shown(Notify.Url), Notify.Secret is null ? null : "…"),
    };
}

/// <param name="Url">Takes the receipt as JSON; https only.</param>
/// <param name="Secret">Signs the call (HMAC-SHA-256); at least 16 characters; null: not signed.</param>
public sealed record NotifyRequest([property: Required] string? Url, string? Secret = null);

/// <param name="After">Since it was handed over; null: as configured.</param>
/// <param name="Then">Post (with a note), Skip or Digest (with other late ones in one message); null: as configured.</param>
public sealed record LateRequest(TimeSpan? After, LateAction? Then = null);

/// <param name="Within">How long the first report waits for others; null: as configured.</param>
public sealed record DigestRequest(TimeSpan? Within = null);

/// <summary>Rows of values, or CSV whose first line names the columns.</summary>
/// <param name="Rows">Objects, or arrays in the order of <paramref name="Columns"/>.</param>
/// <param name="Columns">The columns and their order; null: the members of the rows.</param>
/// <param name="Csv">CSV text in place of rows (RFC 4180).</param>
/// <param name="Delimiter">What separates the CSV's fields; null: a comma.</param>
public sealed record TableRequest(
    IReadOnlyList<JsonElement>? Rows = null, IReadOnlyList<string?>? Columns = null, string? Csv = null, string? Delimiter = null);

/// <param name="User">Entra's identifier of the user, a GUID.</param>
/// <param name="Name">As it is shown.</param>
public sealed record MentionRequest([property: Required] string? User, [property: Required] string? Name);

/// <param name="Content">The bytes, in base64.</param>
/// <param name="ContentType">Null: bytes of an unknown kind.</param>
public sealed record AttachmentRequest([property: Required] string? Name, [property: Required] string? Content, string? ContentType = null);

/// <param name="Email">Addresses; at most 20; null: the configured recipients.</param>
/// <param name="After">After which time it is mailed while Teams is still tried; null: as configured.</param>
/// <param name="Then">What is done in Teams after that: Mark (post with a note) or Suppress; null: as configured.</param>
public sealed record FallbackRequest(IReadOnlyList<string?>? Email, TimeSpan? After = null, MailedAction? Then = null);

/// <summary>How a report's body is written.</summary>
public enum ReportFormat
{
    /// <summary>CommonMark with tables; raw HTML in it is shown as text.</summary>
    Markdown,

    /// <summary>Shown as it is.</summary>
    Text,

    /// <summary>HTML; what can run, load or hide is taken out.</summary>
    Html,

    /// <summary>Columns and rows.</summary>
    Table,

    /// <summary>An Adaptive Card.</summary>
    AdaptiveCard,
}

/// <summary>How a message is marked in Teams and in mails.</summary>
public enum MessageImportance
{
    Normal,
    High,
    Urgent,
}

/// <summary>The limits of a report; Graph's own are in <see cref="Graph.ChannelMessageLimits"/>.</summary>
public static class ReportLimits
{
    public const int MaxTitleLength = 200;
    public const int MaxDestinations = 20;
    public const int MaxFallbackRecipients = 20;
    public const int MaxIdempotencyKeyLength = 200;
    public const int MaxMentions = 20;
    public const int MaxThreadLength = 200;
    public const int MaxAttachments = 10;

    /// <summary>Most bytes of one attachment: 4 MiB, the most that mail through Graph takes.</summary>
    public const int MaxAttachmentBytes = 4 * 1024 * 1024;

    /// <summary>The longest patience that makes sense: a report that is a month late is not a report.</summary>
    public static readonly TimeSpan MaxPatience = TimeSpan.FromDays(30);

    public static readonly TimeSpan MinPatience = TimeSpan.FromSeconds(1);
}

/// <summary>A report and what became of it.</summary>
/// <param name="Publisher">Who handed it over.</param>
/// <param name="InstanceId">The orchestration that carries it.</param>
public sealed record Report(
    string Id, string Publisher, string InstanceId, string Title, ReportFormat Format, DateTimeOffset CreatedAt, TimeSpan Patience, IReadOnlyList<Delivery> Deliveries)
{
    /// <summary>Gets who gets it by e-mail when Teams does not take it.</summary>
    public IReadOnlyList<string> FallbackRecipients { get; init; } = [];

    /// <summary>Gets when the report's webhook took the last receipt; null: it has none.</summary>
    public DateTimeOffset? NotifiedAt { get; init; }

    /// <summary>Gets what it waits for, or waited for, before it goes anywhere; null: nothing.</summary>
    public Approval? Approval { get; init; }
}

/// <summary>What a publisher is told.</summary>
public abstract record SubmitResult
{
    private SubmitResult()
    {
    }

    /// <param name="IsRepeat">Whether the same request had come before with the same key.</param>
    public sealed record Accepted(Report Report, bool IsRepeat) : SubmitResult;

    /// <summary>The key was used for another request.</summary>
    public sealed record KeyReused(string ReportId) : SubmitResult;

    /// <param name="Errors">What is wrong, by the field's JSON path.</param>
    public sealed record Invalid(IReadOnlyDictionary<string, string[]> Errors) : SubmitResult;
}

/// <summary>What an operator who sends once more is told.</summary>
public abstract record ResendResult
{
    private ResendResult()
    {
    }

    public sealed record Accepted(string DeliveryId) : ResendResult;

    public sealed record NotFound : ResendResult;

    /// <summary>The delivery, or one that repeats it, has not ended: cancel it first.</summary>
    public sealed record StillRunning(string DeliveryId) : ResendResult;

    /// <summary>The bytes of its attachments are past their retention.</summary>
    public sealed record FilesGone : ResendResult;

    /// <summary>Its report asked for an approval and did not get it.</summary>
    public sealed record NotApproved : ResendResult;
}

/// <summary>What somebody who tries a report out is told.</summary>
public abstract record PreviewResult
{
    private PreviewResult()
    {
    }

    public sealed record Shown(ReportPreview Preview) : PreviewResult;

    /// <param name="Errors">What is wrong, by the field's JSON path.</param>
    /// <param name="OfConnections">Those of the messages that are about the connections as they are now, and not about the report itself.</param>
    public sealed record Invalid(IReadOnlyDictionary<string, string[]> Errors, IReadOnlySet<string> OfConnections) : PreviewResult;
}
