using System.ComponentModel.DataAnnotations;
using System.Text;
using System.Text.Json.Serialization.Metadata;
using Microsoft.EntityFrameworkCore;
using TeamsWorkflows.Connections;
using TeamsWorkflows.Data;
using TeamsWorkflows.Deliveries;
using TeamsWorkflows.Diagnostics;
using TeamsWorkflows.DurableTask;
using TeamsWorkflows.Fallback;
using TeamsWorkflows.Graph;
using TeamsWorkflows.Reports;

namespace TeamsWorkflows.Ways;

/// <summary>People who get the report by e-mail.</summary>
/// <param name="Connection">By which Graph sends it; null: by the configured mail server.</param>
/// <param name="From">The mailbox that an application's connection sends out of; null: the account's own, or the configured sender.</param>
public sealed record EmailDestination(
    [property: Required] IReadOnlyList<string?>? To, IReadOnlyList<string?>? Cc = null, string? Connection = null, string? From = null) : Destination
{
    public const int MaxRecipients = 50;

    internal override string? ConnectionName => Connection;

    public bool Equals(EmailDestination? other) => other is not null
        && (Connection, From) == (other.Connection, other.From)
        && (To ?? []).SequenceEqual(other.To ?? [], StringComparer.OrdinalIgnoreCase)
        && (Cc ?? []).SequenceEqual(other.Cc ?? [], StringComparer.OrdinalIgnoreCase);

    public override int GetHashCode() => HashCode.Combine(Connection, From, To?.Count, Cc?.Count);
}

/// <summary>A mail that a mail server or Exchange takes. Neither says what becomes of it.</summary>
/// <remarks>
/// A mail server is tried again: the mail has the same Message-ID then, by which receivers drop repeats. Exchange by Graph
/// promises no such thing, so what it does not confirm is not sent twice.
/// </remarks>
internal sealed class EmailWay : Way<EmailDestination>
{
    /// <summary>The most that the text of one mail may have; files come on top.</summary>
    public const int MaxBytes = 1024 * 1024;

    public const string Name = "email";

    public override string Kind => Name;

    public override JsonTypeInfo JsonType => DestinationJson.Default.EmailDestination;

    /// <summary>Makes the mail of a report.</summary>
    public static Mail Compose(EmailDestination destination, ReportDocument report, Envelope envelope, IEnumerable<AttachmentRow> attachments)
        => ReportMail.Compose(report, envelope, report.Subject, why: null, [.. destination.To!.OfType<string>()], attachments) with
        {
            Copies = [.. (destination.Cc ?? []).OfType<string>()],
        };

    protected override void Validate(EmailDestination destination, WayCheck check)
    {
        var (to, copies) = (destination.To ?? [], destination.Cc ?? []);
        if (to.Count == 0 || to.Count + copies.Count > EmailDestination.MaxRecipients)
        {
            check.Add("to", $"Give at least one address, and at most {EmailDestination.MaxRecipients} with those of cc.");
        }

        ValidateAddresses("to", to, check);
        ValidateAddresses("cc", copies, check);
        if (destination.Connection is not { } id)
        {
            if (destination.From is not null)
            {
                check.Add("from", "The configured mail server has the configured sender. Leave from out, or give an application's connection.");
            }

            return;
        }

        check.RequireConnection(id, Operation.SendMail);
        check.RequireScope(id, Operation.SendMail, "A mail is sent");
        if (check.Connections.TryGetValue(id, out var connection))
        {
            ValidateSender(destination.From, connection.AuthModel == AuthModel.DelegatedUser, check);
        }

        if (check.Report is { } report && report.Attachments.Sum(static a => (a.Size + 2) / 3 * 4) > TeamsMail.MaxBytes - MaxBytes)
        {
            check.Errors.Add(check.Path, $"Graph takes mails of at most {TeamsMail.MaxBytes:N0} bytes. Send fewer files, or send them to a channel.");
        }
    }

    protected override Rendering Render(EmailDestination destination, ReportDocument report, Envelope envelope) => new(
        "text/html",
        Encoding.UTF8.GetBytes(ReportMail.ToHtml(report, envelope, why: null)),
        MaxBytes,
        [$"The mail's subject is '{report.Subject} [{envelope.Reference}]'; {report.Attachments.Count} files come with it."]);

