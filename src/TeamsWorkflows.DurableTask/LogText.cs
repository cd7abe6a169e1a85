namespace TeamsWorkflows.DurableTask;

/// <summary>Text of somebody else's as a log line may hold it: an identifier that a caller chose, or what a failure says.</summary>
/// <remarks>The one place for it: a plain console would show a line break in it as a line of its own, which anybody could write.</remarks>
public static class LogText
{
    private const int MaxLength = 500;

    /// <summary>One line, not a long one, and nothing that would steer a terminal.</summary>
    public static string Of(string text)
    {
        ArgumentNullException.ThrowIfNull(text);

        return text.Length <= MaxLength && !text.Any(IsUnsafe)
            ? text
            : string.Concat(text.Take(MaxLength).Select(static c => IsUnsafe(c) ? ' ' : c));
    }

    private static bool IsUnsafe(char c) => char.IsControl(c) || c is '\u2028' or '\u2029';
}
