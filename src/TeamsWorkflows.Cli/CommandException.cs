namespace TeamsWorkflows.Cli;

/// <summary>A command cannot go on, and can say why in a few lines.</summary>
/// <param name="exitCode">One of <see cref="ExitCodes"/>.</param>
/// <param name="message">For a person: what is wrong, and what to do.</param>
internal sealed class CommandException(int exitCode, string message, Exception? inner = null) : Exception(message, inner)
{
    public int ExitCode { get; } = exitCode;

    /// <summary>Gets the server's own words, as JSON; null: they are not the server's.</summary>
    public string? Problem { get; init; }
}
