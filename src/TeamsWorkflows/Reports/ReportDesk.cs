using System.Security.Cryptography;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using TeamsWorkflows.Approvals;
using TeamsWorkflows.Connections;
using TeamsWorkflows.Data;
using TeamsWorkflows.Data.Statements;
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
    IOptions<ApprovalOptions> approvalOptions,
    IOptions<GrantOptions> grants,
    ISecretProtector protector)
{
    private const int ResumePageSize = 100;

    private static readonly PerModel<Statement> Known = new(static db =>
    {
        var reports = RowTable<ReportRow>.Of(db);
        var (publisher, key) = (nameof(ReportRow.Publisher), nameof(ReportRow.IdempotencyKey));
        return new(
            $"SELECT 1 FROM {reports.As("r")} WHERE r.{reports.Name(publisher)} = {Statement.Parameter(0)} AND r.{reports.Name(key)} = {Statement.Parameter(1)}",
            [reports.Mapping(publisher), reports.Mapping(key)]);
    });

    /// <summary>Takes a report, once per publisher and key however often it is called.</summary>
    /// <remarks>
    /// The report is stored before its orchestration starts. Should the process die in between, the repeat of the call or
    /// the next start of the process (<see cref="ResumeAsync"/>) starts it.
    /// </remarks>
    public Task<SubmitResult> SubmitAsync(string publisher, string idempotencyKey, ReportRequest request, CancellationToken cancellationToken)
        => SubmitAsync(publisher, author: null, idempotencyKey, request, cancellationToken);

    /// <param name="author">The name of the person who hands it over or answers for it: with four eyes, they may not approve it; null: a program.</param>
    /// <inheritdoc cref="SubmitAsync(string, string, ReportRequest, CancellationToken)"/>
    public Task<SubmitResult> SubmitAsync(
        string publisher, string? author, string idempotencyKey, ReportRequest request, CancellationToken cancellationToken)
        => SubmitAsync(publisher, NamesOf(author), idempotencyKey, request, cancellationToken);

    /// <param name="authors">The names of all whose work it is: with four eyes, none of them may approve it.</param>
    internal async Task<SubmitResult> SubmitAsync(
        string publisher, IReadOnlyCollection<string> authors, string idempotencyKey, ReportRequest request, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(publisher);
        ArgumentException.ThrowIfNullOrWhiteSpace(idempotencyKey);
        if (idempotencyKey.Length > ReportLimits.MaxIdempotencyKeyLength)
        {
            throw new ArgumentException($"A key has at most {ReportLimits.MaxIdempotencyKeyLength} characters.", nameof(idempotencyKey));
        }

        ArgumentNullException.ThrowIfNull(request);

        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(ReportJson.Write(request)));
        var (isRepeat, connections) = await database.ReadAsync(
            async db => (
                await Known.Of(db).ReadAsync(db, [publisher, idempotencyKey], static (reader, cancellation) => reader.ReadAsync(cancellation), cancellationToken),
                await ConnectionsAsync(db, request, cancellationToken)),
            cancellationToken);
        if (isRepeat && await FindByKeyAsync(publisher, idempotencyKey, cancellationToken) is { } earlier)
        {
            return await RepeatAsync(earlier, hash, cancellationToken);
        }

        var (report, errors) = await CheckAsync(publisher, authors, request, connections, cancellationToken);
        if (report is null)
        {
            return new SubmitResult.Invalid(errors.ByField());
        }

        var row = Row(publisher, idempotencyKey, hash, request, report);
        var approval = request.Approval is { } wanted
            ? ApprovalReader.Row(row, wanted, [publisher, .. authors], approvalOptions.Value)
            : null;
        try
        {
            await StoreAsync(row, approval, cancellationToken);
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

        await StartAsync(row, report, approval, cancellationToken);
        return new SubmitResult.Accepted(ToReport(row, approval), IsRepeat: false);
    }

    /// <summary>Shows what each destination would get, and keeps nothing.</summary>
    public Task<PreviewResult> PreviewAsync(ReportRequest request, CancellationToken cancellationToken)
        => PreviewAsync(request, author: null, publisher: null, cancellationToken);

    /// <param name="author">The name of who would hand it over; null: a program.</param>
    /// <param name="publisher">Whose grants count; null: nobody's, they are looked at when it is handed over.</param>
    /// <inheritdoc cref="PreviewAsync(ReportRequest, CancellationToken)"/>
    public Task<PreviewResult> PreviewAsync(ReportRequest request, string? author, string? publisher, CancellationToken cancellationToken)
        => PreviewAsync(request, NamesOf(author), publisher, cancellationToken);

    internal async Task<PreviewResult> PreviewAsync(
        ReportRequest request, IReadOnlyCollection<string> authors, string? publisher, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);

        var connections = await database.ReadAsync(db => ConnectionsAsync(db, request, cancellationToken), cancellationToken);
        var (report, errors) = await CheckAsync(publisher, authors, request, connections, cancellationToken);
        return report is not null
            ? new PreviewResult.Shown(ReportPreview.Of(request, report))
            : new PreviewResult.Invalid(errors.ByField(), errors.OfConnections);
    }

    /// <summary>Starts what was stored but not started when the process died. Harmless when there is nothing.</summary>
    /// <param name="from">Only what was handed over then or later: of the rest it is known that it was started.</param>
    /// <param name="before">Only what was handed over before: of the rest somebody may be about to start it.</param>
    public async Task ResumeAsync(DateTimeOffset from, DateTimeOffset before, CancellationToken cancellationToken)
    {
        for (DeliveryRow? last = null; ;)
        {
            var page = await ForgottenAsync(from, before, last, cancellationToken);
            if (page.Count == 0)
            {
                return;
            }

            last = page[^1];
            var ids = page.Select(static d => d.ReportId).Distinct(StringComparer.Ordinal).ToArray();
            var reports = await database.ReadAsync(
                db => db.Reports.Include(r => r.Deliveries).Where(r => ids.Contains(r.Id)).ToListAsync(cancellationToken), cancellationToken);
            foreach (var report in reports)
            {
                await StartAsync(report, await ApprovalReader.RowAsync(database, report, cancellationToken), cancellationToken);
            }
        }
    }

    /// <summary>Sends a report once more to one of its destinations, under a new key, as a delivery of its own.</summary>
    /// <remarks>For an operator who knows that the first one did not serve: it may be a second message.</remarks>
    public async Task<ResendResult> ResendAsync(string deliveryId, string actor, string reason, CancellationToken cancellationToken)
    {
        var (result, report) = await database.WriteAsync<(ResendResult, ReportRow?)>(
            async db =>
            {
                if (await db.Deliveries.Where(d => d.Id == deliveryId).Select(d => d.ReportId).SingleOrDefaultAsync(cancellationToken) is not { } reportId)
                {
                    return (new ResendResult.NotFound(), null);
                }

                var report = await db.Reports.Include(r => r.Deliveries).SingleAsync(r => r.Id == reportId, cancellationToken);
                var earlier = report.Deliveries.Single(d => d.Id == deliveryId);
                if (report.Deliveries.Find(d => (d.Id == deliveryId || d.ResendOf == deliveryId) && !d.State.IsEnd()) is { } running)
                {
                    return (new ResendResult.StillRunning(running.Id), null);
                }

                if (report.NeedsApproval && !await db.Approvals.AnyAsync(
                    a => a.ReportId == reportId && (a.State == ApprovalState.Approved || a.State == ApprovalState.Released), cancellationToken))
                {
                    return (new ResendResult.NotApproved(), null);
                }

                if (report.AttachedFiles is not null && !await db.Attachments.AnyAsync(a => a.ReportId == reportId, cancellationToken))
                {
                    return (new ResendResult.FilesGone(), null);
                }

                var row = Again(earlier, report.Deliveries.Count + 1);
                db.Deliveries.Add(row);
                db.DeliveryWords.Add(new DeliveryWordRow
                {
                    Id = newGuid(),
                    DeliveryId = row.Id,
                    At = row.CreatedAt,
                    Word = OperatorWord.Resend,
                    Actor = actor,
                    Reason = reason,
                });
                return (new ResendResult.Accepted(row.Id), report);
            },
            cancellationToken);
        if (report is not null)
        {
            await StartAsync(report, approval: null, cancellationToken); // it has it: only such a report is sent once more
        }

        return result;
    }

    public async Task<Report?> FindAsync(string reportId, CancellationToken cancellationToken)
        => await database.ReadAsync(
            db => db.Reports.AsSingleQuery().Include(r => r.Deliveries).ThenInclude(d => d.Attempts).Include(r => r.Deliveries).ThenInclude(d => d.Words)
                .SingleOrDefaultAsync(r => r.Id == reportId, cancellationToken),
            cancellationToken) is { } row ? ToReport(row, await ApprovalReader.RowAsync(database, row, cancellationToken)) : null;

    public async Task<Delivery?> FindDeliveryAsync(string deliveryId, CancellationToken cancellationToken)
        => await DeliveriesAsync(db => Task.FromResult<IQueryable<DeliveryRow>?>(db.Deliveries.Where(d => d.Id == deliveryId)), cancellationToken) is [var found] ? found : null;

    /// <summary>Lists deliveries, newest first.</summary>
    public Task<IReadOnlyList<Delivery>> ListDeliveriesAsync(DeliveryQuery query, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(query);

        return DeliveriesAsync(db => query.SelectAsync(db, cancellationToken), cancellationToken);
    }

    // A refusal names what there is in place of what was asked for: only then all connections are read.
    private async Task<(ReportDocument? Report, ReportErrors Errors)> CheckAsync(
        string? publisher, IReadOnlyCollection<string> authors, ReportRequest request, Dictionary<string, ConnectionRow> named, CancellationToken cancellationToken)
    {
        ReportErrors errors = new(), withAll = new();
        return Check(publisher, authors, request, named, errors) is { } report
            ? (report, errors)
            : (Check(publisher, authors, request, await database.ReadAsync(AllAsync, cancellationToken), withAll), withAll);

        Task<Dictionary<string, ConnectionRow>> AllAsync(ProductDb db) => db.Connections.ToDictionaryAsync(c => c.Id, StringComparer.Ordinal, cancellationToken);
    }

    // Null: there were errors.
    private ReportDocument? Check(
        string? publisher, IReadOnlyCollection<string> authors, ReportRequest request, IReadOnlyDictionary<string, ConnectionRow> connections, ReportErrors errors)
    {
        if (publisher is not null)
        {
            PublisherGrants.Validate(publisher, request.Destinations, grants.Value, errors);
        }

        return ReportValidator.Validate(request, connections, fallbackOptions.Value, new(approvalOptions.Value, authors), time, errors);
    }

    private async Task<IReadOnlyList<Delivery>> DeliveriesAsync(
        Func<ProductDb, Task<IQueryable<DeliveryRow>?>> select, CancellationToken cancellationToken)
    {
        var rows = await database.ReadAsync(
            async db => await select(db) is { } page
                ? await page.Include(d => d.Attempts)
                    .Include(d => d.Words)
                    .Join(db.Reports, d => d.ReportId, r => r.Id, (delivery, report) => new { delivery, report.Publisher, report.Title })
                    .ToListAsync(cancellationToken)
                : [],
            cancellationToken);
        return rows.OrderByDescending(static x => x.delivery.CreatedAt).ThenByDescending(static x => x.delivery.Id, StringComparer.Ordinal)
            .Select(x => Delivery.From(x.delivery, x.Publisher, x.Title))
            .ToArray();
    }

    private Task<List<DeliveryRow>> ForgottenAsync(
        DateTimeOffset from, DateTimeOffset before, DeliveryRow? last, CancellationToken cancellationToken) => database.ReadAsync(
        db =>
        {
            // By the index of states: what was ever delivered is not looked at.
            var rows = db.Deliveries.Where(d => d.State == DeliveryState.Accepted && d.CreatedAt >= from && d.CreatedAt < before);
            if (last is not null)
            {
                rows = rows.Where(d => d.CreatedAt >= last.CreatedAt && (d.CreatedAt > last.CreatedAt || string.Compare(d.Id, last.Id) > 0));
            }

            return rows.OrderBy(d => d.CreatedAt).ThenBy(d => d.Id).Take(ResumePageSize).ToListAsync(cancellationToken);
        },
        cancellationToken);

    // Those that the report names: there may be a thousand others. Nothing has been checked yet: what cannot be a name is not asked for.
    private static async Task<Dictionary<string, ConnectionRow>> ConnectionsAsync(ProductDb db, ReportRequest request, CancellationToken cancellationToken)
    {
        var ids = (request.Destinations ?? []).Take(ReportLimits.MaxDestinations).Select(static d => d?.ConnectionName).OfType<string>()
            .Where(static id => EditRules.IsName(id)).Distinct(StringComparer.Ordinal).ToArray();
        return (await RowTable<ConnectionRow>.Of(db).FindAsync(db, ids, cancellationToken)).ToDictionary(static c => c.Id, StringComparer.Ordinal);
    }

    private static string[] NamesOf(string? author) => author is null ? [] : [author];

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

        var approval = await ApprovalReader.RowAsync(database, earlier, cancellationToken);
        if (earlier.Deliveries.TrueForAll(d => d.State == DeliveryState.Accepted))
        {
            await StartAsync(earlier, approval, cancellationToken);
        }

        return new SubmitResult.Accepted(ToReport(earlier, approval), IsRepeat: true);
    }

    private Task StoreAsync(ReportRow row, ApprovalRow? approval, CancellationToken cancellationToken) => database.WriteAsync(
        db =>
        {
            db.Insert(row);
            row.Deliveries.ForEach(db.Insert);
            row.Attachments.ForEach(db.Insert);
            if (approval is not null)
            {
                db.Approvals.Add(approval);
            }

            return Task.CompletedTask;
        },
        cancellationToken);

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
            Policies = WorkflowJson.Write(ReportTimes.Policies(request, deliveryOptions.Value)),
            ProtectedNotify = request.Notify is { } notify ? new DestinationVault(protector).Seal(new WebhookDestination(notify.Url, notify.Secret)) : null,
            NeedsApproval = request.Approval is not null,
            CreatedAt = now,
        };
        row.Attachments.AddRange((request.Attachments ?? []).Select((a, i) => new AttachmentRow
        {
            ReportId = id,
            Number = i + 1,
            Content = ReportReader.Decode(a!)!,
        }));
        row.Deliveries.AddRange(request.Destinations!.Select((destination, i) => Row(row, i + 1, destination!, now)));
        return row;
    }

    private DeliveryRow Again(DeliveryRow earlier, int ordinal)
    {
        var (id, destination, now) = (DeliveryNames.Delivery(earlier.ReportId, ordinal), WorkflowJson.Read<Destination>(earlier.Destination)!, time.GetUtcNow());
        var row = new DeliveryRow
        {
            Id = id,
            ReportId = earlier.ReportId,
            Publisher = earlier.Publisher,
            ResendOf = earlier.Id,
            Kind = earlier.Kind,
            Destination = earlier.Destination,
            ProtectedDestination = earlier.ProtectedDestination,
            ConnectionId = earlier.ConnectionId,
            CardId = DeliveryNames.Card(id),
            State = DeliveryState.Accepted,
            CreatedAt = now,
            UpdatedAt = now,
        };
        WayBook.Of(destination).Note(destination, row);
        return row;
    }

    private DeliveryRow Row(ReportRow report, int ordinal, Destination destination, DateTimeOffset now)
    {
        var id = DeliveryNames.Delivery(report.Id, ordinal);
        var way = WayBook.Of(destination);
        var row = new DeliveryRow
        {
            Id = id,
            ReportId = report.Id,
            Publisher = report.Publisher,
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

    private Task StartAsync(ReportRow report, ApprovalRow? approval, CancellationToken cancellationToken)
        => StartAsync(report, ReportDocument.From(report), approval, cancellationToken);

    private async Task StartAsync(ReportRow report, ReportDocument document, ApprovalRow? approval, CancellationToken cancellationToken)
    {
        var own = report.Deliveries.Where(static d => d.ResendOf is null).ToArray();
        if (Array.Exists(own, static d => d.State == DeliveryState.Accepted))
        {
            await StartAsync(report.Id, report, document, own, approval, cancellationToken);
        }

        foreach (var resend in report.Deliveries.Where(static d => d is { ResendOf: not null, State: DeliveryState.Accepted }))
        {
            await StartAsync(resend.Id, report, document, [resend], approval: null, cancellationToken); // the report was approved
        }
    }

    private async Task StartAsync(
        string id,
        ReportRow report,
        ReportDocument document,
        IReadOnlyList<DeliveryRow> deliveries,
        ApprovalRow? approval,
        CancellationToken cancellationToken)
    {
        var input = new DeliverReportInput(
            report.Id,
            deliveries.OrderBy(static d => d.Id, StringComparer.Ordinal).Select(d => Input(report, document, d)).ToArray(),
            report.ProtectedNotify is not null,
            approval is null ? null : ApprovalReader.Input(approval));
        try
        {
            await client.ScheduleNewOrchestrationInstanceAsync(
                nameof(DeliverReport), input, new(DeliveryNames.InstanceOfReport(id)), cancellationToken);
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
        var policies = WorkflowJson.Read<ReportPolicies>(report.Policies) ?? ReportTimes.Policies(null, deliveryOptions.Value);
        return new(delivery.Id, delivery.ConnectionId, delivery.CreatedAt + report.Patience, deliveryOptions.Value.ToPolicy(), plan, policies.For(delivery.CreatedAt));
    }

    private static Report ToReport(ReportRow row, ApprovalRow? approval) => new(
        row.Id,
        row.Publisher,
        DeliveryNames.InstanceOfReport(row.Id),
        row.Title,
        row.Format,
        row.CreatedAt,
        row.Patience,
        row.Deliveries.OrderBy(d => d.Id, StringComparer.Ordinal).Select(d => Delivery.From(d, row.Publisher, row.Title)).ToArray())
    {
        FallbackRecipients = row.FallbackRecipients.Split('\n', StringSplitOptions.RemoveEmptyEntries),
        NotifiedAt = row.NotifiedAt,
        Approval = approval is null ? null : Approval.From(approval, row.Title),
    };
}
