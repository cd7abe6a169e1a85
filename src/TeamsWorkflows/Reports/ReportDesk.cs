using System.Security.Cryptography;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using TeamsWorkflows.Connections;
using TeamsWorkflows.Data;
using TeamsWorkflows.Deliveries;
using TeamsWorkflows.DurableTask.Client;
using TeamsWorkflows.Fallback;
using TeamsWorkflows.Ways;

namespace TeamsWorkflows.Reports;

/// <summary>The front door for reports: API, console, schedules and command line all come through here.</summary>
public sealed class ReportDesk(
    Database database,
    DurableTaskClient client,
    TimeProvider time,
    Func<Guid> newGuid,
    IOptions<DeliveryOptions> deliveryOptions,
    IOptions<FallbackOptions> fallbackOptions,
    ISecretProtector protector)
{
    /// <summary>Takes a report, once per publisher and key however often it is called.</summary>
    /// <remarks>
    /// The report is stored before its orchestration starts. Should the process die in between, the repeat of the call or
    /// the next start of the process (<see cref="ResumeAsync"/>) starts it.
    /// </remarks>
    public async Task<SubmitResult> SubmitAsync(
        string publisher, string idempotencyKey, ReportRequest request, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(publisher);
        ArgumentException.ThrowIfNullOrWhiteSpace(idempotencyKey);
        if (idempotencyKey.Length > ReportLimits.MaxIdempotencyKeyLength)
        {
            throw new ArgumentException($"A key has at most {ReportLimits.MaxIdempotencyKeyLength} characters.", nameof(idempotencyKey));
        }

        ArgumentNullException.ThrowIfNull(request);

        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(ReportJson.Write(request)));
        if (await FindByKeyAsync(publisher, idempotencyKey, cancellationToken) is { } earlier)
        {
            return await RepeatAsync(earlier, hash, cancellationToken);
        }

        var connections = await ConnectionsAsync(cancellationToken);
        var errors = new ReportErrors();
        if (ReportValidator.Validate(request, connections, fallbackOptions.Value, time, errors) is not { } report)
        {
            return new SubmitResult.Invalid(errors.ByField());
        }

        var row = Row(publisher, idempotencyKey, hash, request, report);
        try
        {
            await database.WriteAsync(db => db.Reports.AddAsync(row, cancellationToken).AsTask(), cancellationToken);
        }
        catch (DbUpdateException) when (!cancellationToken.IsCancellationRequested)
        {
            // Somebody else came first with the same key, at the same moment.
            var winner = await FindByKeyAsync(publisher, idempotencyKey, cancellationToken);
            if (winner is null)
            {
                throw;
            }

            return await RepeatAsync(winner, hash, cancellationToken);
        }

        await StartAsync(row, cancellationToken);
        return new SubmitResult.Accepted(ToReport(row), IsRepeat: false);
    }

    /// <summary>Shows what each destination would get, and keeps nothing.</summary>
    public async Task<PreviewResult> PreviewAsync(ReportRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);

        var errors = new ReportErrors();
        var connections = await ConnectionsAsync(cancellationToken);
        return ReportValidator.Validate(request, connections, fallbackOptions.Value, time, errors) is { } report
            ? new PreviewResult.Shown(ReportPreview.Of(request, report))
            : new PreviewResult.Invalid(errors.ByField());
    }

    /// <summary>Starts what was stored but not started when the process died. Harmless when there is nothing.</summary>
    /// <param name="before">Only what was handed over before: of the rest somebody may be about to start it.</param>
    public async Task ResumeAsync(DateTimeOffset before, CancellationToken cancellationToken)
    {
        var forgotten = await database.ReadAsync(
            async db =>
            {
                // By the index of states: what was ever delivered is not looked at.
                var ids = db.Deliveries.Where(d => d.State == DeliveryState.Accepted).Select(d => d.ReportId).Distinct();
                return await db.Reports.Include(r => r.Deliveries).Where(r => ids.Contains(r.Id) && r.CreatedAt < before).ToListAsync(cancellationToken);
            },
            cancellationToken);
        foreach (var report in forgotten)
        {
            await StartAsync(report, cancellationToken);
        }
    }

    public async Task<Report?> FindAsync(string reportId, CancellationToken cancellationToken)
        => await database.ReadAsync(
            db => db.Reports.AsSingleQuery().Include(r => r.Deliveries).ThenInclude(d => d.Attempts)
                .SingleOrDefaultAsync(r => r.Id == reportId, cancellationToken),
            cancellationToken) is { } row ? ToReport(row) : null;

    public async Task<Delivery?> FindDeliveryAsync(string deliveryId, CancellationToken cancellationToken)
        => await DeliveriesAsync(db => db.Deliveries.Where(d => d.Id == deliveryId), pageSize: 1, cancellationToken) is [var found] ? found : null;

    /// <summary>Lists deliveries, newest first.</summary>
    /// <param name="publisher">Only those of this publisher's reports; null: everybody's.</param>
    /// <param name="state">Only those; null: all.</param>
    /// <param name="before">Only those with a smaller identifier: the last one of the page before.</param>
    /// <param name="pageSize">1 to 200.</param>
    public Task<IReadOnlyList<Delivery>> ListDeliveriesAsync(
        string? publisher, DeliveryState? state, string? before, int pageSize, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(pageSize, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(pageSize, 200);

        return DeliveriesAsync(
            db => db.Deliveries
                .Where(d => publisher == null || db.Reports.Any(r => r.Id == d.ReportId && r.Publisher == publisher))
                .Where(d => state == null || d.State == state)
                .Where(d => before == null || string.Compare(d.Id, before) < 0),
            pageSize,
            cancellationToken);
    }

    private async Task<IReadOnlyList<Delivery>> DeliveriesAsync(
        Func<ProductDb, IQueryable<DeliveryRow>> select, int pageSize, CancellationToken cancellationToken)
    {
        var rows = await database.ReadAsync(
            db => select(db)
                .OrderByDescending(d => d.Id)
                .Take(pageSize)
                .Include(d => d.Attempts)
                .Join(db.Reports, d => d.ReportId, r => r.Id, (delivery, report) => new { delivery, report.Publisher, report.Title })
                .ToListAsync(cancellationToken),
            cancellationToken);
        return rows.OrderByDescending(x => x.delivery.Id, StringComparer.Ordinal)
            .Select(x => Delivery.From(x.delivery, x.Publisher, x.Title))
            .ToArray();
    }

    private Task<Dictionary<string, ConnectionRow>> ConnectionsAsync(CancellationToken cancellationToken) => database.ReadAsync(
        db => db.Connections.ToDictionaryAsync(c => c.Id, StringComparer.Ordinal, cancellationToken), cancellationToken);

    private Task<ReportRow?> FindByKeyAsync(string publisher, string idempotencyKey, CancellationToken cancellationToken)
        => database.ReadAsync(
            db => db.Reports.AsSingleQuery().Include(r => r.Deliveries).ThenInclude(d => d.Attempts)
                .SingleOrDefaultAsync(r => r.Publisher == publisher && r.IdempotencyKey == idempotencyKey, cancellationToken),
            cancellationToken);

    private async Task<SubmitResult> RepeatAsync(ReportRow earlier, byte[] hash, CancellationToken cancellationToken)
    {
        if (!CryptographicOperations.FixedTimeEquals(earlier.RequestHash, hash))
        {
            return new SubmitResult.KeyReused(earlier.Id);
        }

        if (earlier.Deliveries.TrueForAll(d => d.State == DeliveryState.Accepted))
        {
            await StartAsync(earlier, cancellationToken);
        }

        return new SubmitResult.Accepted(ToReport(earlier), IsRepeat: true);
    }

    private ReportRow Row(string publisher, string idempotencyKey, byte[] hash, ReportRequest request, ReportDocument report)
    {
        var now = time.GetUtcNow();
        var id = newGuid().ToString("N");
        var row = new ReportRow
        {
            Id = id,
            Publisher = publisher,
            IdempotencyKey = idempotencyKey,
            RequestHash = hash,
            Title = report.Title,
            Subject = report.Subject == report.Title ? null : report.Subject,
            Body = report.Content.Stored,
            Format = report.Content.Format,
            Importance = report.Importance,
            Mentions = report.Mentions.Count == 0 ? null : WorkflowJson.Write(report.Mentions.ToArray()),
            AttachedFiles = report.Attachments.Count == 0 ? null : WorkflowJson.Write(report.Attachments.ToArray()),
            Thread = report.Thread?.Key,
            UpdatesThread = report.Thread is { IsUpdate: true },
            FallbackRecipients = string.Join('\n', request.Fallback?.Email ?? fallbackOptions.Value.Recipients),
            Patience = request.Patience ?? deliveryOptions.Value.Patience,
            CreatedAt = now,
        };
        row.Attachments.AddRange((request.Attachments ?? []).Select((a, i) => new AttachmentRow
        {
            ReportId = id,
            Number = i + 1,
            Content = ReportReader.Decode(a!)!,
        }));
        row.Deliveries.AddRange(request.Destinations!.Select((destination, i) => Row(id, i + 1, destination!, now)));
        return row;
    }

    private DeliveryRow Row(string reportId, int ordinal, Destination destination, DateTimeOffset now)
    {
        var id = DeliveryNames.Delivery(reportId, ordinal);
        var way = WayBook.Of(destination);
        var row = new DeliveryRow
        {
            Id = id,
            ReportId = reportId,
            Kind = way.Kind,
            Destination = WorkflowJson.Write(destination.Shown),
            ProtectedDestination = new DestinationVault(protector).Seal(destination),
            ConnectionId = destination.ConnectionName,
            CardId = DeliveryNames.Card(id),
            State = DeliveryState.Accepted,
            CreatedAt = now,
            UpdatedAt = now,
        };
        way.Note(destination, row);
        return row;
    }

    private async Task StartAsync(ReportRow report, CancellationToken cancellationToken)
    {
        var document = ReportDocument.From(report);
        var input = new DeliverReportInput(
            report.Id,
            report.Deliveries.OrderBy(d => d.Id, StringComparer.Ordinal).Select(d => Input(report, document, d)).ToArray());
        try
        {
            await client.ScheduleNewOrchestrationInstanceAsync(
                nameof(DeliverReport), input, new(DeliveryNames.InstanceOfReport(report.Id)), cancellationToken);
        }
        catch (OrchestrationAlreadyExistsException)
        {
            // It was started already: exactly what the identifier is for.
        }
    }

    private DeliverToDestinationInput Input(ReportRow report, ReportDocument document, DeliveryRow delivery)
    {
        var destination = WorkflowJson.Read<Destination>(delivery.Destination)!;
        var plan = WayBook.Of(destination).Plan(destination, document);
        return new(delivery.Id, delivery.ConnectionId, report.CreatedAt + report.Patience, deliveryOptions.Value.ToPolicy(), plan);
    }

    private static Report ToReport(ReportRow row) => new(
        row.Id,
        row.Publisher,
        DeliveryNames.InstanceOfReport(row.Id),
        row.Title,
        row.Format,
        row.CreatedAt,
        row.Patience,
        row.Deliveries.OrderBy(d => d.Id, StringComparer.Ordinal).Select(d => Delivery.From(d, row.Publisher, row.Title)).ToArray());
}
