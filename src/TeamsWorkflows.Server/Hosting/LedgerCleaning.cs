using System.Data.Common;
using TeamsWorkflows.Reports;

namespace TeamsWorkflows.Server.Hosting;

/// <summary>Keeps the ledger to its retention.</summary>
internal sealed partial class LedgerCleaning(LedgerCleaner cleaner, TimeProvider time, ILogger<LedgerCleaning> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(10);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                var (attachments, reports) = await cleaner.CleanAsync(stoppingToken);
                if (attachments + reports > 0)
                {
                    Log.Purged(logger, reports, attachments);
                }
            }
            catch (Exception e) when (e is IOException or DbException or InvalidOperationException)
            {
                Log.TriedAgain(logger, e);
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Past their retention were {Reports} reports, and the files of {Attachments}")]
        public static partial void Purged(ILogger logger, int reports, int attachments);

        [LoggerMessage(2, LogLevel.Warning, "The ledger could not be kept to its retention; it is tried again")]
        public static partial void TriedAgain(ILogger logger, Exception reason);
    }
}
