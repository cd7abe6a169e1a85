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

    /// <summary>The doctor found something that keeps deliveries from working.</summary>
    public const int Unusable = 10;

    /// <summary>Two environments differ in what they should not.</summary>
    public const int Drift = 11;

    /// <summary>With <c>--strict</c>: there are warnings.</summary>
    public const int Warnings = 12;
}
