using Microsoft.EntityFrameworkCore;
using TeamsWorkflows.Connections;
using TeamsWorkflows.Data;
using TeamsWorkflows.Diagnostics;

namespace TeamsWorkflows.Deliveries;

/// <summary>What an attempt works on, read fresh.</summary>
internal sealed record AttemptSubject(DeliveryRow Delivery, ReportRow Report, ConnectionRow Connection);

/// <summary>What an exchange left behind, besides its outcome.</summary>
internal sealed record AttemptTrace(PostOutcome Outcome, int? Status, string? RequestId, string? ClientRequestId, FailureEvidence? Evidence)
{
    public static AttemptTrace Failed(PostOutcome outcome, FailureEvidence evidence)
        => new(outcome, evidence.Status, evidence.RequestId, evidence.ClientRequestId, evidence);
}

/// <summary>One attempt at Teams: ledger, fresh token, intent, one exchange, ledger. Never repeats anything.</summary>
/// <remarks>
/// An activity runs at least once. The ledger makes its effect happen once: a number with an outcome gives that outcome
/// again, and an intent without one says that the process died in between, so the outcome is unknown.
/// </remarks>
internal sealed class AttemptRunner(Database database, TokenSource tokens, TimeProvider time)
{
    /// <summary>Posts something: the intent is on disk before <paramref name="exchange"/> begins.</summary>
    public Task<PostOutcome> PostAsync(
        AttemptInput input, Func<AttemptSubject, string, Task<AttemptTrace>> exchange, CancellationToken cancellationToken)
        => RunAsync(AttemptKind.Post, input, exchange, cancellationToken);

    /// <summary>Reads something: it may be done again, so no intent is kept.</summary>
    public Task<PostOutcome> ReadAsync(
        AttemptInput input, Func<AttemptSubject, string, Task<AttemptTrace>> exchange, CancellationToken cancellationToken)
        => RunAsync(AttemptKind.ReadBack, input, exchange, cancellationToken);

    private async Task<PostOutcome> RunAsync(
        AttemptKind kind, AttemptInput input, Func<AttemptSubject, string, Task<AttemptTrace>> exchange, CancellationToken cancellationToken)
    {
        var (subject, earlier) = await LoadAsync(input, cancellationToken);
        if (earlier is not null)
        {
            return WorkflowJson.Read<PostOutcome>(earlier.Outcome)
                ?? await EndAsync(input, Interrupted(time.GetUtcNow()), cancellationToken);
        }

        var attempt = new AttemptRow { DeliveryId = input.DeliveryId, Number = input.Number, Kind = kind, StartedAt = time.GetUtcNow() };
        if (subject.Connection.State == ConnectionState.NeedsAttention
            && WorkflowJson.Read<Diagnosis>(subject.Connection.Diagnosis) is { } known)
        {
            attempt.Kind = AttemptKind.Token;
            return await AddAsync(attempt, Under(subject, new(Outcomes.OfToken(known), null, null, null, null)), cancellationToken);
        }

        var token = await tokens.AcquireAsync(subject.Connection, TokenRequest.Silent, cancellationToken);
        attempt.AcquisitionMs = token.Duration.TotalMilliseconds;
        if (token is not TokenResult.Acquired acquired)
        {
            var evidence = ((TokenResult.Refused)token).Evidence;
            var diagnosis = Diagnostician.Diagnose(evidence);
            attempt.Kind = AttemptKind.Token;
            return await AddAsync(attempt, Under(subject, AttemptTrace.Failed(Outcomes.OfToken(diagnosis), evidence)), cancellationToken);
        }

        if (kind != AttemptKind.Post)
        {
            return await AddAsync(attempt, Under(subject, await exchange(subject, acquired.AccessToken)), cancellationToken);
        }

        try
        {
            await IntendAsync(attempt, cancellationToken);
        }
        catch (DbUpdateException) when (!cancellationToken.IsCancellationRequested)
        {
            return await AfterAnotherAsync(input, cancellationToken);
        }

        // From here on a stop of the host must not lose what Teams answers: the exchange has its own time limit.
        return await EndAsync(input, Under(subject, await exchange(subject, acquired.AccessToken)), CancellationToken.None);
    }

    // A node that was too slow to keep its lease made the same attempt, or makes it right now: its outcome is unknown here.
    private async Task<PostOutcome> AfterAnotherAsync(AttemptInput input, CancellationToken cancellationToken)
    {
        var (_, other) = await LoadAsync(input, cancellationToken);
        return other is null
            ? throw new IOException("The intent of an attempt could not be stored; nothing was posted.")
            : WorkflowJson.Read<PostOutcome>(other.Outcome) ?? await EndAsync(input, Interrupted(time.GetUtcNow()), cancellationToken);
    }

    private static AttemptTrace Under(AttemptSubject subject, AttemptTrace trace)
        => trace with { Outcome = trace.Outcome.Under(subject.Connection.Generation) };

    private async Task<(AttemptSubject Subject, AttemptRow? Earlier)> LoadAsync(AttemptInput input, CancellationToken cancellationToken)
        => await database.ReadAsync(
            async db =>
            {
                var found = await db.Deliveries.Where(d => d.Id == input.DeliveryId)
                    .Join(db.Reports, d => d.ReportId, r => r.Id, (delivery, report) => new { delivery, report })
                    .Join(db.Connections, x => x.delivery.ConnectionId, c => c.Id, (x, connection) => new { x.delivery, x.report, connection })
                    .SingleAsync(cancellationToken);
                var earlier = await db.Attempts.SingleOrDefaultAsync(
                    a => a.DeliveryId == input.DeliveryId && a.Number == input.Number, cancellationToken);
                return (new AttemptSubject(found.delivery, found.report, found.connection), earlier);
            },
            cancellationToken);

