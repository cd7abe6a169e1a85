using Microsoft.EntityFrameworkCore;
using TeamsWorkflows.Connections;
using TeamsWorkflows.Data;
using TeamsWorkflows.Data.Statements;
using TeamsWorkflows.Deliveries.Flights;
using TeamsWorkflows.Deliveries.Pacing;
using TeamsWorkflows.Diagnostics;
using TeamsWorkflows.Ways;

namespace TeamsWorkflows.Deliveries;

/// <summary>What an attempt works on, read fresh.</summary>
/// <param name="Connection">Null when the destination needs none.</param>
/// <param name="Note">What the message says about itself; null: nothing.</param>
internal sealed record AttemptSubject(DeliveryRow Delivery, ReportRow Report, ConnectionRow? Connection, string? Note = null)
{
    public Envelope Envelope => new(Delivery.CardId, WorkflowJson.Read<UploadedFile[]>(Delivery.Files) ?? [], Note);
}

/// <summary>What an exchange left behind, besides its outcome.</summary>
internal sealed record AttemptTrace(PostOutcome Outcome, int? Status, string? RequestId, string? ClientRequestId, FailureEvidence? Evidence)
{
    /// <summary>Gets what the ledger's row learns by it; null: nothing.</summary>
    public Action<DeliveryRow>? Note { get; init; }

    /// <summary>Gets how a verdict becomes the outcome; null when the outcome rests on none.</summary>
    public Func<Diagnosis, PostOutcome>? Judge { get; init; }

    public static AttemptTrace Failed(PostOutcome outcome, FailureEvidence evidence)
        => new(outcome, evidence.Status, evidence.RequestId, evidence.ClientRequestId, evidence);

    /// <summary>Of an answer that is judged: by itself here, and by the runner once more, with what is known of the connection.</summary>
    public static AttemptTrace Failed(FailureEvidence evidence, Func<Diagnosis, PostOutcome> judge)
        => Failed(judge(Diagnostician.Diagnose(evidence)), evidence) with { Judge = judge };
}

/// <summary>One exchange of an attempt; the token is null when the destination needs no connection.</summary>
internal delegate Task<AttemptTrace> AttemptExchange(AttemptSubject subject, string? accessToken);

/// <summary>One attempt at the other side: ledger, fresh token, intent, one exchange, ledger. Never repeats anything.</summary>
/// <remarks>
/// An activity runs at least once. The ledger makes its effect happen once: a number with an outcome gives that outcome
/// again, and an intent without one says that the process died in between, so the outcome is unknown.
/// </remarks>
internal sealed class AttemptRunner(Database database, TokenSource tokens, ConnectionVerdicts verdicts, ConnectionHealth health, PaceGate gate, TimeProvider time)
{
    private static readonly PerModel<SubjectQuery> Subject = new(static db => new(db));

    private static readonly IReadOnlyList<string> State = [nameof(DeliveryRow.State), nameof(DeliveryRow.Reason), nameof(DeliveryRow.UpdatedAt)];
    private static readonly IReadOnlyList<string> Arrival = [.. State, nameof(DeliveryRow.MessageId), nameof(DeliveryRow.WebUrl)];

    // What Fill sets, all of it: nothing else of an intent that is there is written.
    private static readonly IReadOnlyList<string> End =
    [
        nameof(AttemptRow.EndedAt), nameof(AttemptRow.Outcome), nameof(AttemptRow.Status), nameof(AttemptRow.RequestId), nameof(AttemptRow.ClientRequestId), nameof(AttemptRow.Evidence),
    ];

    /// <summary>Sends something: the intent is on disk before <paramref name="exchange"/> begins.</summary>
    public Task<PostOutcome> PostAsync(AttemptInput input, AttemptExchange exchange, CancellationToken cancellationToken)
        => RunAsync(AttemptKind.Post, keepsIntent: true, input, exchange, cancellationToken);

    /// <summary>Reads something: it may be done again, so no intent is kept.</summary>
    public Task<PostOutcome> ReadAsync(AttemptInput input, AttemptExchange exchange, CancellationToken cancellationToken)
        => RunAsync(AttemptKind.ReadBack, keepsIntent: false, input, exchange, cancellationToken);

    /// <summary>Does something that may be done again without harm: no intent is kept. A post waits its turn all the same.</summary>
    public Task<PostOutcome> RepeatableAsync(
        AttemptKind kind, AttemptInput input, AttemptExchange exchange, CancellationToken cancellationToken)
        => RunAsync(kind, keepsIntent: false, input, exchange, cancellationToken);

