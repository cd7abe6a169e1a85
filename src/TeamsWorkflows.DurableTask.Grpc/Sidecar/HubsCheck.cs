using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace TeamsWorkflows.DurableTask.Grpc.Sidecar;

/// <summary>What the gRPC health service answers: not serving, once a hub cannot go on.</summary>
internal sealed class HubsCheck(SidecarHubs hubs) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
        => Task.FromResult(hubs.Faulted() is { Count: > 0 } faulted
            ? HealthCheckResult.Unhealthy($"Stopped after a fault, until the process is started again: {string.Join(", ", faulted)}.")
            : HealthCheckResult.Healthy());
}
