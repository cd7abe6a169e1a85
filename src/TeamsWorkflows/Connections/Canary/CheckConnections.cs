using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using TeamsWorkflows.Connections.Forecast;
using TeamsWorkflows.Data;
using TeamsWorkflows.DurableTask;

namespace TeamsWorkflows.Connections.Canary;

/// <summary>Tries every connection that is thought to work, and sees to it that each that does not has its case; tells what ends soon (B10).</summary>
internal sealed partial class CheckConnections(
    Database database, ConnectionCheck check, ExpiryTeller teller, CanaryTimes times, TimeProvider time, ILogger<CheckConnections> logger)
    : TaskActivity<WatchInput, WatchRound>
{
    public override async Task<WatchRound> RunAsync(TaskActivityContext context, WatchInput input)
    {
        var (tried, broken) = input.OnlyPlan == true ? (0, []) : await TryAsync(context);
        await teller.TellAsync(context.CancellationToken);
        var next = await times.NextAsync(time.GetUtcNow(), context.CancellationToken);
        return new(tried, broken, next?.At, next is { TriesAll: false } ? true : null);
    }

    private async Task<(int Tried, IReadOnlyList<string> Broken)> TryAsync(TaskActivityContext context)
    {
        var rows = await database.ReadAsync(
            db => db.Connections.Where(c => c.AuthModel != AuthModel.Webhook).OrderBy(c => c.Id).ToListAsync(context.CancellationToken),
            context.CancellationToken);
        var (tried, broken) = (0, new List<string>());
        foreach (var row in rows)
        {
            try
            {
                if (row.State == ConnectionState.NeedsAttention)
                {
                    await check.ParkAsync(context, row); // a process that died between the two has stopped it and opened no case
                }
                else if (row.State == ConnectionState.Healthy || row.AuthModel != AuthModel.DelegatedUser)
                {
                    tried++;
                    if (!await check.WorksAsync(context, row, TokenRequest.Silent))
                    {
                        broken.Add(row.Id);
                    }
                }
            }
            catch (Exception e) when (DatabaseFailure.IsOfDatabase(e))
            {
                Log.NotChecked(logger, row.Id, e);
            }
        }

        return (tried, broken);
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Connection {Connection} could not be checked in this round; the others are")]
        public static partial void NotChecked(ILogger logger, string connection, Exception reason);
    }
}
