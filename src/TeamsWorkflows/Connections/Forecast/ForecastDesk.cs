using Microsoft.EntityFrameworkCore;
using TeamsWorkflows.Connections.Credentials;
using TeamsWorkflows.Connections.History;
using TeamsWorkflows.Data;
using TeamsWorkflows.Deliveries;
using TeamsWorkflows.Diagnostics;
using TeamsWorkflows.Schedules;

namespace TeamsWorkflows.Connections.Forecast;

/// <summary>What of the connections ends when, and what stops then.</summary>
public sealed class ForecastDesk
{
    private const int MaxListed = 200;

    // What comes again and again is among the newest of them, however many there are.
    private const int MaxRead = 5_000;

    /// <summary>How far back the ledger says what a connection is used for: far enough for a report of the month.</summary>
    internal static readonly TimeSpan Lately = TimeSpan.FromDays(62);

    private readonly Database _database;
    private readonly ConnectionLog _log;
    private readonly VaultCertificates _vaults;
    private readonly TimeProvider _time;

    internal ForecastDesk(Database database, ConnectionLog log, VaultCertificates vaults, TimeProvider time)
        => (_database, _log, _vaults, _time) = (database, log, vaults, time);

    /// <summary>The dates of all connections, the soonest first.</summary>
    public async Task<IReadOnlyList<Expiry>> ExpiriesAsync(CancellationToken cancellationToken)
    {
        var rows = await _database.ReadAsync(db => db.Connections.OrderBy(c => c.Id).ToListAsync(cancellationToken), cancellationToken);
        var expiries = new List<Expiry>();
        foreach (var row in rows)
        {
            expiries.AddRange(await ExpiriesAsync(row, cancellationToken));
        }

        return [.. expiries.OrderBy(static e => e.At)];
    }

    /// <returns>Null when there is no such connection.</returns>
    public async Task<IReadOnlyList<Expiry>?> ExpiriesAsync(string connectionId, CancellationToken cancellationToken)
        => await _database.ReadAsync(db => db.Connections.SingleOrDefaultAsync(c => c.Id == connectionId, cancellationToken), cancellationToken) is { } row
            ? await ExpiriesAsync(row, cancellationToken)
            : null;

    /// <summary>Who depends on a connection, going by what went over it lately.</summary>
    public async Task<BlastRadius> BlastRadiusAsync(string connectionId, CancellationToken cancellationToken)
    {
        var now = _time.GetUtcNow();
        var since = now - Lately;
        var deliveries = await _database.ReadAsync(
            db => db.Deliveries.Where(d => d.ConnectionId == connectionId && d.CreatedAt >= since).OrderByDescending(d => d.CreatedAt).Take(MaxRead)
                .Join(db.Reports, d => d.ReportId, r => r.Id, (d, r) => new { r.Publisher, r.Title, d.ChannelId, d.CreatedAt })
                .ToListAsync(cancellationToken),
            cancellationToken);
        var (waitingCount, waiting) = await WaitingAsync(connectionId, cancellationToken);
        var reports = deliveries.GroupBy(static d => (d.Publisher, d.Title))
            .Select(g => new DependentReport(
                g.Key.Publisher,
                g.Key.Title,
                g.Count(),
                g.Select(static d => d.ChannelId).Distinct(StringComparer.Ordinal).Count(),
                g.Max(static d => d.CreatedAt),
                Expected([.. g.Select(static d => d.CreatedAt).Distinct().Order()], now)))
            .OrderByDescending(static r => r.Count).ThenBy(static r => r.Title, StringComparer.Ordinal).ToArray();
        var schedules = await SchedulesAsync(connectionId, now, cancellationToken);
        return new(
            connectionId,
            [.. reports.Take(MaxListed)],
            waiting,
            [.. schedules.Take(MaxListed)],
            Summary(reports, waitingCount, schedules));
    }

    // The oldest first; by the index of states, whatever its age.
    private Task<(int Count, DependentDelivery[] First)> WaitingAsync(string connectionId, CancellationToken cancellationToken)
    {
        DeliveryState[] open = [.. Enum.GetValues<DeliveryState>().Where(static s => !s.IsEnd())];
        return _database.ReadAsync(
            async db =>
            {
                var waiting = db.Deliveries.Where(d => d.ConnectionId == connectionId && open.Contains(d.State));
                return (
                    await waiting.CountAsync(cancellationToken),
                    await waiting.OrderBy(d => d.CreatedAt).ThenBy(d => d.Id).Take(MaxListed)
                        .Join(db.Reports, d => d.ReportId, r => r.Id, (d, r) => new DependentDelivery(d.Id, r.Title, d.State, d.UpdatedAt))
                        .ToArrayAsync(cancellationToken));
            },
            cancellationToken);
    }

