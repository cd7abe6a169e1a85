using Microsoft.EntityFrameworkCore;
using TeamsWorkflows.Data;
using TeamsWorkflows.Deliveries;
using TeamsWorkflows.Diagnostics;
using TeamsWorkflows.Ways;

namespace TeamsWorkflows.Connections.History;

/// <summary>What a connection went through, out of the ledger and the records of sign-ins and changes.</summary>
internal sealed class ConnectionLog(Database database, TimeProvider time)
{
    /// <summary>How many uses are looked at.</summary>
    public const int MaxUses = 500;

    /// <summary>How far back a history goes: two policies of 90 days show in it no more than one does.</summary>
    public static readonly TimeSpan Reach = TimeSpan.FromDays(100);

    public Task<ConnectionHistory> ReadAsync(string connectionId, CancellationToken cancellationToken)
        => ReadAsync(connectionId, MaxUses, cancellationToken);

    /// <param name="uses">How many of the last uses are looked at; at most <see cref="MaxUses"/>.</param>
    public async Task<ConnectionHistory> ReadAsync(string connectionId, int uses, CancellationToken cancellationToken)
    {
        var since = time.GetUtcNow() - Reach;
        return await database.ReadAsync(
            async db =>
            {
                var used = await UsesAsync(db, connectionId, since, Math.Min(uses, MaxUses), cancellationToken);
                var events = await EventsAsync(db, connectionId, since, cancellationToken);
                return new ConnectionHistory([.. used.Concat(events.Select(From)).OrderBy(static e => e.At)]);
            },
            cancellationToken);
    }

    /// <summary>The recorded sign-ins and changes, the oldest first.</summary>
    public Task<List<ConnectionEventRow>> ChangesAsync(string connectionId, DateTimeOffset since, CancellationToken cancellationToken)
        => database.ReadAsync(db => EventsAsync(db, connectionId, since, cancellationToken), cancellationToken);

    /// <summary>How the connection came from one state into another, the newest first.</summary>
    public Task<List<ConnectionEventRow>> MovesAsync(string connectionId, DateTimeOffset since, int count, CancellationToken cancellationToken)
        => database.ReadAsync(
            db => db.ConnectionEvents.Where(e => e.ConnectionId == connectionId && e.At >= since && e.Kind == ConnectionEventKind.StateChanged)
                .OrderByDescending(e => e.At).ThenByDescending(e => e.Id).Take(count).ToListAsync(cancellationToken),
            cancellationToken);

    public static ConnectionEvent From(ConnectionEventRow row) => new(row.At, row.Kind, Change: row.Change);

    private static Task<List<ConnectionEventRow>> EventsAsync(
        ProductDb db, string connectionId, DateTimeOffset since, CancellationToken cancellationToken)
        => db.ConnectionEvents.Where(e => e.ConnectionId == connectionId && e.At >= since && e.Kind != ConnectionEventKind.StateChanged)
            .OrderBy(e => e.At).ToListAsync(cancellationToken);

    private static async Task<IEnumerable<ConnectionEvent>> UsesAsync(
        ProductDb db, string connectionId, DateTimeOffset since, int count, CancellationToken cancellationToken)
    {
        var environment = await db.Connections.Where(c => c.Id == connectionId).Select(c => c.Environment).SingleOrDefaultAsync(cancellationToken);
        // By the index first: each delivery has an attempt or more, so as many deliveries as uses are enough.
        var rows = await db.Deliveries.Where(d => d.ConnectionId == connectionId && d.UpdatedAt >= since)
            .OrderByDescending(d => d.CreatedAt).ThenByDescending(d => d.Id)
            .Take(count)
            .Join(db.Attempts, d => d.Id, a => a.DeliveryId, (d, a) => new { d.ReportId, d.Kind, a })
            .Join(db.Reports, x => x.ReportId, r => r.Id, (x, r) => new { Workflow = r.Publisher + ": " + r.Title, x.Kind, x.a })
            .Where(x => x.a.Kind != AttemptKind.Mail && x.a.Kind != AttemptKind.Pace && x.a.Outcome != null && x.a.StartedAt >= since)
            .OrderByDescending(x => x.a.StartedAt).ThenByDescending(x => x.a.DeliveryId).ThenByDescending(x => x.a.Number)
            .Take(count)
            .ToListAsync(cancellationToken);
        return rows.AsEnumerable().Reverse().Select(x => From(x.Workflow, x.Kind, x.a, environment));
    }

    private static ConnectionEvent From(string workflow, string way, AttemptRow attempt, string? environment)
    {
        var verdict = WorkflowJson.Read<PostOutcome>(attempt.Outcome)?.Verdict;
        var evidence = WorkflowJson.Read<FailureEvidence>(attempt.Evidence);
        return new(
            attempt.StartedAt,
            verdict is null ? ConnectionEventKind.Succeeded : ConnectionEventKind.Failed,
            workflow,
            Endpoint(way, attempt.Kind),
            attempt.Status,
            verdict?.Class,
            TokenIssuedAt: evidence?.Token?.IssuedAt,
            ClockOffset: evidence?.ClockOffset,
            Environment: environment);
    }

    // What is called apart may fail apart: each way has its own permissions.
    private static string Endpoint(string way, AttemptKind kind) => kind switch
    {
        AttemptKind.Token => "token",
        AttemptKind.Upload => "file",
        AttemptKind.Place => $"{way}-lookup",
        AttemptKind.Post => way == FileWay.Name ? "file" : $"{way}-message",
        _ => $"{way}-read",
    };
}