    private async Task<PostOutcome> RunAsync(
        AttemptKind kind, bool keepsIntent, AttemptInput input, AttemptExchange exchange, CancellationToken cancellationToken)
    {
        var (subject, earlier) = await LoadAsync(input, cancellationToken);
        if (earlier is not null)
        {
            return WorkflowJson.Read<PostOutcome>(earlier.Outcome)
                ?? await EndInterruptedAsync(subject, earlier, cancellationToken);
        }

        var attempt = new AttemptRow { DeliveryId = input.DeliveryId, Number = input.Number, Kind = kind, StartedAt = time.GetUtcNow() };
        var (token, how, refused) = await AcquireAsync(subject, attempt, cancellationToken);
        if (refused is not null)
        {
            attempt.Kind = AttemptKind.Token;
            refused = await JudgedAsync(subject, refused, operation: null, how, cancellationToken);
            return await AddAsync(subject, input, attempt, Under(subject, refused), cancellationToken);
        }

        var operation = AttemptOperations.Of(subject, kind);

        try
        {
            if (kind == AttemptKind.Post && await TakeTurnAsync(subject, input, attempt, keepsIntent, cancellationToken) is { } paced)
            {
                return paced;
            }
        }
        catch (DbUpdateException) when (!cancellationToken.IsCancellationRequested)
        {
            return await AfterAnotherAsync(input, cancellationToken);
        }

        if (!keepsIntent)
        {
            var found = await JudgedAsync(subject, await exchange(subject, token), operation, how, cancellationToken);
            return await AddAsync(subject, input, attempt, Under(subject, found), cancellationToken);
        }

        // From here on a stop of the host must not lose what the other side answers: the exchange has its own time limit.
        var answered = await JudgedAsync(subject, await exchange(subject, token), operation, how, CancellationToken.None);
        return await EndAsync(subject, attempt, Under(subject, answered), CancellationToken.None);
    }

    private async Task<(string? Token, TokenAcquisition? How, AttemptTrace? Refused)> AcquireAsync(
        AttemptSubject subject, AttemptRow attempt, CancellationToken cancellationToken)
    {
        if (subject.Connection is not { } connection)
        {
            return default;
        }

        if (connection.State == ConnectionState.NeedsAttention && WorkflowJson.Read<Diagnosis>(connection.Diagnosis) is { } known)
        {
            return (null, null, new(Outcomes.OfToken(known), null, null, null, null));
        }

        if (connection.AuthModel == AuthModel.Webhook)
        {
            return default; // its address is all there is
        }

        var token = await tokens.AcquireAsync(connection, TokenRequest.Silent, cancellationToken);
        attempt.AcquisitionMs = token.Duration.TotalMilliseconds;
        if (token is TokenResult.Acquired acquired)
        {
            return (acquired.AccessToken, acquired.How, null);
        }

        var evidence = ((TokenResult.Refused)token).Evidence;
        return (null, null, AttemptTrace.Failed(evidence, Outcomes.OfToken));
    }

    // What the connection is for, and what it went through, may say more than the answer does.
    private async Task<AttemptTrace> JudgedAsync(
        AttemptSubject subject, AttemptTrace trace, Operation? operation, TokenAcquisition? how, CancellationToken cancellationToken)
    {
        if (subject.Connection is not { } connection || trace is not { Judge: { } judge, Evidence: { } evidence })
        {
            return trace;
        }

        var (diagnosis, known) = await verdicts.JudgeAsync(connection, evidence with { Acquisition = evidence.Acquisition ?? how }, operation, cancellationToken);
        return trace with { Outcome = judge(diagnosis), Evidence = known };
    }

    // A node that was too slow to keep its lease made the same attempt, or makes it right now: its outcome is unknown here.
    private async Task<PostOutcome> AfterAnotherAsync(AttemptInput input, CancellationToken cancellationToken)
    {
        var (subject, other) = await LoadAsync(input, cancellationToken);
        return other is null
            ? throw new IOException("An attempt could not be stored.")
            : WorkflowJson.Read<PostOutcome>(other.Outcome) ?? await EndInterruptedAsync(subject, other, cancellationToken);
    }

    private static AttemptTrace Under(AttemptSubject subject, AttemptTrace trace)
        => subject.Connection is { } c ? trace with { Outcome = trace.Outcome.Under(c.Generation) } : trace;

    private async Task<(AttemptSubject Subject, AttemptRow? Earlier)> LoadAsync(AttemptInput input, CancellationToken cancellationToken)
    {
        var found = await database.ReadAsync(db => Subject.Of(db).FindAsync(db, input.DeliveryId, input.Number, cancellationToken), cancellationToken);
        return (new AttemptSubject(found.Delivery, found.Report, found.Connection, input.Note), found.Earlier);
    }

