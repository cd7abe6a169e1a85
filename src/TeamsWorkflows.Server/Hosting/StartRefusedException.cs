namespace TeamsWorkflows.Server.Hosting;

/// <summary>The process must not start; the message says why, one line per cause, and what to change.</summary>
internal sealed class StartRefusedException(int exitCode, string message, Exception? innerException = null)
    : Exception(message, innerException)
{
    public int ExitCode { get; } = exitCode;
}
