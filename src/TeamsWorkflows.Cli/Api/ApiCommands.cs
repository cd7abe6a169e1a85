using System.CommandLine;
using System.Text.Json;
using TeamsWorkflows.Cli.Profiles;

namespace TeamsWorkflows.Cli.Api;

/// <summary>Makes the commands that talk to a server: the same options, the same ends, for all of them.</summary>
internal sealed class ApiCommands(Shell shell)
{
    private readonly Option<string?> _server = new("--server")
    {
        Description = "The server's address; the default is the profile's, or the variable TEAMSWORKFLOWS_SERVER.",
        HelpName = "URL",
        Recursive = true,
    };

    private readonly Option<string?> _profile = new("--profile") { Description = "The profile; the default is the current one.", HelpName = "NAME", Recursive = true };

    private readonly Option<string?> _token = new("--token")
    {
        Description = "An access token; better put it into the variable TEAMSWORKFLOWS_TOKEN, which no list of processes shows.",
        HelpName = "TOKEN",
        Recursive = true,
    };

    private readonly Option<bool> _json = new("--json") { Description = "Print what the server answers, as JSON; problems, too.", Recursive = true };

    public Shell Shell => shell;

    public ProfileStore Profiles { get; } = ProfileStore.OfUser();

    /// <summary>A command of commands; all below it take the options.</summary>
    public Command Group(string name, string description, params IEnumerable<Command> children)
    {
        var group = WithOptions(new Command(name, description));
        foreach (var child in children)
        {
            group.Subcommands.Add(child);
        }

        return group;
    }

    /// <summary>Adds the options to a command that stands alone.</summary>
    public Command WithOptions(Command command)
    {
        command.Options.Add(_server);
        command.Options.Add(_profile);
        command.Options.Add(_token);
        command.Options.Add(_json);
        return command;
    }

    /// <param name="symbols">Its own arguments and options.</param>
    /// <param name="run">Returns the exit code.</param>
    public Command Create(string name, string description, IReadOnlyList<Symbol> symbols, Func<ApiCall, CancellationToken, Task<int>> run)
        => CreateFor(name, description, symbols, (parsed, cancellationToken) => RunAsync(parsed, run, cancellationToken));

    /// <summary>A command that may have no server to talk to.</summary>
    /// <param name="symbols">Its own arguments and options.</param>
    /// <param name="run">Returns the exit code.</param>
    public Command CreateFor(string name, string description, IReadOnlyList<Symbol> symbols, Func<ParseResult, CancellationToken, Task<int>> run)
    {
        var command = new Command(name, description);
        foreach (var symbol in symbols)
        {
            switch (symbol)
            {
                case Argument argument:
                    command.Arguments.Add(argument);
                    break;
                case Option option:
                    command.Options.Add(option);
                    break;
                default:
                    throw new System.Diagnostics.UnreachableException();
            }
        }

        command.SetAction((parsed, cancellationToken) => Ends.CatchAsync(shell, IsForProgram(parsed), () => run(parsed, cancellationToken)));
        return command;
    }

    /// <summary>Talks to the server that the command line, the environment or the profile names.</summary>
    /// <exception cref="CommandException">None of them does, or it cannot be talked to.</exception>
    public async Task<int> RunAsync(ParseResult parsed, Func<ApiCall, CancellationToken, Task<int>> run, CancellationToken cancellationToken)
    {
        using var call = new ApiCall(shell, Profiles, parsed, IsForProgram(parsed), Target(parsed), parsed.GetValue(_token));
        return await run(call, cancellationToken);
    }

    /// <returns>Whether JSON was asked for.</returns>
    public bool IsForProgram(ParseResult parsed) => parsed.GetValue(_json);

    /// <summary>The most common of them: get something, show it.</summary>
    public Command Show(string name, string description, IReadOnlyList<Symbol> symbols, Func<ParseResult, string> path, Action<Shell, JsonElement> people)
        => Create(name, description, symbols, async (call, cancellationToken) =>
        {
            call.Show(await (await call.ApiAsync(cancellationToken)).GetAsync(path(call.Parsed), cancellationToken), json => people(shell, json));
            return ExitCodes.Done;
        });

    private Profile Target(ParseResult parsed)
    {
        var profile = Profiles.Find(parsed.GetValue(_profile));
        return (parsed.GetValue(_server) ?? (parsed.GetValue(_profile) is null ? Environment.GetEnvironmentVariable("TEAMSWORKFLOWS_SERVER") : null)) is not { Length: > 0 } address
            ? profile ?? throw new CommandException(
                ExitCodes.Usage,
                $"Which server? Give --server URL, set TEAMSWORKFLOWS_SERVER, or keep it: {CommandLine.Name} profile set NAME --server URL.")
            : Server(address) is not { } server
                ? throw new CommandException(ExitCodes.Usage, $"--server: '{address}' is no address such as http://127.0.0.1:5080/.")
                : profile?.Server == server ? profile : Profiles.ByServer(server) ?? new Profile("", server);
    }

    /// <returns>The address with a slash at its end; null when it is none.</returns>
    public static Uri? Server(string text)
        => Uri.TryCreate(text.EndsWith('/') ? text : text + "/", UriKind.Absolute, out var server) && server.Scheme is "http" or "https" ? server : null;
}
