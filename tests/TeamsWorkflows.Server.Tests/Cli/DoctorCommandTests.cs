using TeamsWorkflows.Cli;

namespace TeamsWorkflows.Server.Tests.Cli;

/// <summary>The doctor asks servers as whoever is signed in there, and shows a token to nobody but its own server.</summary>
[Collection(nameof(CommandLineServer))]
public sealed class DoctorCommandTests(ServerHost host)
{
    [Fact]
    [Trait("Requirement", "B9")]
    public async Task A_server_is_examined_by_token_and_compared_with_what_was_kept_of_it()
    {
        var token = await host.Tokens.OfAsync(host.Tenant.Operator);
        using var shell = new CommandLineProcess(server: null, token);
        var address = host.Address.AbsoluteUri;
        var report = await shell.RunAsync("doctor", address, "--json");
        Assert.Contains(report.Json.GetProperty("inventory").GetProperty("connections").EnumerateArray(), static c => c.Text("id") == "finance-posts");
        var file = Path.Combine(shell.Settings, "kept.json");
        await File.WriteAllTextAsync(file, report.Output);
        Assert.Contains("No difference", (await shell.RunAsync("doctor", file, address)).Ended(ExitCodes.Done).Output, StringComparison.Ordinal);

        (await shell.RunAsync("profile", "set", "trial", "--server", address)).Ended(ExitCodes.Done);
        Assert.Contains("No difference", (await shell.RunAsync("doctor", "trial", file)).Ended(ExitCodes.Done).Output, StringComparison.Ordinal);
        Assert.Contains("comparison", (await shell.RunAsync("doctor", file, file, "--strict")).Ended(ExitCodes.Usage).Error, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Requirement", "R68")]
    public async Task Two_servers_never_get_the_same_token()
    {
        var token = await host.Tokens.OfAsync(host.Tenant.Operator);
        using var shell = new CommandLineProcess(server: null, token);
        var address = host.Address.AbsoluteUri;
        Assert.Contains("Nobody is signed in", (await shell.RunAsync("doctor", address, address)).Ended(ExitCodes.NoInput).Error, StringComparison.Ordinal);
        Assert.Contains("once for each", (await shell.RunAsync("doctor", address, "http://127.0.0.1:9/", "--token", token)).Ended(ExitCodes.Usage).Error, StringComparison.Ordinal);
        (await shell.RunAsync("doctor", address, address, "--token", token, "--token", token)).Ended(ExitCodes.Done);

        using var nobody = new CommandLineProcess(server: null);
        Assert.Contains("login", (await nobody.RunAsync("doctor", address)).Ended(ExitCodes.NoInput).Error, StringComparison.Ordinal);
    }
}
