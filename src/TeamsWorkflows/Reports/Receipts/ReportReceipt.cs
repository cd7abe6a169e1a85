using TeamsWorkflows.Approvals;
using TeamsWorkflows.Deliveries;
using TeamsWorkflows.Ways;

namespace TeamsWorkflows.Reports.Receipts;

/// <summary>Who got a report, when, by which way, and how that is known.</summary>
/// <param name="IsComplete">Whether all its deliveries have ended.</param>
/// <param name="EndedAt">When the last one did; null: some have not.</param>
public sealed record ReportReceipt(
    string ReportId, string Title, DateTimeOffset HandedOverAt, bool IsComplete, DateTimeOffset? EndedAt, IReadOnlyList<ReceiptLine> Deliveries)
{
    /// <summary>Gets who let it go out, or did not; null: nobody was asked.</summary>
    public ApprovalProof? Approval { get; init; }

    public static ReportReceipt Of(Report report)
    {
        var isComplete = report.Deliveries.All(static d => d.State.IsEnd());
        return new(
            report.Id,
            report.Title,
            report.CreatedAt,
            isComplete,
            isComplete ? report.Deliveries.Max(static d => d.UpdatedAt) : null,
            [.. report.Deliveries.Select(d => ReceiptLine.Of(d, report.FallbackRecipients))])
        {
            Approval = report.Approval is { } approval ? ApprovalProof.Of(approval) : null,
        };
    }
}

/// <summary>What became of one delivery.</summary>
/// <param name="Kind">The way, such as <c>channel</c>.</param>
/// <param name="Since">When it came to this state.</param>
/// <param name="ResendOf">The delivery that it repeats; null: it is the report's own.</param>
/// <param name="Message">The message at the destination; null: there is none that is known of.</param>
/// <param name="Mail">The fallback's e-mail; null: none was sent.</param>
public sealed record ReceiptLine(
    string Delivery,
    string Kind,
    Destination Destination,
    string? Connection,
    DeliveryState State,
    string? Reason,
    DateTimeOffset Since,
    string? ResendOf,
    MessageProof? Message,
    MailProof? Mail)
{
    internal static ReceiptLine Of(Delivery delivery, IReadOnlyList<string> recipients) => new(
        delivery.Id,
        delivery.Kind,
        delivery.Destination,
        delivery.Connection,
        delivery.State,
        delivery.Reason,
        delivery.UpdatedAt,
        delivery.ResendOf,
        MessageProof.Of(delivery),
        MailProof.Of(delivery, recipients));
}

/// <summary>How it is known that a message is at its destination.</summary>
/// <param name="At">When the other side said so.</param>
/// <param name="How"><c>posted</c>, <c>already-posted</c> (found by a read-back), <c>taken</c>, <c>handed-over</c>, <c>digest</c> (in the message of another delivery), or <c>seen</c> by a person.</param>
/// <param name="Marker">What the message carries: a search of the channel finds it.</param>
/// <param name="Status">The HTTP status of the answer; null when a person saw it.</param>
/// <param name="RequestId">The other side's own name for the exchange; null: it gave none.</param>
public sealed record MessageProof(DateTimeOffset At, string How, Guid Marker, string? MessageId, string? WebUrl, int? Status, string? RequestId)
{
    private static readonly string[] Arrived = ["posted", "already-posted", "taken", "handed-over"];

    internal static MessageProof? Of(Delivery delivery)
    {
        if (delivery.Attempts.LastOrDefault(static a => Arrived.Contains(a.Outcome, StringComparer.Ordinal)) is { } attempt)
        {
            return new(
                attempt.EndedAt ?? attempt.StartedAt, attempt.Outcome!, delivery.CardId, delivery.MessageId, delivery.WebUrl, attempt.Status, attempt.RequestId);
        }

        if (delivery is { State: DeliveryState.Delivered, DigestOf: { } digest } && digest != delivery.Id)
        {
            return new(delivery.UpdatedAt, "digest", DeliveryNames.Card(digest), delivery.MessageId, delivery.WebUrl, Status: null, RequestId: null);
        }

        return delivery.State == DeliveryState.Delivered && delivery.Words.LastOrDefault(static w => w.Word == OperatorWord.ItIsThere) is { } word
            ? new(word.At, "seen", delivery.CardId, null, null, null, null)
            : null;
    }
}

/// <param name="At">When the mail server took it.</param>
public sealed record MailProof(DateTimeOffset At, string MessageId, IReadOnlyList<string> Recipients)
{
    internal static MailProof? Of(Delivery delivery, IReadOnlyList<string> recipients)
        => delivery.MailMessageId is { } id && delivery.Attempts.FirstOrDefault(static a => a.Outcome == "mailed") is { } attempt
            ? new(attempt.EndedAt ?? attempt.StartedAt, id, recipients)
            : null;
}

/// <summary>Who let a report go out, or did not.</summary>
/// <param name="Until">When the time to decide is over.</param>
/// <param name="EndedAt">When it was decided, or otherwise over; null: it is open.</param>
/// <param name="Reason">Why it ended as it did; null while it is open.</param>
public sealed record ApprovalProof(
    ApprovalState State, int Quorum, DateTimeOffset Until, DateTimeOffset? EndedAt, string? Reason, IReadOnlyList<ApprovalDecision> Decisions)
{
    internal static ApprovalProof Of(Approval approval)
        => new(approval.State, approval.Quorum, approval.ExpiresAt, approval.ClosedAt, approval.Reason, approval.Decisions);
}
