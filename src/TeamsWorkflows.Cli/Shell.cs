using Spectre.Console;

namespace TeamsWorkflows.Cli;

/// <summary>What commands talk to: a terminal or pipes, the clock, and the person's settings.</summary>
/// <remarks>What was asked for goes to <see cref="Output"/>; progress and problems go to <see cref="Error"/>, so that a pipe gets data alone.</remarks>
internal sealed class Shell
{
    // Wide enough for every column of a table: a file or a pipe has no edge to wrap at.
    private const int UnboundedWidth = 400;

    public Shell(TextReader input, TextWriter output, TextWriter error, TimeProvider time)
    {
        (Input, Output, Error, Time) = (input, output, error, time);
        Screen = Console(output, System.Console.IsOutputRedirected || output != System.Console.Out);
        Progress = Console(error, System.Console.IsErrorRedirected || error != System.Console.Error);
    }

    public TextReader Input { get; }

    public TextWriter Output { get; }

    public TextWriter Error { get; }

    public TimeProvider Time { get; }

    /// <summary>Gets where tables are drawn; plain text without colour when it is no terminal.</summary>
    public IAnsiConsole Screen { get; }

    /// <summary>Gets where it is shown that something goes on.</summary>
    public IAnsiConsole Progress { get; }

    private static IAnsiConsole Console(TextWriter writer, bool isRedirected)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(writer),
            Ansi = isRedirected ? AnsiSupport.No : AnsiSupport.Detect,
            ColorSystem = isRedirected || Environment.GetEnvironmentVariable("NO_COLOR") is { Length: > 0 } ? ColorSystemSupport.NoColors : ColorSystemSupport.Detect,
            Interactive = isRedirected ? InteractionSupport.No : InteractionSupport.Detect,
        });
        if (isRedirected)
        {
            console.Profile.Width = UnboundedWidth;
        }

        return console;
    }
}
