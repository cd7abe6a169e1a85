using System.Globalization;
using System.Net;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using TeamsWorkflows.Connections.History;
using TeamsWorkflows.Data;
using TeamsWorkflows.DurableTask;
using TeamsWorkflows.Fallback;

namespace TeamsWorkflows.Connections.Forecast;

/// <summary>Tells the operators what ends soon and needs a person, by mail: 30, 14, 7 and 1 days ahead, each once (B10, R61).</summary>
internal sealed partial class ExpiryTeller(
    Database database,
    ForecastDesk forecast,
    Mailer mailer,
    IOptions<FallbackOptions> fallback,
    IOptions<EntraOptions> entra,
    TimeProvider time,
    ILogger<ExpiryTeller> logger)
{
    private static readonly int[] Thresholds = [1, 7, 14, 30];

    /// <summary>Tells what is due. What was told is not told again; a mail that nobody takes is tried again in the next round.</summary>
    public async Task TellAsync(CancellationToken cancellationToken)
    {
        foreach (var expiry in (await forecast.ExpiriesAsync(cancellationToken)).Where(static e => e.NeedsPerson))
        {
            var left = expiry.At - time.GetUtcNow();
            Telemetry.DaysLeft(expiry.ConnectionId, expiry.Kind, left);
            if (ThresholdOf(expiry, left) is { } days && !await IsToldAsync(expiry, days, cancellationToken))
            {
                await TellAsync(expiry, days, cancellationToken);
            }
        }
    }

    /// <summary>Which of the thresholds was passed last; null: none, or it has ended already, which is a case's matter.</summary>
    /// <remarks>What never lasts long is not told at every turn: a threshold is for what lasts at least twice as long.</remarks>
    internal static int? ThresholdOf(Expiry expiry, TimeSpan left) => left <= TimeSpan.Zero ? null
        : Thresholds.Where(t => left <= TimeSpan.FromDays(t) && !(expiry.Lasts < TimeSpan.FromDays(2 * t))).Select(static t => (int?)t).FirstOrDefault();

    private Task<bool> IsToldAsync(Expiry expiry, int days, CancellationToken cancellationToken) => database.ReadAsync(
        db => db.ExpiryNotices.AnyAsync(
            n => n.ConnectionId == expiry.ConnectionId && n.Kind == expiry.Kind && n.EndsAt == expiry.At && n.Days == days, cancellationToken),
        cancellationToken);

    private async Task TellAsync(Expiry expiry, int days, CancellationToken cancellationToken)
    {
        try
        {
            await mailer.SendAsync(Compose(expiry, days), cancellationToken);
        }
        catch (ActivityFailureException e)
        {
            Log.NotTold(logger, expiry.Kind, expiry.ConnectionId, e);
            return;
        }

        var now = time.GetUtcNow();
        await database.WriteAsync(
            db => db.ExpiryNotices.AddAsync(
                new() { ConnectionId = expiry.ConnectionId, Kind = expiry.Kind, EndsAt = expiry.At, Days = days, ToldAt = now }, cancellationToken).AsTask(),
            cancellationToken);
    }

    private Mail Compose(Expiry expiry, int days)
    {
        var address = new Uri(entra.Value.PublicAddress, "connections");
        var subject = string.Create(
            CultureInfo.InvariantCulture, $"{ExpiryCalendar.Words(expiry.Kind)} of {expiry.ConnectionId} ends within {days} {(days == 1 ? "day" : "days")}");
        var text = $"""
            {subject}: {expiry.At.UtcDateTime:u}

            {expiry.Because}
            What to do: {expiry.Advice}
            {address}
            """;
        var html = $"""
            <h2>{WebUtility.HtmlEncode(subject)}</h2>
            <p>{expiry.At.UtcDateTime:u}</p>
            <p>{WebUtility.HtmlEncode(expiry.Because)}</p>
            <p>What to do: {WebUtility.HtmlEncode(expiry.Advice)}</p>
            <p><a href="{WebUtility.HtmlEncode(address.AbsoluteUri)}">Connections</a></p>
            """;
        var key = string.Create(CultureInfo.InvariantCulture, $"ends-{expiry.ConnectionId}-{expiry.Kind}-{expiry.At.ToUnixTimeSeconds()}-{days}");
        return new(key, fallback.Value.Operators, subject, text, html);
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "That the {Kind} of connection {Connection} ends could not be told; it is tried again in the next round")]
        public static partial void NotTold(ILogger logger, ExpiryKind kind, string connection, Exception reason);
    }
}
