namespace TeamsWorkflows.Server.Hosting;

/// <summary>Text of somebody else's as a log line may hold it.</summary>
internal static class LogText
{
    private const int MaxLength = 500;

    /// <summary>One line, not a long one, and nothing that would steer a terminal.</summary>
    public static string Of(string text)
        => string.Concat(text.Take(MaxLength).Select(static c => char.IsControl(c) || c is '\u2028' or '\u2029' ? ' ' : c));
}
