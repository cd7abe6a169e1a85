using TeamsWorkflows.Cli;

namespace TeamsWorkflows.Server.Tests.Cli;

/// <summary>Signing in by device code, profiles, and what a token says.</summary>
[Collection(nameof(CommandLineServer))]
public sealed class SignInCommandTests(ServerHost host)
{
    private string Authority => Path.Combine(host.Folder, "sandbox-authority.pem");

    [Fact]
    public async Task A_person_signs_in_once_and_works_until_they_sign_out()
    {
        using var shell = new CommandLineProcess(server: null);
        (await shell.RunAsync("profile", "set", "trial", "--server", host.Address.AbsoluteUri, "--trust", Authority)).Ended(ExitCodes.Done);
        var signedIn = await shell.RunAsync(SignIn, "login");
        Assert.Contains(host.Tenant.Operator.UserName, signedIn.Ended(ExitCodes.Done).Output, StringComparison.Ordinal);
        Assert.Contains("encrypted", signedIn.Output, StringComparison.Ordinal);

        (await shell.RunAsync("case", "list")).Ended(ExitCodes.Done);
        Assert.Contains("*", (await shell.RunAsync("profile", "list")).Ended(ExitCodes.Done).Output, StringComparison.Ordinal);
        var kept = Assert.Single(Directory.GetFiles(Path.Combine(shell.Settings, "sign-ins")));
        Assert.DoesNotContain("eyJ", await File.ReadAllTextAsync(kept), StringComparison.Ordinal);
        Assert.DoesNotContain("refresh", await File.ReadAllTextAsync(kept), StringComparison.OrdinalIgnoreCase);
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(kept));
            foreach (var folder in Directory.EnumerateDirectories(shell.Settings))
            {
                Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(folder));
            }
        }

        (await shell.RunAsync("logout")).Ended(ExitCodes.Done);
        (await shell.RunAsync("case", "list")).Ended(ExitCodes.NotAllowed);
        Assert.Empty(Directory.GetFiles(Path.Combine(shell.Settings, "sign-ins")));
        (await shell.RunAsync("profile", "remove", "trial")).Ended(ExitCodes.Done);
        Assert.Contains("trial", (await shell.RunAsync("profile", "use", "trial")).Ended(ExitCodes.Usage).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_sign_in_that_is_only_printed_or_not_to_be_kept_leaves_nothing_behind()
    {
        using var shell = new CommandLineProcess(server: null);
        var printed = (await shell.RunAsync(SignIn, "login", "--server", host.Address.AbsoluteUri, "--trust", Authority, "--print-token")).Ended(ExitCodes.Done);
        Assert.Empty(Directory.EnumerateFileSystemEntries(shell.Settings));
        using var program = new CommandLineProcess(host.Address, printed.Output.Trim());
        (await program.RunAsync("case", "list")).Ended(ExitCodes.Done);

        (await shell.RunAsync("profile", "set", "shared-machine", "--server", host.Address.AbsoluteUri, "--trust", Authority, "--keep-sign-in", "false")).Ended(ExitCodes.Done);
        Assert.Contains("not kept", (await shell.RunAsync(SignIn, "login")).Ended(ExitCodes.Done).Output, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(shell.Settings, "sign-ins")));
        (await shell.RunAsync("case", "list")).Ended(ExitCodes.NotAllowed);
    }

    [Fact]
    public async Task Whoever_signs_in_last_is_who_works_and_another_server_gets_nothing_of_it()
    {
        using var shell = new CommandLineProcess(server: null);
        (await shell.RunAsync("profile", "set", "trial", "--server", host.Address.AbsoluteUri, "--trust", Authority)).Ended(ExitCodes.Done);
        (await shell.RunAsync(SignIn, "login")).Ended(ExitCodes.Done);
        (await shell.RunAsync(line => SignInAsync(line, host.Tenant.Administrator.UserName), "login")).Ended(ExitCodes.Done);
        var token = (await shell.RunAsync("token", "inspect")).Ended(ExitCodes.Done).Output;
        Assert.Contains(host.Tenant.Administrator.UserName, token, StringComparison.Ordinal);
        Assert.DoesNotContain(host.Tenant.Operator.UserName, token, StringComparison.Ordinal);

        (await shell.RunAsync("profile", "set", "trial", "--server", "http://127.0.0.1:9/")).Ended(ExitCodes.Done);
        Assert.Empty(Directory.GetFiles(Path.Combine(shell.Settings, "sign-ins")));
        (await shell.RunAsync("case", "list")).Ended(ExitCodes.NotAllowed);
    }

    [Fact]
    [Trait("Requirement", "R68")]
    public async Task A_token_is_explained_and_never_shown()
    {
        var token = await host.Tokens.OfAsync(host.Tenant.Operator);
        using var shell = new CommandLineProcess(host.Address, token);
        var people = (await shell.RunAsync("token", "inspect")).Ended(ExitCodes.Done).Output;
        var program = (await shell.RunAsync("token", "inspect", "--json")).Ended(ExitCodes.Done);
        Assert.Contains(host.Tenant.Operator.UserName, people, StringComparison.Ordinal);
        Assert.Contains("Operator", people, StringComparison.Ordinal);
        Assert.Equal(host.Tenant.Api.ClientId, program.Json.Text("audience"));
        Assert.InRange(program.Json.GetProperty("secondsLeft").GetInt64(), 1, 7200);
        foreach (var part in token.Split('.'))
        {
            Assert.DoesNotContain(part, people + program.Output + program.Error, StringComparison.Ordinal);
        }

        Assert.DoesNotContain("garbage", (await shell.RunAsync("garbage-that-is-secret", ["token", "inspect", "--stdin"])).Ended(ExitCodes.Failed).Error, StringComparison.Ordinal);
    }

    private Task SignIn(string line) => SignInAsync(line, host.Tenant.Operator.UserName);

    private static async Task SignInAsync(string line, string username)
    {
        if (OperatingCommandTests.CodeLine().Match(line) is { Success: true } found)
        {
            await OperatingCommandTests.TypeAsync(found.Groups["address"].Value, found.Groups["code"].Value, username);
        }
    }
}