    private async Task<DependentSchedule[]> SchedulesAsync(string connectionId, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var rows = await _database.ReadAsync(
            db => db.Schedules.Where(s => !s.IsPaused && s.Connections.Contains(connectionId)).ToListAsync(cancellationToken), cancellationToken);
        return
        [
            .. rows.Select(row => ScheduleView.Of(row, last: null, now))
                .Where(s => s.NextAt is not null && s.Connections.Contains(connectionId, StringComparer.Ordinal))
                .Select(static s => new DependentSchedule(s.Id, s.Name, s.Publisher, s.NextAt!.Value))
                .OrderBy(static s => s.NextAt),
        ];
    }

    // The middle of the last distances: one that came late does not move it.
    private static DateTimeOffset? Expected(DateTimeOffset[] times, DateTimeOffset now)
    {
        var distances = times.Zip(times.Skip(1), static (a, b) => b - a).Where(static d => d >= TimeSpan.FromMinutes(1)).TakeLast(5).Order().ToArray();
        if (distances.Length == 0)
        {
            return null;
        }

        var next = times[^1] + distances[distances.Length / 2];
        return next > now ? next : null;
    }

    private static string Summary(DependentReport[] reports, int waiting, DependentSchedule[] schedules)
    {
        var publishers = reports.Select(static r => r.Publisher).Concat(schedules.Select(static s => s.Publisher)).Distinct(StringComparer.Ordinal).Count();
        var expected = reports.Select(static r => r.ExpectedAt).Where(static t => t is not null).Min();
        DateTimeOffset? scheduled = schedules.Length == 0 ? null : schedules[0].NextAt;
        var next = scheduled is { } at && !(expected < at) ? $", the next at {at.UtcDateTime:u}"
            : expected is { } guess ? $", the next expected at {guess.UtcDateTime:u}"
            : "";
        return $"{Counted(reports.Length, "report")} of {Counted(publishers, "publisher")}"
            + (schedules.Length > 0 ? $" and {Counted(schedules.Length, "schedule")}" : "") + next
            + (waiting > 0 ? $"; {waiting} under way or waiting" : "") + ".";
    }

    private static string Counted(int count, string what) => $"{count} {what}{(count == 1 ? "" : "s")}";

    private async Task<IReadOnlyList<Expiry>> ExpiriesAsync(ConnectionRow row, CancellationToken cancellationToken)
    {
        var history = await _log.ReadAsync(row.Id, cancellationToken);
        var signIns = history.Events.Where(static e => e.Kind == ConnectionEventKind.Reconnected).ToArray();
        var last = await _database.ReadAsync(
            db => db.Acquisitions.Where(a => a.ConnectionId == row.Id && a.ExpiresAt != null)
                .OrderByDescending(a => a.At).FirstOrDefaultAsync(cancellationToken),
            cancellationToken);
        var review = await _database.ReadAsync(
            db => db.Consents.Where(c => c.ConnectionId == row.Id).OrderByDescending(c => c.GrantedAt).Select(c => c.ReviewAt).FirstOrDefaultAsync(cancellationToken),
            cancellationToken);
        var certificate = row.CertificateFile is { } file ? CertificateFiles.EndOf(file)
            : row.VaultCertificate is { } address ? await _vaults.EndOfAsync(address, cancellationToken) : null;
        var registered = row.CertificateFile is null && row.VaultCertificate is null ? null : row.CredentialEndsAt;
        DateTimeOffset? signedIn = signIns.Length == 0 ? null : signIns[^1].At;
        var loop = SymptomReader.Read(history).FirstOrDefault(static s => s.Kind == SymptomKind.ReconnectLoop);
        return ExpiryForecast.Of(new(
            row.Id,
            row.AuthModel,
            last?.ExpiresAt,
            new[] { last?.At, signedIn }.Max(),
            signedIn,
            loop?.Period,
            row.ProtectedSecret is null ? null : row.CredentialEndsAt ?? row.SecretExpiresAt,
            new[] { certificate, registered }.Min())
        {
            IsFromRegistration = row.CredentialEndsAt is not null,
            IsEarlierInRegistration = registered is not null && !(certificate <= registered),
            ConsentReviewAt = review,
        });
    }
}
