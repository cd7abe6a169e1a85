using System.CommandLine;
using TeamsWorkflows.Server.Hosting;

namespace TeamsWorkflows.Cli.Commands;

/// <summary><c>teamsworkflows run</c>: the server with its sandbox in this process.</summary>
internal static class RunCommand
{
    public const string Name = "run";

    private static readonly string[] Development = ["--environment=Development"];

    public static Command Create()
    {
        var settings = new Argument<string[]>("settings")
        {
            Description = "Settings of the server, behind '--': -- --Urls=http://127.0.0.1:5090 --Data:Folder=trial. Its exit codes are the server's (docs/operations.md).",
            Arity = ArgumentArity.ZeroOrMore,
        };
        var command = new Command(Name, "Starts the server and a sandbox that plays Microsoft, in Development; nothing has to be set up. Ctrl+C ends it.") { settings };
        command.SetAction((parsed, _) => ServerProcess.RunAsync([.. Development, .. parsed.GetValue(settings) ?? []]));
        return command;
    }
}
