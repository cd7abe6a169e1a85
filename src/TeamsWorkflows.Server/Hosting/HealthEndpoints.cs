using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using TeamsWorkflows.Server.Audit;

namespace TeamsWorkflows.Server.Hosting;

/// <summary>Liveness and readiness for supervisors and load balancers; open to anybody, and they say nothing else.</summary>
internal static class HealthEndpoints
{
    public static void AddHealth(this IServiceCollection services)
        => services.AddHealthChecks().AddCheck<HubCheck>("task-hub").AddCheck<AuditCheck>("audit-log");

    public static void MapHealth(this IEndpointRouteBuilder routes)
    {
        routes.MapHealthChecks("/health/live", new HealthCheckOptions { Predicate = static _ => false }).AllowAnonymous();
        routes.MapHealthChecks("/health/ready", new HealthCheckOptions { ResponseWriter = WriteAsync }).AllowAnonymous();
    }

    private static Task WriteAsync(HttpContext http, HealthReport report)
    {
        var reasons = report.Entries.Values.Select(static e => e.Description).OfType<string>().ToArray();
        return http.Response.WriteAsync(reasons.Length == 0 ? report.Status.ToString() : string.Join('\n', reasons), http.RequestAborted);
    }

    private sealed class HubCheck(HubState hub) : IHealthCheck
    {
        public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
            => Task.FromResult(hub.WhyNot is { } reason ? HealthCheckResult.Unhealthy(reason) : HealthCheckResult.Healthy());
    }
}
