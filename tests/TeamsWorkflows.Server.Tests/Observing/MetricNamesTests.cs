using System.Diagnostics.Metrics;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using TeamsWorkflows.Connections.History;
using TeamsWorkflows.DurableTask.Worker;
using TeamsWorkflows.Server.Hosting;
using TeamsWorkflows.Tests;

namespace TeamsWorkflows.Server.Tests.Observing;

/// <summary>What Prometheus is served is what the code measures, and what dashboard and alerts ask for.</summary>
public sealed partial class MetricNamesTests : IAsyncLifetime
{
    private readonly ServerHost _host = new() { Settings = ["--Prometheus:Enabled=true"] };

    public Task InitializeAsync() => _host.InitializeAsync();

    public Task DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task Dashboard_and_alerts_ask_only_for_what_is_measured()
    {
        var served = await ScrapeAsync(afterReport: true);
        var measured = Instruments().Select(static i => PrometheusName(i.Name, i.Unit, i is Counter<long>)).ToHashSet(StringComparer.Ordinal);
        measured.UnionWith(served);
        foreach (var file in (string[])["deploy/prometheus/alerts.yaml", "deploy/grafana/teamsworkflows.json"])
        {
            var asked = AskedFor().Matches(await File.ReadAllTextAsync(Path.Combine(Docs.Root, file)))
                .Select(static m => Suffix().Replace(m.Value, "")).Where(static name => !name.StartsWith("durabletask_task_", StringComparison.Ordinal)).Distinct(StringComparer.Ordinal).ToArray();
            Assert.NotEmpty(asked);
            Assert.Empty(asked.Except(measured, StringComparer.Ordinal));
        }
    }

    [Fact]
    public async Task What_is_measured_is_served_under_the_names_that_are_expected()
    {
        var served = await ScrapeAsync(afterReport: true);
        foreach (var name in (string[])[
            "teamsworkflows_attempt_duration_seconds", "teamsworkflows_deliveries_ended_total", "teamsworkflows_delivery_duration_seconds", "teamsworkflows_token_acquisitions_total",
            "durabletask_turns_total", "durabletask_activity_duration_seconds", "durabletask_orchestration_duration_seconds", "http_server_request_duration_seconds",
            "http_client_request_duration_seconds", "dotnet_process_memory_working_set_bytes"])
        {
            Assert.Contains(name, served);
        }
    }

    [Fact]
    public async Task Metrics_that_have_a_port_of_their_own_are_not_served_on_another()
    {
        var other = new ServerHost { Settings = ["--Prometheus:Enabled=true", $"--Prometheus:Port={ServerHost.FreePort()}"] };
        await other.InitializeAsync();
        try
        {
            using var anonymous = other.Anonymous();
            using var refused = await anonymous.GetAsync(new Uri("/metrics", UriKind.Relative));
            Assert.NotEqual(200, (int)refused.StatusCode);
        }
        finally
        {
            await other.DisposeAsync();
        }
    }

    private async Task<HashSet<string>> ScrapeAsync(bool afterReport)
    {
        using var publisher = await _host.PublisherAsync();
        if (afterReport)
        {
            await _host.DeliverAsync(publisher, Calls.Unique("Measured"));
        }

        using var anonymous = _host.Anonymous();
        using var enough = new CancellationTokenSource(ServerHost.Patience);
        string text;
        do
        {
            text = await anonymous.GetStringAsync(new Uri(Observability.MetricsPath, UriKind.Relative), enough.Token);
            await Task.Delay(100, enough.Token);
        }
        while (afterReport && !text.Contains("durabletask_orchestration_duration", StringComparison.Ordinal));
        Assert.DoesNotContain("Measured", text, StringComparison.Ordinal);
        return [.. Served().Matches(text).Select(static m => m.Groups["name"].Value)];
    }

    // Every instrument of ours, whether anything was measured yet or not.
    private static List<Instrument> Instruments()
    {
        List<Instrument> all = [];
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, _) =>
            {
                if (instrument.Meter.Name is Telemetry.Name or EngineMetrics.MeterName)
                {
                    all.Add(instrument);
                }
            },
        };
        foreach (var type in (Type[])[.. typeof(Telemetry).Assembly.GetTypes(), .. typeof(EngineMetrics).Assembly.GetTypes()])
        {
            if (!type.ContainsGenericParameters && type.GetFields(BindingFlags.Static | BindingFlags.NonPublic | BindingFlags.Public).Any(static f => f.FieldType == typeof(Meter)))
            {
                RuntimeHelpers.RunClassConstructor(type.TypeHandle);
            }
        }

        listener.Start();
        return all;
    }

    private static string PrometheusName(string name, string? unit, bool isCounter)
        => name.Replace('.', '_') + (unit == "s" ? "_seconds" : "") + (isCounter ? "_total" : "");

    [GeneratedRegex(@"\b(teamsworkflows|durabletask|http_server|http_client|dotnet)_[a-z_]+(?=[{\[\) ])", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex AskedFor();

    [GeneratedRegex("_(bucket|count|sum)$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Suffix();

    [GeneratedRegex(@"^# TYPE (?<name>\S+) ", RegexOptions.CultureInvariant | RegexOptions.Multiline, 1000)]
    private static partial Regex Served();
}
