using System.Data.Common;
using TeamsWorkflows.Reports;

namespace TeamsWorkflows.Server.Hosting;

/// <summary>Keeps the ledger to its retention, in small pieces so that nobody waits for it.</summary>
internal sealed partial class LedgerCleaning(LedgerCleaner cleaner, TimeProvider time, ILogger<LedgerCleaning> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan Breath = TimeSpan.FromMilliseconds(200);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await RepeatAsync(cleaner.PurgeAttachmentsAsync, stoppingToken);
                await RepeatAsync(cleaner.PurgeReportsAsync, stoppingToken);
            }
            catch (Exception e) when (e is IOException or DbException or InvalidOperationException)
            {
                Log.TriedAgain(logger, e);
            }
        }
    }

    private async Task RepeatAsync(Func<CancellationToken, Task<int>> purge, CancellationToken stoppingToken)
    {
        var all = 0;
        for (int some; (some = await purge(stoppingToken)) > 0; all += some)
        {
            await Task.Delay(Breath, time, stoppingToken);
        }

        if (all > 0)
        {
            Log.Purged(logger, all, purge.Method.Name);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "{Reports} reports were past their retention ({What})")]
        public static partial void Purged(ILogger logger, int reports, string what);

        [LoggerMessage(2, LogLevel.Warning, "The ledger could not be kept to its retention; it is tried again")]
        public static partial void TriedAgain(ILogger logger, Exception reason);
    }
}
