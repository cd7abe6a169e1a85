using System.Diagnostics;
using System.Text.RegularExpressions;

namespace TeamsWorkflows.Server.Tests.Cli;

/// <summary>What docs/operations.md tells to do before an upgrade, done.</summary>
[Collection(nameof(CommandLineServer))]
public sealed partial class OperationsPageTests(ServerHost host)
{
    [Fact]
    [Trait("Requirement", "B13")]
    public async Task Every_page_of_what_is_open_is_exported_and_replays()
    {
        var page = await File.ReadAllTextAsync(Path.Combine(Root(), "docs", "operations.md"));
        var script = ReplayBlock().Match(page).Groups["script"].Value;
        Assert.Contains("--limit 1000 ", script, StringComparison.Ordinal);
        using var shell = new CommandLineProcess(host.Address, await host.Tokens.OfAsync(host.Tenant.Administrator));
        using var publisher = await host.PublisherAsync();
        var waits = (await host.SubmitForApprovalAsync(publisher, Calls.Unique("Waits"), """ "approvers": [{ "role": "Operator" }] """)).Text("id");
        var suspended = $"report-{waits}";
        (await shell.RunAsync("orchestration", "suspend", suspended, "--reason", "The upgrade is near")).Ended(TeamsWorkflows.Cli.ExitCodes.Done);

        using var bash = Process.Start(shell.InSettings(new ProcessStartInfo("bash", ["-c", $$"""
            set -u
            teamsworkflows() { dotnet '{{CommandLineProcess.Assembly}}' "$@"; }
            {{script.Replace("--limit 1000 ", "--limit 1 ", StringComparison.Ordinal)}}
            """])))!;
        bash.StandardInput.Close();
        var (output, error) = (bash.StandardOutput.ReadToEndAsync(), bash.StandardError.ReadToEndAsync());
        using var enough = new CancellationTokenSource(ServerHost.Patience);
        await bash.WaitForExitAsync(enough.Token);

        Assert.True(bash.ExitCode == 0, await output + await error);
        var exported = Directory.GetFiles(Path.Combine(shell.Settings, "histories"));
        foreach (var open in (string[])[suspended, $"approval-{waits}"])
        {
            Assert.Single(exported, f => Path.GetFileName(f).StartsWith(open, StringComparison.Ordinal));
        }

        Assert.DoesNotContain(exported, static f => File.ReadAllText(f).Contains("\"events\": []", StringComparison.Ordinal));
        (await shell.RunAsync("orchestration", "resume", suspended, "--reason", "The upgrade is over")).Ended(TeamsWorkflows.Cli.ExitCodes.Done);
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

    [GeneratedRegex("^```bash\n(?<script>mkdir -p histories\n.*?)^```", RegexOptions.Singleline | RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex ReplayBlock();
}
