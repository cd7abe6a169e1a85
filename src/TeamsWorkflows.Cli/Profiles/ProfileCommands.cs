using System.CommandLine;
using System.Text.RegularExpressions;
using TeamsWorkflows.Cli.Api;

namespace TeamsWorkflows.Cli.Profiles;

/// <summary><c>teamsworkflows profile</c>: the servers that a person works with.</summary>
internal static partial class ProfileCommands
{
    public static Command Create(Shell shell)
    {
        var store = ProfileStore.OfUser();
        return new Command("profile", "The servers that you work with; kept in your settings, without a secret.") { List(shell, store), Set(shell, store), Use(shell, store), Remove(shell, store) };
    }

    /// <summary>Completes the names of profiles.</summary>
    public static Argument<string> NameArgument(ProfileStore store)
    {
        var name = new Argument<string>("name") { Description = "The profile's name.", HelpName = "name" };
        name.CompletionSources.Add(_ => store.Read().Profiles.Select(static p => new System.CommandLine.Completions.CompletionItem(p.Name)));
        return name;
    }

    private static Command List(Shell shell, ProfileStore store)
    {
        var json = new Option<bool>("--json") { Description = "Print JSON." };
        var command = new Command("list", "Lists the profiles; the current one has a star.") { json };
        command.SetAction((parsed, _) => Ends.CatchAsync(shell, parsed.GetValue(json), async () =>
        {
            var (current, all) = store.Read();
            if (parsed.GetValue(json))
            {
                await shell.Output.WriteLineAsync(JsonText.Indented(JsonText.Of(new { current, profiles = all })));
                return ExitCodes.Done;
            }

            Listing.Table(
                shell,
                all.Select(p => JsonText.Of(new { star = p.Name == current ? "*" : "", p.Name, server = p.Server.AbsoluteUri, signedIn = new SignInCache(p, store.Folder).Exists })),
                $"There are none. Make one: {CommandLine.Name} profile set NAME --server URL.",
                ("", "star"), ("Name", "name"), ("Server", "server"), ("Signed in", "signedIn"));
            return ExitCodes.Done;
        }));
        return command;
    }

    private static Command Set(Shell shell, ProfileStore store)
    {
        var name = NameArgument(store);
        var server = new Option<string?>("--server") { Description = "The server's address; needed for a new profile.", HelpName = "URL" };
        var trust = new Option<string?>("--trust") { Description = "A PEM file of certificate authorities to trust in place of the machine's: the sandbox's, or a proxy's. Empty: the machine's.", HelpName = "FILE" };
        var authority = new Option<string?>("--authority") { Description = "Who issues the tokens; the server says, when left out.", HelpName = "URL" };
        var client = new Option<string?>("--client-id") { Description = "The application by which people sign in; the server says, when left out.", HelpName = "ID" };
        var scope = new Option<string?>("--scope") { Description = "What a token is asked with; the server says, when left out.", HelpName = "SCOPE" };
        var keep = new Option<bool?>("--keep-sign-in") { Description = "Whether a sign-in is kept, encrypted; otherwise it ends with its command. The default is true." };
        var use = new Option<bool>("--use") { Description = "Make it the current one." };
        var command = new Command("set", "Adds a profile, or changes what is given. With another server, the sign-in and what was known of the first are gone.") { name, server, trust, authority, client, scope, keep, use };
        command.SetAction((parsed, _) => Ends.CatchAsync(shell, asJson: false, () =>
        {
            var wanted = parsed.GetRequiredValue(name);
            if (!ValidName().IsMatch(wanted))
            {
                throw new CommandException(ExitCodes.Usage, "name: use 1 to 64 letters, digits, dots, dashes and underscores.");
            }

            var known = store.Read().Profiles.SingleOrDefault(p => p.Name == wanted);
            var address = parsed.GetValue(server) is { } text
                ? ApiCommands.Server(text) ?? throw new CommandException(ExitCodes.Usage, $"--server: '{text}' is no address such as https://reports.contoso.example/.")
                : known?.Server ?? throw new CommandException(ExitCodes.Usage, "--server: a new profile needs the server's address.");
            var before = known is not null && known.Server == address ? known : new Profile(wanted, address);
            if (known is not null && before != known)
            {
                new SignInCache(known, store.Folder).Remove(); // it is the other server's
            }

            store.Put(
                before with
                {
                    TrustedAuthorityFile = parsed.GetValue(trust) is { } file ? file.Length == 0 ? null : Path.GetFullPath(file) : before.TrustedAuthorityFile,
                    Authority = parsed.GetValue(authority) is { } issuer
                        ? Uri.TryCreate(issuer, UriKind.Absolute, out var at) ? at : throw new CommandException(ExitCodes.Usage, $"--authority: '{issuer}' is no address.")
                        : before.Authority,
                    ClientId = parsed.GetValue(client) ?? before.ClientId,
                    Scope = parsed.GetValue(scope) ?? before.Scope,
                    KeepsSignIn = parsed.GetValue(keep) ?? before.KeepsSignIn,
                },
                parsed.GetValue(use));
            return Task.FromResult(ExitCodes.Done);
        }));
        return command;
    }

    private static Command Use(Shell shell, ProfileStore store)
    {
        var name = NameArgument(store);
        var command = new Command("use", "Makes a profile the current one.") { name };
        command.SetAction((parsed, _) => Ends.CatchAsync(shell, asJson: false, () =>
        {
            store.Use(parsed.GetRequiredValue(name));
            return Task.FromResult(ExitCodes.Done);
        }));
        return command;
    }

    private static Command Remove(Shell shell, ProfileStore store)
    {
        var name = NameArgument(store);
        var command = new Command("remove", "Removes a profile and its sign-in.") { name };
        command.SetAction((parsed, _) => Ends.CatchAsync(shell, asJson: false, () =>
        {
            var profile = store.Find(parsed.GetRequiredValue(name))!;
            new SignInCache(profile, store.Folder).Remove();
            store.Remove(profile.Name);
            return Task.FromResult(ExitCodes.Done);
        }));
        return command;
    }

    [GeneratedRegex("^[A-Za-z0-9._-]{1,64}$", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex ValidName();
}
