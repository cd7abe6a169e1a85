using TeamsWorkflows.Approvals;
using TeamsWorkflows.Data;
using TeamsWorkflows.DurableTask.Client;

namespace TeamsWorkflows.Server.Hosting;

/// <summary>Tells runs that their approval is over, where whoever ended it could not: its process died, or the task hub was too busy.</summary>
internal sealed partial class ForgottenApprovals(ApprovalDesk approvals, TimeProvider time, ILogger<ForgottenApprovals> logger) : BackgroundService
{
    // Between deciding and telling lie milliseconds.
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(30);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        do
        {
            try
            {
                await approvals.ResumeAsync(time.GetUtcNow() - Interval, stoppingToken);
            }
            catch (Exception e) when (DatabaseFailure.IsOfDatabase(e) || e is TaskHubBusyException or InvalidOperationException)
            {
                Log.TriedAgain(logger, e);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Approvals that are over could not be looked for; it is tried again")]
        public static partial void TriedAgain(ILogger logger, Exception reason);
    }
}
