using TeamsWorkflows.Data;
using TeamsWorkflows.Diagnostics;
using TeamsWorkflows.Ways;

namespace TeamsWorkflows.Deliveries;

/// <summary>One report on its way to one destination, as people and programs see it.</summary>
/// <param name="Publisher">Who handed the report over.</param>
/// <param name="Title">The report's title.</param>
/// <param name="Kind">The way it goes, such as <c>channel</c>.</param>
/// <param name="Connection">The connection that it is reached by; null: it needs none.</param>
/// <param name="Reason">What the state is about, in a sentence; null when there is nothing to say.</param>
/// <param name="MessageId">Graph's identifier of the message, or of the file, once delivered.</param>
/// <param name="WebUrl">Opens the message in Teams, or the file.</param>
/// <param name="RootMessageId">The first message of its thread, which it answers or changes; null: it is a message of its own.</param>
/// <param name="MailMessageId">The Message-ID of the fallback's e-mail.</param>
/// <param name="InstanceId">The orchestration that carries it.</param>
public sealed record Delivery(
    string Id,
    string ReportId,
    string Publisher,
    string Title,
    string Kind,
    Destination Destination,
    string? Connection,
    string? TeamId,
    string? ChannelId,
    string? ChatId,
    DeliveryState State,
    string? Reason,
    Guid CardId,
    string? MessageId,
    string? WebUrl,
    string? RootMessageId,
    string? MailMessageId,
    string InstanceId,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt,
    IReadOnlyList<Attempt> Attempts)
{
    /// <summary>Gets the delivery that it repeats, at an operator's word; null: it is the report's own.</summary>
    public string? ResendOf { get; init; }

    /// <summary>Gets the delivery whose message holds it together with others; null: it has a message of its own.</summary>
    public string? DigestOf { get; init; }

    /// <summary>Gets what operators did about it, in order.</summary>
    public IReadOnlyList<DeliveryWord> Words { get; init; } = [];

    internal static Delivery From(DeliveryRow row, string publisher, string title) => new(
        row.Id,
        row.ReportId,
        publisher,
        title,
        row.Kind,
        WorkflowJson.Read<Destination>(row.Destination)!,
        row.ConnectionId,
        row.TeamId,
        row.ChannelId,
        row.ChatId,
        row.State,
        row.Reason,
        row.CardId,
        row.MessageId,
        row.WebUrl,
        row.RootMessageId,
        row.MailMessageId,
        DeliveryNames.InstanceOf(row.Id),
        row.CreatedAt,
        row.UpdatedAt,
        row.Attempts.OrderBy(a => a.Number).Select(Attempt.From).ToArray())
    {
        ResendOf = row.ResendOf,
        DigestOf = row.DigestId,
        Words = [.. row.Words.OrderBy(static w => w.At).Select(static w => new DeliveryWord(w.Word, w.Actor, w.Reason, w.At))],
    };
}

/// <summary>What an operator did about a delivery, or said about it.</summary>
public sealed record DeliveryWord(OperatorWord Word, string Actor, string Reason, DateTimeOffset At);

/// <summary>One exchange with the outside.</summary>
/// <param name="Outcome">How it went; null while it runs, or if the process died under it.</param>
/// <param name="AcquisitionMs">How long the token took, in milliseconds.</param>
public sealed record Attempt(
    int Number,
    AttemptKind Kind,
    DateTimeOffset StartedAt,
    DateTimeOffset? EndedAt,
    string? Outcome,
    int? Status,
    string? RequestId,
    string? ClientRequestId,
    double? AcquisitionMs,
    Diagnosis? Diagnosis,
    FailureEvidence? Evidence)
{
    internal static Attempt From(AttemptRow row)
    {
        var outcome = WorkflowJson.Read<PostOutcome>(row.Outcome);
        return new(
            row.Number,
            row.Kind,
            row.StartedAt,
            row.EndedAt,
            outcome?.Name,
            row.Status,
            row.RequestId,
            row.ClientRequestId,
            row.AcquisitionMs,
            outcome?.Verdict,
            WorkflowJson.Read<FailureEvidence>(row.Evidence));
    }
}
