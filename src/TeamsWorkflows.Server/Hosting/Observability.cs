using System.Diagnostics.Metrics;
using Azure.Monitor.OpenTelemetry.Exporter;
using Microsoft.Extensions.Options;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using TeamsWorkflows.Connections.Credentials;
using TeamsWorkflows.Connections.History;
using TeamsWorkflows.DurableTask.Worker;

namespace TeamsWorkflows.Server.Hosting;

/// <summary>Sends what the product measures where the configuration says: Azure Monitor, OTLP, Prometheus; nowhere by default.</summary>
internal static class Observability
{
    /// <summary>OpenTelemetry's own variable: with it, traces, metrics and logs go there.</summary>
    public const string OtlpEndpoint = "OTEL_EXPORTER_OTLP_ENDPOINT";

    /// <summary>Where Prometheus finds the metrics.</summary>
    public const string MetricsPath = "/metrics";

    // Ours, the engine's, and what .NET counts of requests, calls and itself.
    private static readonly string[] Meters =
    [
        Telemetry.Name, EngineMetrics.MeterName, "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "System.Net.Http", "System.Runtime",
    ];

    private static readonly string[] Sources = [Telemetry.Name, Spans.SourceName, .. SpanRedaction.Sources];

    public static IServiceCollection AddObservability(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<PrometheusOptions>().BindConfiguration(PrometheusOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<PrometheusOptions>, ValidatePrometheusOptions>();
        var azure = configuration.GetSection(AzureMonitorOptions.Section).Get<AzureMonitorOptions>();
        var isAzure = azure?.ConnectionString is { Length: > 0 };
        var isOtlp = configuration[OtlpEndpoint] is { Length: > 0 };
        var isPrometheus = configuration.GetSection(PrometheusOptions.Section).Get<PrometheusOptions>() is { Enabled: true };
        if (!isAzure && !isOtlp && !isPrometheus)
        {
            return services;
        }

        var telemetry = services.AddOpenTelemetry()
            .ConfigureResource(static resource => resource.AddService("teamsworkflows", serviceVersion: typeof(Observability).Assembly.GetName().Version?.ToString(3)))
            .WithMetrics(metrics =>
            {
                metrics.AddMeter(Meters).AddView(Seconds);
                if (isPrometheus)
                {
                    metrics.AddPrometheusExporter();
                }
            });
        if (isAzure || isOtlp)
        {
            telemetry.WithTracing(static traces => traces.AddSource(Sources).AddProcessor<SpanRedaction>());
        }

        if (isOtlp)
        {
            telemetry.WithLogging().UseOtlpExporter();
        }

        return isAzure ? services.AddAzureMonitor(telemetry, azure!) : services;
    }

    // From a turn of the engine to a report that waited for an approval; what .NET measures has its own.
    private static MetricStreamConfiguration? Seconds(Instrument instrument)
        => instrument is Histogram<double> { Unit: "s", Meter.Name: Telemetry.Name or EngineMetrics.MeterName }
            ? new ExplicitBucketHistogramConfiguration { Boundaries = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3600, 14_400, 86_400] }
            : null;

    /// <summary>Serves the metrics, if the configuration says so; on their own port alone, if they have one.</summary>
    public static IApplicationBuilder UseMetrics(this IApplicationBuilder app)
        => app.ApplicationServices.GetRequiredService<IOptions<PrometheusOptions>>().Value is { Enabled: true } options
            ? app.UseOpenTelemetryPrometheusScrapingEndpoint(http => http.Request.Path == MetricsPath
                && (options.Port is not { } port || http.Connection.LocalPort == port))
            : app;

    private static IServiceCollection AddAzureMonitor(this IServiceCollection services, IOpenTelemetryBuilder telemetry, AzureMonitorOptions options)
    {
        telemetry.UseAzureMonitorExporter(exporter => exporter.ConnectionString = options.ConnectionString);
        services.AddOptions<AzureMonitorExporterOptions>().Configure<AzureCredentials>(
            (exporter, credentials) => exporter.Credential = options.Identity is { Length: > 0 } identity ? credentials.ForIdentity(identity) : null);
        return services;
    }
}
