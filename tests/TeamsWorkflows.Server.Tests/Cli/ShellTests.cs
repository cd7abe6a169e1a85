using System.Diagnostics;
using TeamsWorkflows.Cli;

namespace TeamsWorkflows.Server.Tests.Cli;

/// <summary>Completion in a real shell, and the server that the command line starts.</summary>
public sealed class ShellTests
{
    [Fact]
    public async Task The_suggest_directive_completes_commands_options_and_values()
    {
        using var shell = new CommandLineProcess(server: null);
        Assert.Contains("report", await SuggestAsync("teamsworkflows re"));
        Assert.Contains("resolve", await SuggestAsync("teamsworkflows case r"));
        Assert.Contains("--reason", await SuggestAsync("teamsworkflows case resolve --re"));
        Assert.Contains("Delivered", await SuggestAsync("teamsworkflows report list --state D"));
        (await shell.RunAsync("profile", "set", "north", "--server", "http://127.0.0.1:1")).Ended(ExitCodes.Done);
        Assert.Contains("north", await SuggestAsync("teamsworkflows profile use "));

        async Task<string[]> SuggestAsync(string line)
            => (await shell.RunAsync($"[suggest:{line.Length}]", line)).Ended(ExitCodes.Done).Output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
    }

    [Fact]
    public async Task Bash_completes_with_the_script()
    {
        using var shell = new CommandLineProcess(server: null);
        var script = Path.Combine(shell.Settings, "completion.bash");
        await File.WriteAllTextAsync(script, (await shell.RunAsync("completion", "bash")).Ended(ExitCodes.Done).Output);
        var line = "teamsworkflows orchestration re";
        var ask = $$"""
            teamsworkflows() { dotnet '{{CommandLineProcess.Assembly}}' "$@"; }
            source '{{script}}'
            COMP_LINE='{{line}}' COMP_POINT={{line.Length}} COMP_WORDS=(teamsworkflows orchestration re) COMP_CWORD=2
            _teamsworkflows && printf '%s\n' "${COMPREPLY[@]}"
            """;
        using var bash = Process.Start(new ProcessStartInfo("bash", ["-c", ask]) { UseShellExecute = false, RedirectStandardOutput = true })!;
        var completed = (await bash.StandardOutput.ReadToEndAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        await bash.WaitForExitAsync();
        Assert.Equal(["replay", "restart", "resume", "rewind"], completed.Where(static c => !c.StartsWith('-')).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Help_and_version_are_answers_and_a_wrong_word_is_none()
    {
        using var shell = new CommandLineProcess(server: null);
        Assert.Contains("Hands reports over", (await shell.RunAsync("report", "--help")).Ended(ExitCodes.Done).Output, StringComparison.Ordinal);
        Assert.Contains("  teamsworkflows profile set <name> [options]", (await shell.RunAsync("profile", "set", "--help")).Ended(ExitCodes.Done).Output, StringComparison.Ordinal);
        (await shell.RunAsync("--version")).Ended(ExitCodes.Done);
        Assert.Contains("--help", (await shell.RunAsync("reprot")).Ended(ExitCodes.Usage).Error, StringComparison.Ordinal);
        Assert.Contains("--reason", (await shell.RunAsync("case", "resolve", "x")).Ended(ExitCodes.Usage).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_starts_a_server_and_a_sandbox_of_its_own()
    {
        using var shell = new CommandLineProcess(server: null);
        var folder = Path.Combine(shell.Settings, "data");
        var address = $"http://127.0.0.1:{ServerHost.FreePort()}/";
        string[] command =
        [
            CommandLineProcess.Assembly, "run", "--", $"--Urls={address}", $"--Data:Folder={folder}",
            "--Sandbox:HttpsPort=0", "--Sandbox:HttpPort=0", "--Sandbox:SmtpPort=0",
        ];
        var start = new ProcessStartInfo("dotnet", command) { UseShellExecute = false, RedirectStandardOutput = true };
        SpawnedServer.StartsQuickly(start);
        using var process = Process.Start(start)!;
        try
        {
            using var enough = new CancellationTokenSource(ServerHost.Patience);
            string? line;
            do
            {
                line = await process.StandardOutput.ReadLineAsync(enough.Token);
            }
            while (line?.Contains("Sample report", StringComparison.Ordinal) == false);
            Assert.Contains("posted to Finance/Reports", line, StringComparison.Ordinal);
            using var http = new HttpClient();
            Assert.Equal("Healthy", await http.GetStringAsync(new Uri(address + "health/ready"), enough.Token));
            using var kill = Process.Start("kill", ["-TERM", process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
            await process.WaitForExitAsync(enough.Token);
            Assert.Equal(Hosting.ExitCodes.Stopped, process.ExitCode);
        }
        finally
        {
            process.Kill();
            await process.WaitForExitAsync();
        }
    }
}
