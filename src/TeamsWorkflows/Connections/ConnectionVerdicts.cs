using Microsoft.Extensions.Logging;
using TeamsWorkflows.Connections.History;
using TeamsWorkflows.Data;
using TeamsWorkflows.Diagnostics;

namespace TeamsWorkflows.Connections;

/// <summary>A verdict, and the evidence as it is kept.</summary>
/// <param name="Evidence">Without the history, which is kept elsewhere.</param>
internal sealed record ConnectionVerdict(Diagnosis Diagnosis, FailureEvidence Evidence);

/// <summary>Judges a connection's failures by the answer, by what the connection is for, and by what it went through.</summary>
internal sealed partial class ConnectionVerdicts(ConnectionLog log, ExpectedTokens expected, ILogger<ConnectionVerdicts> logger)
{
    /// <summary>How many of the last uses are looked at: a chain of throttling or a streak shows in them.</summary>
    private const int Uses = 50;

    /// <summary>From here on the clocks are so far apart that tokens suffer.</summary>
    private static readonly TimeSpan Skew = TimeSpan.FromSeconds(120);

    /// <param name="operation">What the token was used for; null: for no call, or it is not known.</param>
    public async Task<ConnectionVerdict> JudgeAsync(
        ConnectionRow connection, FailureEvidence evidence, Operation? operation, CancellationToken cancellationToken)
    {
        var known = evidence with { Expected = expected.Of(connection, operation) };
        NoteClock(connection, known.ClockOffset);
        var alone = Diagnostician.Diagnose(known);
        if (alone.Layer is not (FailureLayer.Authentication or FailureLayer.Authorization))
        {
            return new(alone, known); // what a history explains is why access ends: a busy service is not asked about it again and again
        }

        var now = new ConnectionEvent(
            known.At,
            ConnectionEventKind.Failed,
            Status: known.Status,
            Class: alone.Class,
            TokenIssuedAt: known.Token?.IssuedAt,
            ClockOffset: known.ClockOffset,
            Environment: connection.Environment);
        try
        {
            var before = await log.ReadAsync(connection.Id, Uses, cancellationToken);
            return new(Diagnostician.Diagnose(known with { History = new([.. before.Events, now]) }), known);
        }
        catch (Exception e) when (DatabaseFailure.IsOfDatabase(e))
        {
            Log.NoHistory(logger, connection.Id, e); // an answer that is here must not be lost for what only explains it
            return new(alone, known);
        }
    }

    private void NoteClock(ConnectionRow connection, TimeSpan? offset)
    {
        if (offset is not { } ahead)
        {
            return;
        }

        Telemetry.ClockOffset(ahead);
        if (ahead.Duration() >= Skew)
        {
            Log.ClockOffset(logger, ahead.TotalSeconds, connection.Id);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(2, LogLevel.Warning, "This machine's clock is {Seconds:F0} s ahead of Microsoft's, as an answer to connection {Connection} says: check NTP")]
        public static partial void ClockOffset(ILogger logger, double seconds, string connection);

        [LoggerMessage(1, LogLevel.Warning, "The history of connection {Connection} cannot be read: its failure is judged by the answer alone")]
        public static partial void NoHistory(ILogger logger, string connection, Exception reason);
    }
}
