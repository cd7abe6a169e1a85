using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using TeamsWorkflows.Data;
using TeamsWorkflows.Diagnostics;
using AuthenticationResult = Microsoft.Identity.Client.AuthenticationResult;

namespace TeamsWorkflows.Connections.History;

/// <summary>Keeps what the authority answered, counts it, and says when failures become frequent (R63, R64).</summary>
internal sealed partial class AcquisitionLog(Database database, TimeProvider time, Func<Guid> newGuid, ILogger<AcquisitionLog> logger)
{
    /// <summary>How many failures of one connection, or failed connections, in <see cref="SpikeWindow"/> are a spike.</summary>
    public const int SpikeCount = 5;

    /// <summary>How long answers are kept.</summary>
    public static readonly TimeSpan Retention = TimeSpan.FromDays(100);

    public static readonly TimeSpan SpikeWindow = TimeSpan.FromMinutes(10);

    /// <summary>Notes how a token was got. What came out of the cache is counted and not kept.</summary>
    public Task NoteAsync(ConnectionRow connection, TokenResult result, CancellationToken cancellationToken) => result switch
    {
        TokenResult.Acquired a => NoteAsync(connection, a.How, diagnosis: null, a.ExpiresOn, a.Duration, cancellationToken),
        TokenResult.Refused r => NoteAsync(connection, TokenAcquisition.Failed, Diagnostician.Diagnose(r.Evidence), expiresOn: null, r.Duration, cancellationToken),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    /// <summary>Notes that a person's sign-in gave a token.</summary>
    public Task NoteAsync(ConnectionRow connection, AuthenticationResult signedIn, CancellationToken cancellationToken) => NoteAsync(
        connection,
        TokenAcquisition.SignedIn,
        diagnosis: null,
        signedIn.ExpiresOn,
        TimeSpan.FromMilliseconds(signedIn.AuthenticationResultMetadata.DurationTotalInMs),
        cancellationToken);

    private async Task NoteAsync(
        ConnectionRow connection, TokenAcquisition how, Diagnosis? diagnosis, DateTimeOffset? expiresOn, TimeSpan duration, CancellationToken cancellationToken)
    {
        Telemetry.Acquired(connection.Id, how.ToString(), diagnosis?.Class, duration);
        if (how == TokenAcquisition.FromCache)
        {
            return;
        }

        Log.Acquired(logger, connection.Id, how, diagnosis?.Class, diagnosis?.Code, duration.TotalMilliseconds, expiresOn?.UtcDateTime);
        var row = new AcquisitionRow
        {
            Id = newGuid(),
            ConnectionId = connection.Id,
            At = time.GetUtcNow(),
            Result = how,
            Class = diagnosis?.Class,
            Code = diagnosis?.Code,
            DurationMs = duration.TotalMilliseconds,
            ExpiresAt = expiresOn,
        };
        var (failures, connections) = await database.WriteAsync(db => AddAsync(db, row, cancellationToken), cancellationToken);
        if (failures == SpikeCount)
        {
            Telemetry.Spike(connection.Id);
            Log.Spike(logger, connection.Id, failures, SpikeWindow.TotalMinutes, diagnosis!.Summary);
        }

        if (failures == 1 && connections == SpikeCount)
        {
            Telemetry.Spike(connectionId: null);
            Log.SpikeOfMany(logger, connections, SpikeWindow.TotalMinutes, connection.Id, diagnosis!.Summary);
        }
    }

    // How often the connection failed in the window, this time included, and how many connections did: the alert is at the
    // count and not after it, so it comes once.
    private static async Task<(int Failures, int Connections)> AddAsync(ProductDb db, AcquisitionRow row, CancellationToken cancellationToken)
    {
        var (old, recent) = (row.At - Retention, row.At - SpikeWindow);
        await db.Acquisitions.Where(a => a.ConnectionId == row.ConnectionId && a.At < old).ExecuteDeleteAsync(cancellationToken);
        db.Acquisitions.Add(row);
        if (row.Result != TokenAcquisition.Failed)
        {
            return default;
        }

        var failed = await db.Acquisitions.Where(a => a.Result == TokenAcquisition.Failed && a.At > recent)
            .GroupBy(a => a.ConnectionId).Select(g => new { g.Key, Count = g.Count() }).ToListAsync(cancellationToken);
        return (
            1 + (failed.Find(f => f.Key == row.ConnectionId)?.Count ?? 0),
            failed.Select(static f => f.Key).Append(row.ConnectionId).Distinct(StringComparer.Ordinal).Count());
    }

    private static partial class Log
    {
        [LoggerMessage(20, LogLevel.Information, "Token of connection {Connection}: {Result} {Class} {Code} in {Milliseconds:F0} ms, until {ExpiresAt:u} (UTC).")]
        public static partial void Acquired(
            ILogger logger, string connection, TokenAcquisition result, string? @class, string? code, double milliseconds, DateTime? expiresAt);

        [LoggerMessage(21, LogLevel.Error, "Connection {Connection} got no token {Failures} times within {Minutes} minutes: {Summary}")]
        public static partial void Spike(ILogger logger, string connection, int failures, double minutes, string summary);

        [LoggerMessage(22, LogLevel.Error, "{Connections} connections got no token within {Minutes} minutes, the last of them {Connection}: {Summary}")]
        public static partial void SpikeOfMany(ILogger logger, int connections, double minutes, string connection, string summary);
    }
}
