namespace TeamsWorkflows.Cli;

/// <summary>How a command ended; docs/cli.md shows <see cref="Meanings"/>.</summary>
internal static class ExitCodes
{
    public const int Done = 0;

    /// <summary>Some lines could not be read; the others were answered.</summary>
    public const int SomeUnreadable = 1;

    /// <summary>The command line is not one of ours.</summary>
    public const int Usage = 2;

    /// <summary>A file could not be read.</summary>
    public const int NoInput = 3;

    /// <summary>The server refused: what was sent is wrong, or things do not stand so that it could be done.</summary>
    public const int Refused = 4;

    /// <summary>Nobody is signed in, or whoever is may not do that.</summary>
    public const int NotAllowed = 5;

    /// <summary>The server does not answer, or cannot answer now.</summary>
    public const int NotReached = 6;

    /// <summary>The time that was given ran out.</summary>
    public const int TimedOut = 7;

    /// <summary>It ended, and not as it should have.</summary>
    public const int Failed = 8;

    /// <summary>There is no such thing.</summary>
    public const int NotFound = 9;

    /// <summary>The doctor found something that keeps deliveries from working.</summary>
    public const int Unusable = 10;

    /// <summary>Two environments differ in what they should not.</summary>
    public const int Drift = 11;

    /// <summary>With <c>--strict</c>: there are warnings.</summary>
    public const int Warnings = 12;

    /// <summary>Interrupted by the keyboard, as shells say it.</summary>
    public const int Interrupted = 130;

    /// <summary>Gets what each code tells a script, and what helps.</summary>
    public static IReadOnlyList<(int Code, string Meaning, string Help)> Meanings { get; } =
    [
        (Done, "Done.", ""),
        (SomeUnreadable, "`diagnose`: some lines could not be read; the others were answered.", "Standard error names the lines."),
        (Usage, "The command line is wrong.", "`--help`."),
        (NoInput, "A file or folder could not be read or written, or an environment could not be examined.", "Standard error names it."),
        (Refused, "The server refused: a field is wrong, or things do not stand so that it could be done.", "Standard error says which field, and what to change. Repeating changes nothing."),
        (NotAllowed, "Nobody is signed in, or whoever is may not do that.", "`teamsworkflows login`, `TEAMSWORKFLOWS_TOKEN`, or another role."),
        (NotReached, "The server does not answer, or cannot answer now.", "Repeat later; give `report post` and `schedule trigger` the same `--key`."),
        (TimedOut, "`--timeout` ran out before the end.", "It goes on without you: ask for its status."),
        (Failed, "It ended, and not as it should have: a report was not delivered, a connection does not work, a history does not replay, an audit log is broken.", "The output says why."),
        (NotFound, "There is no such thing.", "Check the identifier."),
        (Unusable, "`doctor`: something keeps deliveries from working.", "The lines that begin with BAD."),
        (Drift, "`doctor`: the two environments differ in what they should not.", "The lines that begin with DIFF."),
        (Warnings, "`doctor --strict`: there are warnings.", "The lines that begin with warn."),
        (Interrupted, "Interrupted (Ctrl+C).", "What the server was told, it does."),
    ];
}
