using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using TeamsWorkflows.Approvals;
using TeamsWorkflows.Connections.Canary;
using TeamsWorkflows.Reports;
using TeamsWorkflows.Schedules;

namespace TeamsWorkflows.Functions;

/// <summary>What nobody asks for. Functions runs each on one instance at a time.</summary>
/// <param name="client">Bound before a desk is used.</param>
public sealed class TimerFunctions(
    BoundClient client, ReportDesk reports, ApprovalDesk approvals, ScheduleClock schedules, LedgerCleaner ledger, CanaryDesk canary, TimeProvider time)
{
    // Between storing and starting lie milliseconds: what is older was left behind by an instance that died.
    private static readonly TimeSpan Forgotten = TimeSpan.FromSeconds(30);

    /// <summary>Starts what an instance had stored and not started when it died, and tells runs what was decided and they were not told.</summary>
    [Function("ResumeReports")]
    public async Task ResumeReportsAsync(
        [TimerTrigger("*/30 * * * * *")] TimerInfo timer, [DurableClient] DurableTaskClient durable, CancellationToken cancellationToken)
    {
        client.Bind(durable);
        await reports.ResumeAsync(DateTimeOffset.MinValue, time.GetUtcNow() - Forgotten, cancellationToken); // which instance looked last, none knows
        await approvals.ResumeAsync(time.GetUtcNow() - Forgotten, cancellationToken);
    }

    /// <summary>Starts what should run without end and does not: the watch over the connections, and the schedules, all with their own timers.</summary>
    [Function("StartWatch")]
    public async Task StartWatchAsync(
        [TimerTrigger("0 */5 * * * *")] TimerInfo timer, [DurableClient] DurableTaskClient durable, CancellationToken cancellationToken)
    {
        client.Bind(durable);
        await canary.StartAsync(cancellationToken);
        await schedules.ResumeAsync(since: null, cancellationToken);
    }

    /// <summary>Keeps the ledger to its retention.</summary>
    [Function("CleanLedger")]
    public Task CleanLedgerAsync([TimerTrigger("0 7 * * * *")] TimerInfo timer, CancellationToken cancellationToken)
        => ledger.CleanAsync(cancellationToken);
}
