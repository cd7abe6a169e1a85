using System.Diagnostics;
using System.Text.RegularExpressions;

namespace TeamsWorkflows.Server.Tests;

/// <summary>The README's walk, command by command, against a server of its own.</summary>
[Collection(nameof(SharedServer))]
public sealed partial class ReadmeTests(ServerHost host)
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    [Fact]
    [Trait("Requirement", "R5")]
    [Trait("Requirement", "R24")]
    [Trait("Requirement", "R55")]
    [Trait("Requirement", "R26")]
    public async Task The_walk_of_the_readme_ends_with_one_message_in_the_channel()
    {
        var readme = await File.ReadAllTextAsync(Path.Combine(Root(), "README.md"));
        var script = string.Join('\n', BashBlock().Matches(readme).Select(m => m.Groups["script"].Value))
            .Replace("http://127.0.0.1:5080", host.Address.AbsoluteUri.TrimEnd('/'), StringComparison.Ordinal)
            .Replace("http://127.0.0.1:5082", host.Sandbox.HttpAddress.AbsoluteUri.TrimEnd('/'), StringComparison.Ordinal);

        var (exitCode, output, errors) = await RunAsync("set -euo pipefail\n" + script);

        Assert.True(exitCode == 0, $"The walk ended with {exitCode}: {output}\n{errors}");
        Assert.Equal(
            [
                "The first report: Delivered", "The second report: Parked", "The sign-in: 200", "The second report: Delivered",
                "In the channel: 1 time",
                "The third report: Parked", "The consent: 302", "The case: 202", "The third report: Delivered",
                "The registration: 204", "The connection: 201", "The sign-in: 200", "The fourth report: Delivered",
                "The registration: 204", "The fifth report: Parked", "The case: 202", "The fifth report: Delivered",
            ],
            output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(l => l.StartsWith("The ", StringComparison.Ordinal) || l.StartsWith("In ", StringComparison.Ordinal)));
        Assert.Contains("\"cause\": \"Reconnect\"", output, StringComparison.Ordinal);
        Assert.Contains("# Escalation: Consent for the application", output, StringComparison.Ordinal);
        Assert.Contains("\"runbook\": \"client-credential/certificate\"", output, StringComparison.Ordinal);
    }

    private static async Task<(int ExitCode, string Output, string Errors)> RunAsync(string script)
    {
        var start = new ProcessStartInfo("bash", ["-c", script])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var bash = Process.Start(start)!;
        using var enough = new CancellationTokenSource(Limit);
        var output = bash.StandardOutput.ReadToEndAsync(enough.Token);
        var errors = bash.StandardError.ReadToEndAsync(enough.Token);
        await bash.WaitForExitAsync(enough.Token);
        return (bash.ExitCode, await output, await errors);
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

    [GeneratedRegex("^```bash\n(?<script>.*?)^```", RegexOptions.Singleline | RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex BashBlock();
}
