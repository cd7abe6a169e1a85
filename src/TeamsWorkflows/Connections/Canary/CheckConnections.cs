using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using TeamsWorkflows.Connections.Forecast;
using TeamsWorkflows.Data;
using TeamsWorkflows.DurableTask;

namespace TeamsWorkflows.Connections.Canary;

/// <summary>Tries every connection that is thought to work, and sees to it that each that does not has its case; tells what ends soon (B10).</summary>
internal sealed partial class CheckConnections(
    Database database,
    ConnectionCheck check,
    ExpiryTeller teller,
    CanaryTimes times,
    IOptions<CanaryOptions> options,
    TimeProvider time,
    ILogger<CheckConnections> logger)
    : TaskActivity<WatchInput, WatchRound>
{
    public override async Task<WatchRound> RunAsync(TaskActivityContext context, WatchInput input)
    {
        var (tried, broken) = await TryAsync(context, onlyChanged: input.OnlyPlan == true);
        if (options.Value.TellEnds)
        {
            await teller.TellAsync(context.CancellationToken);
        }

        var next = await times.NextAsync(time.GetUtcNow(), context.CancellationToken);
        return new(tried, broken, next?.At, next is { TriesAll: false } ? true : null);
    }

    private async Task<(int Tried, IReadOnlyList<string> Broken)> TryAsync(TaskActivityContext context, bool onlyChanged)
    {
        var rows = await database.ReadAsync(
            db => db.Connections.Where(c => c.AuthModel != AuthModel.Webhook && (!onlyChanged || c.Suspicion != null))
                .OrderBy(c => c.Id).ToListAsync(context.CancellationToken),
            context.CancellationToken);
        var (tried, broken) = (0, new List<string>());
        foreach (var row in rows)
        {
            try
            {
                var works = await CheckAsync(context, row);
                tried += works is null ? 0 : 1;
                if (works is CheckedConnection.Broken or CheckedConnection.Unknown)
                {
                    broken.Add(row.Id);
                }

                if (row.Suspicion is not null && works != CheckedConnection.Unknown)
                {
                    await check.TrustAsync(row, context.CancellationToken);
                }
            }
            catch (Exception e) when (DatabaseFailure.IsOfDatabase(e))
            {
                Log.NotChecked(logger, row.Id, e);
            }
        }

        return (tried, broken);
    }

    // Null: there was nothing to try.
    private async Task<CheckedConnection?> CheckAsync(TaskActivityContext context, ConnectionRow row)
    {
        if (row.State == ConnectionState.NeedsAttention)
        {
            await check.ParkAsync(context, row); // a process that died between the two has stopped it and opened no case
            return null;
        }

        return row.State == ConnectionState.Healthy || row.AuthModel != AuthModel.DelegatedUser
            ? await check.TryAsync(context, row, row.Suspicion is null ? TokenRequest.Silent : new TokenRequest(BypassCache: true))
            : null;
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Connection {Connection} could not be checked in this round; the others are")]
        public static partial void NotChecked(ILogger logger, string connection, Exception reason);
    }
}
