using TeamsWorkflows.DurableTask.Client;

namespace TeamsWorkflows.Connections.Canary;

/// <summary>Starts the watch over the connections.</summary>
public sealed class CanaryDesk
{
    private readonly DurableTaskClient _client;
    private readonly CanaryTimes _times;
    private readonly TimeProvider _time;

    internal CanaryDesk(DurableTaskClient client, CanaryTimes times, TimeProvider time) => (_client, _times, _time) = (client, times, time);

    /// <summary>Starts the watch when something wants one and it does not run. A watch that runs takes new settings after its next round.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (await _times.NextAsync(_time.GetUtcNow(), cancellationToken) is { } next
            && !await StartAsync(new WatchInput(1, OnlyPlan: next.IsCanary ? null : true), cancellationToken)
            && next.IsUrgent)
        {
            await _client.RaiseEventAsync(WatchConnections.InstanceId, WatchConnections.Changed, eventPayload: true, cancellationToken);
        }
    }

    /// <summary>Has the watch look anew when its next round is due, and starts it if need be; nothing is tried before then but what was changed.</summary>
    public async Task ReplanAsync(CancellationToken cancellationToken)
    {
        if (!await _client.RaiseEventAsync(WatchConnections.InstanceId, WatchConnections.Changed, eventPayload: true, cancellationToken)
            && await _times.NextAsync(_time.GetUtcNow(), cancellationToken) is not null)
        {
            await StartAsync(new WatchInput(1, OnlyPlan: true), cancellationToken);
        }
    }

    // False: it runs since an earlier start.
    private async Task<bool> StartAsync(WatchInput input, CancellationToken cancellationToken)
    {
        if (await _client.GetInstanceAsync(WatchConnections.InstanceId, cancellationToken) is { IsCompleted: true })
        {
            await _client.PurgeInstanceAsync(WatchConnections.InstanceId, cancellation: cancellationToken);
        }

        try
        {
            await _client.ScheduleNewOrchestrationInstanceAsync(nameof(WatchConnections), input, new(WatchConnections.InstanceId), cancellationToken);
            return true;
        }
        catch (OrchestrationAlreadyExistsException)
        {
            return false;
        }
    }
}
