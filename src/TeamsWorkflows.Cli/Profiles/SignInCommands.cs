using System.CommandLine;
using TeamsWorkflows.Cli.Api;

namespace TeamsWorkflows.Cli.Profiles;

/// <summary><c>teamsworkflows login</c> and <c>logout</c>.</summary>
internal static class SignInCommands
{
    private const string DefaultName = "default";

    public static Command Login(ApiCommands commands)
    {
        var trust = new Option<string?>("--trust") { Description = "A PEM file of certificate authorities to trust in place of the machine's; kept in the profile.", HelpName = "FILE" };
        var print = new Option<bool>("--print-token") { Description = "Print the access token and keep nothing: for a variable of this shell alone." };
        return commands.WithOptions(commands.Create(
            "login",
            "Signs you in by device code: type the code that is shown into any browser. The sign-in is kept, encrypted, until you sign out.",
            [trust, print],
            (call, cancellationToken) => RunAsync(
                call, commands.Profiles, call.Parsed.GetValue(trust), call.Parsed.GetValue(print), cancellationToken)));
    }

    public static Command Logout(ApiCommands commands) => commands.WithOptions(commands.Create(
        "logout",
        "Forgets the sign-in of a profile on this machine. What was signed in elsewhere stays so.",
        [],
        (call, _) =>
        {
            call.SignIn.Forget();
            return Task.FromResult(ExitCodes.Done);
        }));

    private static async Task<int> RunAsync(ApiCall call, ProfileStore profiles, string? trust, bool onlyPrint, CancellationToken cancellationToken)
    {
        var wanted = call.Profile with
        {
            Name = onlyPrint ? "" : call.Profile.Name.Length > 0 ? call.Profile.Name : FreeName(profiles),
            TrustedAuthorityFile = trust is null ? call.Profile.TrustedAuthorityFile : Path.GetFullPath(trust),
        };
        using var outbound = wanted.Transport();
        var profile = await new SignIn(wanted, profiles, outbound, call.Shell.Time).DiscoverAsync(cancellationToken);
        var result = await new SignIn(profile, profiles, outbound, call.Shell.Time).ByDeviceCodeAsync(message => call.Shell.Error.WriteLineAsync(message), cancellationToken);
        if (onlyPrint)
        {
            await call.Shell.Output.WriteLineAsync(result.AccessToken);
            return ExitCodes.Done;
        }

        profiles.Put(profile, isCurrent: true);
        if (call.AsJson)
        {
            await call.Shell.Output.WriteLineAsync(JsonText.Indented(JsonText.Of(new { profile = profile.Name, server = profile.Server, account = result.Account.Username })));
            return ExitCodes.Done;
        }

        await call.Shell.Output.WriteLineAsync($"Signed in to {profile.Server} as {Listing.Plain(result.Account.Username)} (profile '{profile.Name}').");
        await call.Shell.Output.WriteLineAsync(profile.KeepsSignIn
            ? $"The sign-in is kept in {profiles.Folder}, encrypted with a key that is there, too; only your account can read them. Sign out: {CommandLine.Name} logout."
            : "The sign-in is not kept: the profile says so. It ended with this command.");
        return ExitCodes.Done;
    }

    private static string FreeName(ProfileStore profiles)
    {
        var taken = profiles.Read().Profiles.Select(static p => p.Name).ToHashSet(StringComparer.Ordinal);
        return Enumerable.Range(1, int.MaxValue).Select(static n => n == 1 ? DefaultName : FormattableString.Invariant($"{DefaultName}-{n}")).First(n => !taken.Contains(n));
    }
}
