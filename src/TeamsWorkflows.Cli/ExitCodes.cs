namespace TeamsWorkflows.Cli;

/// <summary>How a command ended.</summary>
internal static class ExitCodes
{
    public const int Done = 0;

    /// <summary>Some lines could not be read; the others were answered.</summary>
    public const int SomeUnreadable = 1;

    /// <summary>The command line is not one of ours.</summary>
    public const int Usage = 2;

    /// <summary>A file could not be read.</summary>
    public const int NoInput = 3;
}