    // Null: it is this one's turn, and its intent, if one is kept, is on disk.
    private async Task<PostOutcome?> TakeTurnAsync(
        AttemptSubject subject, AttemptInput input, AttemptRow attempt, bool keepsIntent, CancellationToken cancellationToken)
        => !keepsIntent && !gate.Holds(subject) ? null : await database.WriteAsync<PostOutcome?>(
        async db =>
        {
            if (await gate.PassAsync(db, subject, input.Slots ?? [], input.GiveUpAt, time.GetUtcNow(), cancellationToken) is { } paced)
            {
                var turn = new AttemptRow { DeliveryId = input.DeliveryId, Number = input.Number, Kind = AttemptKind.Pace, StartedAt = attempt.StartedAt };
                Fill(turn, new(paced, null, null, null, null));
                db.Insert(turn);
                SetState(db, subject.Delivery, DeliveryState.Waiting, paced.Reason);
                return paced;
            }

            if (keepsIntent)
            {
                db.Insert(attempt);
                SetState(db, subject.Delivery, DeliveryState.Posting, null);
            }

            return null;
        },
        cancellationToken);

    private async Task<PostOutcome> AddAsync(
        AttemptSubject subject, AttemptInput input, AttemptRow attempt, AttemptTrace trace, CancellationToken cancellationToken)
    {
        try
        {
            return Observed(subject, attempt, await database.WriteAsync(
                async db =>
                {
                    var known = attempt.Kind == AttemptKind.Post ? await StoppedAsync(db, subject, trace, cancellationToken) : trace;
                    Fill(attempt, known);
                    db.Insert(attempt);
                    await ApplyAsync(db, subject, attempt, known, cancellationToken);
                    return known.Outcome;
                },
                cancellationToken));
        }
        catch (DbUpdateException) when (!cancellationToken.IsCancellationRequested)
        {
            return await AfterAnotherAsync(input, cancellationToken);
        }
    }

    // Nobody answers for it any more; unless another node has just stored what the other side said.
    private Task<PostOutcome> EndInterruptedAsync(AttemptSubject subject, AttemptRow attempt, CancellationToken cancellationToken) => database.WriteAsync(
        async db => await db.Attempts.Where(a => a.DeliveryId == attempt.DeliveryId && a.Number == attempt.Number)
                .Select(a => a.Outcome).SingleAsync(cancellationToken) is { } stored
            ? WorkflowJson.Read<PostOutcome>(stored)!
            : await EndAsync(db, subject, attempt, Interrupted(time.GetUtcNow()), cancellationToken),
        cancellationToken);

    private static PostOutcome Observed(AttemptSubject subject, AttemptRow attempt, PostOutcome outcome)
    {
        DeliveryTelemetry.Attempted(attempt, outcome.Name, subject.Delivery);
        if (outcome is PostOutcome.Posted or PostOutcome.AlreadyPosted or PostOutcome.Taken or PostOutcome.HandedOver)
        {
            DeliveryTelemetry.Ended(
                outcome is PostOutcome.HandedOver ? DeliveryState.HandedOver : DeliveryState.Delivered,
                (attempt.EndedAt ?? attempt.StartedAt) - subject.Delivery.CreatedAt);
        }

        return outcome;
    }

    private async Task<PostOutcome> EndAsync(AttemptSubject subject, AttemptRow attempt, AttemptTrace found, CancellationToken cancellationToken)
        => Observed(subject, attempt, await database.WriteAsync(db => EndAsync(db, subject, attempt, found, cancellationToken), cancellationToken));

    private async Task<PostOutcome> EndAsync(
        ProductDb db, AttemptSubject subject, AttemptRow attempt, AttemptTrace found, CancellationToken cancellationToken)
    {
        var trace = await StoppedAsync(db, subject, found, cancellationToken);
        Fill(attempt, trace);
        db.Update(attempt, End);
        await ApplyAsync(db, subject, attempt, trace, cancellationToken);
        return trace.Outcome;
    }

    // A post that was too much stops its siblings.
    private async Task<AttemptTrace> StoppedAsync(ProductDb db, AttemptSubject subject, AttemptTrace found, CancellationToken cancellationToken)
        => found.Outcome is PostOutcome.Throttled throttled
            ? found with { Outcome = await gate.StopAsync(db, subject, throttled, PaceGate.ThrottleScopeOf(found.Evidence), time.GetUtcNow(), cancellationToken) }
            : found;

