using Azure.Monitor.OpenTelemetry.Exporter;
using Microsoft.Extensions.Options;
using OpenTelemetry.Metrics;

namespace TeamsWorkflows.Functions.Tests;

/// <summary>Telemetry goes where the configuration says, as the identity that it says, and nowhere otherwise.</summary>
public sealed class AzureMonitorTests
{
    [Fact]
    public void With_a_resource_metrics_are_sent_as_an_identity()
    {
        using var host = FunctionsHost.CreateBuilder(
            [
                "--AzureMonitor:ConnectionString=InstrumentationKey=00000000-0000-0000-0000-000000000001;IngestionEndpoint=https://127.0.0.1:1/",
                "--AzureMonitor:Identity=00000000-0000-0000-0000-000000000002",
            ]).Build();

        Assert.NotNull(host.Services.GetService<MeterProvider>());
        Assert.NotNull(host.Services.GetRequiredService<IOptions<AzureMonitorExporterOptions>>().Value.Credential);
    }

    [Fact]
    public void Without_one_nothing_is_sent()
    {
        using var host = FunctionsHost.CreateBuilder([]).Build();

        Assert.Null(host.Services.GetService<MeterProvider>());
    }
}
