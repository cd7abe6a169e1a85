using System.Data.Common;
using TeamsWorkflows.DurableTask.Client;
using TeamsWorkflows.Reports;
using TeamsWorkflows.Schedules;

namespace TeamsWorkflows.Server.Hosting;

/// <summary>Starts what a node had stored and not started when it died: nobody waits for that node to come back.</summary>
/// <remarks>A process alone does so at its next start.</remarks>
internal sealed partial class ForgottenReports(ReportDesk reports, ScheduleClock schedules, TimeProvider time, ILogger<ForgottenReports> logger)
    : BackgroundService
{
    // Between storing and starting lie milliseconds: what is older is nobody's any more, or started and waits for its turn.
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(30);

    // What commits later than that after its time is found at the next start.
    private static readonly TimeSpan Overlap = TimeSpan.FromMinutes(10);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        var known = DateTimeOffset.MinValue; // what was handed over before is started
        do
        {
            try
            {
                var before = time.GetUtcNow() - Interval;
                await reports.ResumeAsync(known, before, stoppingToken);
                known = before - Overlap;
                await schedules.ResumeAsync(before - (3 * Interval), stoppingToken);
            }
            catch (Exception e) when (e is IOException or DbException or TaskHubBusyException or InvalidOperationException)
            {
                Log.TriedAgain(logger, e);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Reports that a node left behind could not be looked for; it is tried again")]
        public static partial void TriedAgain(ILogger logger, Exception reason);
    }
}
