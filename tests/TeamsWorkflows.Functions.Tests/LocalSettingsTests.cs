using System.Text.Json;
using Microsoft.Extensions.Options;
using TeamsWorkflows.Server.Hosting;

namespace TeamsWorkflows.Functions.Tests;

/// <summary>local.settings.sample.json: each setting exists, and with all of them the host would start.</summary>
public sealed class LocalSettingsTests
{
    // Of the Functions host, and of host.json.
    private static readonly string[] OfTheHost =
    [
        "FUNCTIONS_WORKER_RUNTIME", "AZURE_FUNCTIONS_ENVIRONMENT", "AzureWebJobsStorage", "AzureWebJobsDisableHomepage", "TASKHUB_NAME",
        "DURABLE_TASK_SCHEDULER_CONNECTION_STRING",
    ];

    private static JsonElement Values => HostFileTests.Read("local.settings.sample.json").GetProperty(nameof(Values));

    [Fact]
    public void Every_setting_is_one_of_the_host_or_of_ours() => Assert.All(
        Values.EnumerateObject().Where(static v => !OfTheHost.Contains(v.Name, StringComparer.Ordinal)),
        static value => Assert.True(ProductSettings.IsKnown(value.Name), value.Name));

    [Fact]
    public void Every_setting_that_the_host_files_ask_for_is_there()
    {
        var durable = HostFileTests.Read("host.json").GetProperty("extensions").GetProperty("durableTask");
        var names = new[]
        {
            durable.GetProperty("hubName").GetString()!.Trim('%'),
            durable.GetProperty("storageProvider").GetProperty("connectionStringName").GetString()!,
        };

        Assert.All(names, static name => Assert.True(Values.TryGetProperty(name, out _), name));
    }

    [Fact]
    public void With_them_the_host_is_valid()
    {
        var settings = Values.EnumerateObject()
            .Select(static v => $"--{v.Name.Replace("__", ":", StringComparison.Ordinal)}={v.Value.GetString()}");
        using var host = FunctionsHost.CreateBuilder([.. settings]).Build();

        host.Services.GetRequiredService<IStartupValidator>().Validate();
        Assert.Single(host.Services.GetRequiredService<IOptions<ConfiguredConnections>>().Value.ByKey);
    }
}
