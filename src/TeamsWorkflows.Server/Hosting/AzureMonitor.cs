using Azure.Monitor.OpenTelemetry.Exporter;
using TeamsWorkflows.Connections.Credentials;
using TeamsWorkflows.Connections.History;
using TeamsWorkflows.DurableTask.Worker;

namespace TeamsWorkflows.Server.Hosting;

/// <summary>Section <c>AzureMonitor</c>: the Application Insights resource that traces, metrics and logs are sent to.</summary>
public sealed class AzureMonitorOptions
{
    public const string Section = "AzureMonitor";

    /// <summary>Gets or sets the resource's connection string: where it is, and no secret.</summary>
    /// <value>The default is null: nothing is sent.</value>
    public string? ConnectionString { get; set; }

    /// <summary>Gets or sets the identity of Azure that sends it: its client id, or <c>system</c>.</summary>
    /// <value>The default is null: the resource takes telemetry from anybody who knows the connection string.</value>
    public string? Identity { get; set; }
}

/// <summary>Sends what the product measures to Azure Monitor, where the configuration says so.</summary>
internal static class AzureMonitor
{
    public static IServiceCollection AddAzureMonitor(this IServiceCollection services, IConfiguration configuration)
    {
        var options = configuration.GetSection(AzureMonitorOptions.Section).Get<AzureMonitorOptions>();
        if (options?.ConnectionString is not { Length: > 0 } connectionString)
        {
            return services;
        }

        services.AddOpenTelemetry()
            .WithMetrics(static metrics => metrics.AddMeter(Telemetry.Name))
            .WithTracing(static traces => traces.AddSource(Telemetry.Name, Spans.SourceName))
            .UseAzureMonitorExporter(exporter => exporter.ConnectionString = connectionString);
        services.AddOptions<AzureMonitorExporterOptions>().Configure<AzureCredentials>(
            (exporter, credentials) => exporter.Credential = options.Identity is { Length: > 0 } identity ? credentials.ForIdentity(identity) : null);
        return services;
    }
}
