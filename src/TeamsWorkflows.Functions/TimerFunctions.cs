using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using TeamsWorkflows.Connections.Canary;
using TeamsWorkflows.Reports;

namespace TeamsWorkflows.Functions;

/// <summary>What nobody asks for. Functions runs each on one instance at a time.</summary>
/// <param name="client">Bound before a desk is used.</param>
public sealed class TimerFunctions(BoundClient client, ReportDesk reports, CanaryDesk canary, TimeProvider time)
{
    // Between storing and starting lie milliseconds: what is older was left behind by an instance that died.
    private static readonly TimeSpan Forgotten = TimeSpan.FromSeconds(30);

    /// <summary>Starts what an instance had stored and not started when it died.</summary>
    [Function("ResumeReports")]
    public async Task ResumeReportsAsync(
        [TimerTrigger("*/30 * * * * *")] TimerInfo timer, [DurableClient] DurableTaskClient durable, CancellationToken cancellationToken)
    {
        client.Bind(durable);
        await reports.ResumeAsync(DateTimeOffset.MinValue, time.GetUtcNow() - Forgotten, cancellationToken); // which instance looked last, none knows
    }

    /// <summary>Starts the watch over the connections, should it not run: it is an orchestration without end, with its own timers.</summary>
    [Function("StartWatch")]
    public async Task StartWatchAsync(
        [TimerTrigger("0 */5 * * * *")] TimerInfo timer, [DurableClient] DurableTaskClient durable, CancellationToken cancellationToken)
    {
        client.Bind(durable);
        await canary.StartAsync(cancellationToken);
    }
}