    protected override DeliveryPlan Plan(EmailDestination destination, ReportDocument report)
        => DeliveryPlan.Of(destination.Connection is null ? nameof(PostMail) : nameof(PostGraphMail), readBack: null);

    private static void ValidateSender(string? from, bool isDelegated, WayCheck check)
    {
        if (isDelegated && from is not null)
        {
            check.Add("from", "This connection sends as its own account. Leave from out.");
        }
        else if (!isDelegated && (from is null || !MailAddresses.IsOne(from) || !check.MaySend(from)))
        {
            check.Add("from", "Give the mailbox that the application sends out of: the configured sender, or one of Fallback:Senders.");
        }
    }

    private static void ValidateAddresses(string field, IReadOnlyList<string?> addresses, WayCheck check)
    {
        for (var i = 0; i < addresses.Count; i++)
        {
            if (!MailAddresses.IsOne(addresses[i]))
            {
                check.Add($"{field}[{i}]", "This is not an e-mail address.");
            }
        }
    }
}

/// <summary>Reads what a mail is made of.</summary>
internal sealed class MailSource(Database database)
{
    public async Task<(EmailDestination Destination, Mail Mail)> ReadAsync(AttemptSubject subject, CancellationToken cancellationToken)
    {
        var destination = (EmailDestination)WorkflowJson.Read<Destination>(subject.Delivery.Destination)!;
        List<AttachmentRow> attachments = subject.Report.AttachedFiles is null ? [] : await database.ReadAsync(
            db => db.Attachments.Where(a => a.ReportId == subject.Report.Id).OrderBy(static a => a.Number).ToListAsync(cancellationToken),
            cancellationToken);
        return (destination, EmailWay.Compose(destination, ReportDocument.From(subject.Report), subject.Envelope, attachments));
    }
}

/// <summary>Hands a report to the mail server.</summary>
internal sealed class PostMail(AttemptRunner attempts, MailSource source, Mailer mailer, TimeProvider time) : TaskActivity<AttemptInput, PostOutcome>
{
    public override Task<PostOutcome> RunAsync(TaskActivityContext context, AttemptInput input) => attempts.RepeatableAsync(
        AttemptKind.Mail,
        input,
        async (subject, _) =>
        {
            var (_, mail) = await source.ReadAsync(subject, context.CancellationToken);
            try
            {
                var messageId = await mailer.SendAsync(mail, context.CancellationToken);
                return new(new PostOutcome.HandedOver(messageId), null, null, null, Evidence: null) { Note = row => row.MailMessageId = messageId };
            }
            catch (ActivityFailureException e)
            {
                var evidence = new FailureEvidence(FailureSurface.ConnectorMessage, time.GetUtcNow()) { Exception = e.Message };
                return AttemptTrace.Failed(evidence, d => e.ErrorType == Mailer.Refused
                    ? new PostOutcome.Rejected(d with { Summary = e.Message })
                    : new PostOutcome.Unavailable(RetryAfter: null, d with { Summary = e.Message }));
            }
        },
        context.CancellationToken);
}

/// <summary>Hands a report to Exchange by Graph, once.</summary>
internal sealed class PostGraphMail(AttemptRunner attempts, MailSource source, TeamsMail exchange) : TaskActivity<AttemptInput, PostOutcome>
{
    public override Task<PostOutcome> RunAsync(TaskActivityContext context, AttemptInput input) => attempts.PostAsync(
        input,
        async (subject, accessToken) =>
        {
            var (destination, mail) = await source.ReadAsync(subject, CancellationToken.None);
            var mailbox = destination.From ?? subject.Connection!.Username!;
            var (messageId, requestId) = (mail.MessageIdOf(mailbox), exchange.NewRequestId());

            // Not the activity's token: a host that stops lets the POST come to its answer.
            var result = await exchange.SendAsync(accessToken!, mailbox, messageId, mail, requestId, CancellationToken.None);
            return result is GraphResult<object>.Success { Exchange: { Status: 202 } taken }
                ? new(new PostOutcome.HandedOver(messageId), taken.Status, taken.RequestId, requestId, Evidence: null) { Note = row => row.MailMessageId = messageId }
                : MessageTraces.OfUnconfirmed(result, subject.Delivery.UpdatedAt, requestId);
        },
        context.CancellationToken);
}