    private Task IntendAsync(AttemptRow attempt, CancellationToken cancellationToken) => database.WriteAsync(
        async db =>
        {
            db.Attempts.Add(attempt);
            await SetStateAsync(db, attempt.DeliveryId, DeliveryState.Posting, null, cancellationToken);
        },
        cancellationToken);

    private Task<PostOutcome> AddAsync(AttemptRow attempt, AttemptTrace trace, CancellationToken cancellationToken) => database.WriteAsync(
        async db =>
        {
            Fill(attempt, trace);
            db.Attempts.Add(attempt);
            await ApplyAsync(db, attempt, trace.Outcome, cancellationToken);
            return trace.Outcome;
        },
        cancellationToken);

    private Task<PostOutcome> EndAsync(AttemptInput input, AttemptTrace trace, CancellationToken cancellationToken) => database.WriteAsync(
        async db =>
        {
            var attempt = await db.Attempts.SingleAsync(
                a => a.DeliveryId == input.DeliveryId && a.Number == input.Number, cancellationToken);
            Fill(attempt, trace);
            await ApplyAsync(db, attempt, trace.Outcome, cancellationToken);
            return trace.Outcome;
        },
        cancellationToken);

    private void Fill(AttemptRow attempt, AttemptTrace trace)
    {
        attempt.EndedAt = time.GetUtcNow();
        attempt.Outcome = WorkflowJson.Write(trace.Outcome);
        (attempt.Status, attempt.RequestId, attempt.ClientRequestId) = (trace.Status, trace.RequestId, trace.ClientRequestId);
        attempt.Evidence = trace.Evidence is { } evidence ? WorkflowJson.Write(evidence) : null;
    }

    private async Task ApplyAsync(ProductDb db, AttemptRow attempt, PostOutcome outcome, CancellationToken cancellationToken)
    {
        switch (outcome)
        {
            case PostOutcome.Posted or PostOutcome.AlreadyPosted:
                var (messageId, webUrl) = outcome is PostOutcome.Posted p ? (p.MessageId, p.WebUrl)
                    : outcome is PostOutcome.AlreadyPosted a ? (a.MessageId, a.WebUrl) : default;
                var delivery = await SetStateAsync(db, attempt.DeliveryId, DeliveryState.Delivered, null, cancellationToken);
                (delivery.MessageId, delivery.WebUrl) = (messageId, webUrl);
                await MarkSuccessAsync(db, delivery.ConnectionId, cancellationToken);
                break;

            case PostOutcome.AuthenticationFailed or PostOutcome.PermissionDenied when attempt.Kind == AttemptKind.Token:
                var refused = await SetStateAsync(db, attempt.DeliveryId, DeliveryState.Waiting, outcome.Verdict!.Summary, cancellationToken);
                await StopConnectionAsync(db, refused.ConnectionId, attempt, outcome, cancellationToken);
                break;

            case { Verdict: { } verdict }:
                await SetStateAsync(db, attempt.DeliveryId, DeliveryState.Waiting, verdict.Summary, cancellationToken);
                break;
        }
    }

    private async Task<DeliveryRow> SetStateAsync(
        ProductDb db, string deliveryId, DeliveryState state, string? reason, CancellationToken cancellationToken)
    {
        var delivery = await db.Deliveries.SingleAsync(d => d.Id == deliveryId, cancellationToken);
        (delivery.State, delivery.Reason, delivery.UpdatedAt) = (state, reason, time.GetUtcNow());
        return delivery;
    }

    // The value as a lambda: as a plain argument it is part of the query, which is then compiled anew each time. By the
    // second, so that posts that end side by side do not all want to write the one row.
    private Task MarkSuccessAsync(ProductDb db, string connectionId, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var aSecondAgo = now - TimeSpan.FromSeconds(1);
        return db.Connections.Where(c => c.Id == connectionId && (c.LastSuccessAt == null || c.LastSuccessAt <= aSecondAgo))
            .ExecuteUpdateAsync(set => set.SetProperty(c => c.LastSuccessAt, _ => now), cancellationToken);
    }

    // The authority says no: every other run of this connection is spared the same answer. Unless somebody restored the
    // connection since the attempt began: then the verdict is about one that is gone.
    private async Task StopConnectionAsync(
        ProductDb db, string connectionId, AttemptRow attempt, PostOutcome outcome, CancellationToken cancellationToken)
    {
        var connection = await db.Connections.SingleAsync(c => c.Id == connectionId, cancellationToken);
        if (connection.State != ConnectionState.NeedsAttention && connection.Generation == outcome.UsedGeneration)
        {
            (connection.State, connection.StateSince) = (ConnectionState.NeedsAttention, time.GetUtcNow());
            (connection.Diagnosis, connection.Evidence) = (WorkflowJson.Write(outcome.Verdict), attempt.Evidence);
        }
    }

    private static AttemptTrace Interrupted(DateTimeOffset now)
    {
        var evidence = new FailureEvidence(FailureSurface.GraphResponse, now) { Exception = "The process stopped before the answer was stored." };
        return AttemptTrace.Failed(new PostOutcome.OutcomeUnknown(Diagnostician.Diagnose(evidence)), evidence);
    }
}
