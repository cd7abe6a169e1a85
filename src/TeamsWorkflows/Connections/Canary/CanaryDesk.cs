using Microsoft.Extensions.Options;
using TeamsWorkflows.DurableTask.Client;

namespace TeamsWorkflows.Connections.Canary;

/// <summary>Starts the watch over the connections.</summary>
public sealed class CanaryDesk(DurableTaskClient client, IOptions<CanaryOptions> options, TimeProvider time)
{
    /// <summary>Starts the watch when the settings want one and it does not run. A watch that runs takes new settings after its next round.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (options.Value.Next(time.GetUtcNow()) is null)
        {
            return;
        }

        if (await client.GetInstanceAsync(WatchConnections.InstanceId, cancellationToken) is { IsCompleted: true })
        {
            await client.PurgeInstanceAsync(WatchConnections.InstanceId, cancellation: cancellationToken);
        }

        try
        {
            await client.ScheduleNewOrchestrationInstanceAsync(
                nameof(WatchConnections), new WatchInput(1), new(WatchConnections.InstanceId), cancellationToken);
        }
        catch (OrchestrationAlreadyExistsException)
        {
            // It runs since an earlier start.
        }
    }
}
