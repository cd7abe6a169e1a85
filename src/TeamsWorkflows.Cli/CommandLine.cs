using System.CommandLine;

namespace TeamsWorkflows.Cli;

/// <summary>The command line <c>teamsworkflows</c>: its commands, and where their words go.</summary>
internal static class CommandLine
{
    public static async Task<int> RunAsync(
        IReadOnlyList<string> args, TextReader input, TextWriter output, TextWriter error, TimeProvider time)
    {
        var root = new RootCommand("TeamsWorkflows on the command line.")
        {
            DiagnoseCommand.Create(input, output, error, time), DoctorCommand.Create(output, error),
        };
        var parsed = root.Parse(args);
        if (parsed.Errors.Count == 0)
        {
            return await parsed.InvokeAsync(new InvocationConfiguration { Output = output, Error = error });
        }

        foreach (var wrong in parsed.Errors)
        {
            await error.WriteLineAsync(wrong.Message);
        }

        await error.WriteLineAsync("See 'teamsworkflows --help'.");
        return ExitCodes.Usage;
    }
}
