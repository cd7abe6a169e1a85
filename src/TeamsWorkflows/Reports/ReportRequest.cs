using TeamsWorkflows.Deliveries;

namespace TeamsWorkflows.Reports;

/// <summary>What a business process hands over.</summary>
/// <param name="Title">Shown first; 1 to 200 characters, one line.</param>
/// <param name="Body">The text, in <paramref name="Format"/>.</param>
/// <param name="Destinations">Where it goes; 1 to 20, each once.</param>
/// <param name="Format">The default is Markdown.</param>
/// <param name="Fallback">Who gets it when Teams stays out of reach; null: the configured recipients.</param>
/// <param name="Patience">How long Teams is tried before the fallback; null: the configured time.</param>
public sealed record ReportRequest(
    string? Title,
    string? Body,
    IReadOnlyList<DestinationRequest?>? Destinations,
    ReportFormat Format = ReportFormat.Markdown,
    FallbackRequest? Fallback = null,
    TimeSpan? Patience = null);

/// <summary>A channel, and the connection to reach it by.</summary>
public sealed record DestinationRequest(string? Connection, string? TeamId, string? ChannelId);

/// <param name="Email">Addresses; at most 20.</param>
public sealed record FallbackRequest(IReadOnlyList<string?>? Email);

/// <summary>How a report's body is written.</summary>
public enum ReportFormat
{
    /// <summary>CommonMark with tables; raw HTML in it is shown as text.</summary>
    Markdown,

    /// <summary>Shown as it is.</summary>
    Text,
}

/// <summary>The limits of a report; Graph's own are in <see cref="Graph.ChannelMessageLimits"/>.</summary>
public static class ReportLimits
{
    public const int MaxTitleLength = 200;
    public const int MaxDestinations = 20;
    public const int MaxFallbackRecipients = 20;
    public const int MaxIdempotencyKeyLength = 200;

    /// <summary>The longest patience that makes sense: a report that is a month late is not a report.</summary>
    public static readonly TimeSpan MaxPatience = TimeSpan.FromDays(30);

    public static readonly TimeSpan MinPatience = TimeSpan.FromSeconds(1);
}

/// <summary>A report and what became of it.</summary>
/// <param name="Publisher">Who handed it over.</param>
/// <param name="InstanceId">The orchestration that carries it.</param>
public sealed record Report(
    string Id, string Publisher, string InstanceId, string Title, ReportFormat Format, DateTimeOffset CreatedAt, TimeSpan Patience, IReadOnlyList<Delivery> Deliveries);

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
