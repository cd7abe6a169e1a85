using System.CommandLine;
using System.Globalization;
using System.Text;
using TeamsWorkflows.Cli;

namespace TeamsWorkflows.Tests;

/// <summary><c>docs/cli.md</c>: every command, option and exit code, made from the commands themselves.</summary>
public sealed class CliPageTests
{
    private static readonly RootCommand Root = CommandLine.Create(new Shell(TextReader.Null, TextWriter.Null, TextWriter.Null, TimeProvider.System));

    [Fact]
    public void The_page_is_what_the_commands_take() => Docs.AssertIs("cli.md", Page(), nameof(CliPageTests));

    [Fact]
    public void Every_exit_code_has_a_meaning_and_every_meaning_a_code()
    {
        var codes = typeof(ExitCodes).GetFields(System.Reflection.BindingFlags.Static | System.Reflection.BindingFlags.Public)
            .Where(static f => f.IsLiteral).Select(static f => (int)f.GetRawConstantValue()!);
        Assert.Equal(codes.Order(), ExitCodes.Meanings.Select(static m => m.Code));
    }

    [Fact]
    public void Everything_is_described()
    {
        var commands = Leaves(Root, CommandLine.Name).Select(static l => l.Command).ToArray();
        Assert.All(commands, static c => Assert.NotEmpty(c.Description ?? ""));
        Assert.All(commands.SelectMany(static c => c.Options), static o => Assert.NotEmpty(o.Description ?? ""));
        Assert.All(commands.SelectMany(static c => c.Arguments), static a => Assert.NotEmpty(a.Description ?? ""));
    }

    private static string Page()
    {
        var page = new StringBuilder(Head);
        foreach (var (code, meaning, help) in ExitCodes.Meanings)
        {
            page.Append(CultureInfo.InvariantCulture, $"| {code} | {meaning} | {help} |\n");
        }

        page.Append("\n## Commands\n");
        foreach (var top in Root.Subcommands.OrderBy(static c => c.Name, StringComparer.Ordinal))
        {
            page.Append(CultureInfo.InvariantCulture, $"\n### {top.Name}\n\n{top.Description}\n");
            if (top.Subcommands.Count > 0 && top.Options.Any(static o => o.Recursive && !IsUsual(o)))
            {
                page.Append('\n');
                Options(page, top.Options.Where(static o => !IsUsual(o)));
            }

            foreach (var (path, command) in Leaves(top, $"{CommandLine.Name} {top.Name}"))
            {
                page.Append(CultureInfo.InvariantCulture, $"\n`{path}{string.Concat(command.Arguments.Select(Argument))}`{(command == top ? "" : $": {command.Description}")}\n");
                if (command.Arguments.Count + command.Options.Count(static o => !IsUsual(o)) > 0)
                {
                    page.Append('\n');
                    foreach (var argument in command.Arguments)
                    {
                        page.Append(CultureInfo.InvariantCulture, $"- `{argument.Name}`: {argument.Description}\n");
                    }

                    Options(page, command.Options.Where(static o => !IsUsual(o)));
                }
            }
        }

        return page.ToString();
    }

    private static void Options(StringBuilder page, IEnumerable<Option> options)
    {
        foreach (var option in options)
        {
            page.Append(CultureInfo.InvariantCulture, $"- `{option.Name}{(option.HelpName is { } value ? $" {value}" : "")}`{(option.Required ? " (needed)" : "")}: {option.Description}\n");
        }
    }

    private static IEnumerable<(string Path, Command Command)> Leaves(Command command, string path)
        => command.Subcommands.Count == 0 ? [(path, command)] : command.Subcommands.SelectMany(c => Leaves(c, $"{path} {c.Name}"));

    private static string Argument(Argument argument) => argument.Arity.MinimumNumberOfValues == 0 ? $" [{argument.Name}]" : $" {argument.Name}";

    // Said once, for all.
    private static bool IsUsual(Option option)
        => option.Name is "--help" or "--version" || (option.Recursive && option.Name is ("--server" or "--profile" or "--token" or "--json"));

    private const string Head = """
        # The command line

        Made from the commands; when it is stale, run
        `UPDATE_DOCS=1 dotnet test tests/TeamsWorkflows.Tests --filter CliPageTests`.

        ```bash
        dotnet pack src/TeamsWorkflows.Cli
        dotnet tool install --global TeamsWorkflows.Cli --add-source artifacts/package/release --prerelease
        teamsworkflows run                                   # a server and a sandbox that plays Microsoft; or, for a server that runs:
        teamsworkflows profile set reports --server https://reports.contoso.example/
        teamsworkflows login
        ```

        ## Who you are

        `teamsworkflows login` signs you in by device code: it shows an address and a code, and you type the code into any browser. The server says
        where its tokens come from (`/.well-known/oauth-protected-resource`); a profile can say otherwise. The application must allow public client
        flows: register one for the command line (`az ad app create --display-name 'TeamsWorkflows command line' --is-fallback-public-client true`,
        with the permission `access_as_user` of the API) and set `Access:CommandLineClientId` to its client id.

        The sign-in is kept in your settings (`~/.config/teamsworkflows`, `%APPDATA%\teamsworkflows`, or the folder that `TEAMSWORKFLOWS_CONFIG`
        names), in a file that only your account can read, **encrypted with a key that lies in the same folder** (on Windows protected by your
        account). So a copy of the file alone is worth nothing, and whoever can read all files of your account can use the sign-in. On a machine that
        others administer, keep none: `profile set NAME --keep-sign-in false`, or `export TEAMSWORKFLOWS_TOKEN=$(teamsworkflows login --print-token)`
        for this shell alone.

        Programs put an access token into `TEAMSWORKFLOWS_TOKEN` and the address into `TEAMSWORKFLOWS_SERVER`. The sandbox of a server in Development
        has a certificate authority of its own: `--trust data/sandbox-authority.pem`.

        ## For scripts

        `--json` prints what the server answers, and nothing else, to standard output; a refusal's problem details (RFC 9457) go to standard error.
        What was asked for goes to standard output, progress and problems to standard error. Repeat `report post` and `schedule trigger` with the
        same `--key`: nothing is posted twice. `NO_COLOR` is honoured.

        ## Completion

        ```bash
        source <(teamsworkflows completion bash)             # in ~/.bashrc; also zsh, fish and pwsh
        ```

        ## Options of every command that talks to a server

        - `--server URL`: the server's address; otherwise `TEAMSWORKFLOWS_SERVER`, otherwise the current profile's.
        - `--profile NAME`: the profile; otherwise the current one.
        - `--token TOKEN`: an access token; better in `TEAMSWORKFLOWS_TOKEN`, which no list of processes shows.
        - `--json`: print JSON.

        ## Exit codes

        | code | what it says | what helps |
        |---|---|---|

        """;
}
