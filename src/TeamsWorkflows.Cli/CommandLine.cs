using System.CommandLine;
using TeamsWorkflows.Cli.Api;
using TeamsWorkflows.Cli.Backups;
using TeamsWorkflows.Cli.Commands;
using TeamsWorkflows.Cli.Orchestrations;
using TeamsWorkflows.Cli.Profiles;

namespace TeamsWorkflows.Cli;

/// <summary>The command line <c>teamsworkflows</c>: its commands, and where their words go.</summary>
internal static class CommandLine
{
    public const string Name = "teamsworkflows";

    // '@FILE' is a value of ours (a report's text), not a file of arguments.
    private static readonly ParserConfiguration Syntax = new() { ResponseFileTokenReplacer = null };

    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(2);

    public static async Task<int> RunAsync(
        IReadOnlyList<string> args, TextReader input, TextWriter output, TextWriter error, TimeProvider time)
    {
        var parsed = Create(new Shell(input, output, error, time)).Parse(args, Syntax);
        var isAsked = parsed.Tokens.Any(static t => t.Type == System.CommandLine.Parsing.TokenType.Directive)
            || parsed.Action is NamedHelp;
        if (parsed.Errors.Count == 0 || isAsked)
        {
            return await parsed.InvokeAsync(new InvocationConfiguration
            {
                Output = output,
                Error = error,
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = parsed.CommandResult.Command.Name == RunCommand.Name ? null : StopLimit, // a server stops in its own time
            });
        }

        foreach (var wrong in parsed.Errors)
        {
            await error.WriteLineAsync(wrong.Message);
        }

        await error.WriteLineAsync($"See '{Name} --help'.");
        return ExitCodes.Usage;
    }

    public static RootCommand Create(Shell shell)
    {
        var commands = new ApiCommands(shell);
        return NamedHelp.On(new RootCommand("TeamsWorkflows on the command line.")
        {
            ReportCommands.Create(commands),
            CaseCommands.Create(commands),
            ApprovalCommands.Create(commands),
            ConnectionCommands.Create(commands),
            ScheduleCommands.Create(commands),
            OrchestrationCommands.Create(commands, shell),
            AuditCommands.Create(commands),
            DiagnoseCommand.Create(shell.Input, shell.Output, shell.Error, shell.Time),
            DoctorCommand.Create(shell),
            SignInCommands.Login(commands),
            SignInCommands.Logout(commands),
            ProfileCommands.Create(shell),
            TokenCommands.Create(commands, shell),
            RunCommand.Create(),
            BackupCommands.Backup(shell),
            BackupCommands.Restore(shell),
            SandboxCommands.Create(shell),
            CompletionCommand.Create(shell),
        });
    }
}
