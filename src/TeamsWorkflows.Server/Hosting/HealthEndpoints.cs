using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using TeamsWorkflows.Server.Audit;

namespace TeamsWorkflows.Server.Hosting;

/// <summary>Start, liveness and readiness for supervisors and load balancers; open to anybody, and they say nothing else.</summary>
internal static class HealthEndpoints
{
    private const string Ready = "ready";
    private const string Startup = "startup";

    public static void AddHealth(this IServiceCollection services)
        => services.AddHealthChecks().AddCheck<HubCheck>("task-hub", tags: [Ready]).AddCheck<AuditCheck>("audit-log", tags: [Ready]).AddCheck<StartCheck>("start", tags: [Startup]);

    public static void MapHealth(this IEndpointRouteBuilder routes)
    {
        routes.MapHealthChecks("/health/live", new HealthCheckOptions { Predicate = static _ => false }).AllowAnonymous();
        Map(Ready);
        Map(Startup);

        void Map(string tag) => routes.MapHealthChecks(
            $"/health/{tag}", new HealthCheckOptions { Predicate = check => check.Tags.Contains(tag), ResponseWriter = WriteAsync }).AllowAnonymous();
    }

    private static Task WriteAsync(HttpContext http, HealthReport report)
    {
        var reasons = report.Entries.Values.Select(static e => e.Description).OfType<string>().ToArray();
        return http.Response.WriteAsync(reasons.Length == 0 ? report.Status.ToString() : string.Join('\n', reasons), http.RequestAborted);
    }

    // What is not ready later (an outage, a stop) is no reason to start the process again.
    private sealed class StartCheck(HubState hub) : IHealthCheck
    {
        public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
            => Task.FromResult(hub.HasStarted ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy(hub.WhyNot ?? "The start is not over yet."));
    }

    private sealed class HubCheck(HubState hub) : IHealthCheck
    {
        public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
            => Task.FromResult(hub.WhyNot is { } reason ? HealthCheckResult.Unhealthy(reason) : HealthCheckResult.Healthy());
    }
}