    private void Fill(AttemptRow attempt, AttemptTrace trace)
    {
        attempt.EndedAt = time.GetUtcNow();
        attempt.Outcome = WorkflowJson.Write(trace.Outcome);
        (attempt.Status, attempt.RequestId, attempt.ClientRequestId) = (trace.Status, trace.RequestId, trace.ClientRequestId);
        attempt.Evidence = trace.Evidence is { } evidence ? WorkflowJson.Write(evidence) : null;
    }

    private async Task ApplyAsync(
        ProductDb db, AttemptSubject subject, AttemptRow attempt, AttemptTrace trace, CancellationToken cancellationToken)
    {
        var delivery = trace.Note is null ? subject.Delivery : await db.Deliveries.SingleAsync(d => d.Id == attempt.DeliveryId, cancellationToken);
        switch (trace.Outcome)
        {
            case PostOutcome.Posted p:
                await ArrivedAsync(db, delivery, subject.Connection, p.MessageId, p.WebUrl, cancellationToken);
                break;

            case PostOutcome.AlreadyPosted a:
                await ArrivedAsync(db, delivery, subject.Connection, a.MessageId, a.WebUrl, cancellationToken);
                break;

            case PostOutcome.Taken:
                SetState(db, delivery, DeliveryState.Delivered, null);
                break;

            case PostOutcome.HandedOver:
                SetState(db, delivery, DeliveryState.HandedOver, "Accepted; whether it was shown is not known here.");
                await MarkSuccessAsync(db, subject.Connection, cancellationToken);
                break;

            case PostOutcome.RootGone gone:
                await JoinThread.ForgetAsync(db, attempt.DeliveryId, gone.MessageId, cancellationToken);
                break;

            case PostOutcome.AuthenticationFailed or PostOutcome.PermissionDenied when attempt.Kind == AttemptKind.Token:
                SetState(db, delivery, DeliveryState.Waiting, trace.Outcome.Verdict!.Summary);
                await StopConnectionAsync(db, subject.Delivery.ConnectionId, attempt, trace.Outcome, cancellationToken);
                break;

            case { Verdict: { } verdict }:
                SetState(db, delivery, DeliveryState.Waiting, verdict.Summary);
                break;
        }

        trace.Note?.Invoke(delivery);
    }

    private async Task ArrivedAsync(
        ProductDb db, DeliveryRow delivery, ConnectionRow? connection, string messageId, string? webUrl, CancellationToken cancellationToken)
    {
        (delivery.MessageId, delivery.WebUrl) = (messageId, webUrl);
        SetState(db, delivery, DeliveryState.Delivered, null, Arrival);
        await MarkSuccessAsync(db, connection, cancellationToken);
    }

    private void SetState(ProductDb db, DeliveryRow delivery, DeliveryState state, string? reason, IReadOnlyList<string>? properties = null)
    {
        (delivery.State, delivery.Reason, delivery.UpdatedAt) = (state, reason, time.GetUtcNow());
        db.Update(delivery, properties ?? State);
    }

    // The value as a lambda: as a plain argument it is part of the query, which is then compiled anew each time. By the
    // second, so that posts that end side by side do not all want to write the one row.
    private async Task MarkSuccessAsync(ProductDb db, ConnectionRow? connection, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var aSecondAgo = now - TimeSpan.FromSeconds(1);
        if (connection is not null && !(connection.LastSuccessAt > aSecondAgo))
        {
            await db.Connections.Where(c => c.Id == connection.Id && (c.LastSuccessAt == null || c.LastSuccessAt <= aSecondAgo))
                .ExecuteUpdateAsync(set => set.SetProperty(c => c.LastSuccessAt, _ => now), cancellationToken);
        }
    }

    // The authority says no: every other run of this connection is spared the same answer. Unless somebody restored the
    // connection since the attempt began: then the verdict is about one that is gone.
    private async Task StopConnectionAsync(
        ProductDb db, string? connectionId, AttemptRow attempt, PostOutcome outcome, CancellationToken cancellationToken)
    {
        var connection = await db.Connections.SingleAsync(c => c.Id == connectionId, cancellationToken);
        if (connection.State != ConnectionState.NeedsAttention && connection.Generation == outcome.UsedGeneration)
        {
            health.Move(db, connection, ConnectionState.NeedsAttention, outcome.Verdict, attempt.Evidence, ConnectionHealth.Product);
        }
    }

    private static AttemptTrace Interrupted(DateTimeOffset now)
    {
        var evidence = new FailureEvidence(FailureSurface.GraphResponse, now) { Exception = "The process stopped before the answer was stored." };
        return AttemptTrace.Failed(new PostOutcome.OutcomeUnknown(Diagnostician.Diagnose(evidence)), evidence);
    }
}
