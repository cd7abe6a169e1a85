using System.CommandLine;
using System.Globalization;

namespace TeamsWorkflows.Cli.Commands;

/// <summary>Arguments and options that many commands have, with the same words.</summary>
internal static class CommonSymbols
{
    public static Argument<string> Id(string what) => new("id") { Description = $"The {what}'s identifier." };

    /// <summary>Why something is done: the server keeps it.</summary>
    public static Option<string> Reason() => new("--reason") { Description = "Why, for the record; 3 to 1,000 characters.", HelpName = "TEXT", Required = true };

    public static Option<bool> Open() => new("--open") { Description = "Only those that are open." };

    public static Option<int?> Limit(string description) => new("--limit") { Description = description };

    public static Option<int?> Skip() => new("--skip") { Description = "How many to leave out: those that you have seen." };

    public static string? Text(int? number) => number?.ToString(CultureInfo.InvariantCulture);

    public static Option<bool> Wait() => new("--wait") { Description = "Wait for the end; the exit code says how it ended." };

    public static Option<TimeSpan?> Timeout() => new("--timeout")
    {
        Description = "How long to wait at most, such as 90s, 5m, 2h or 00:05:00; without it, for as long as it takes.",
        HelpName = "TIME",
        CustomParser = static result =>
        {
            if (result.Tokens is [var token] && Duration(token.Value) is { } time)
            {
                return time;
            }

            result.AddError("--timeout: give a time such as 90s, 5m, 2h or 00:05:00.");
            return null;
        },
    };

    public static string Part(string text) => Uri.EscapeDataString(text);

    /// <returns>Null when it is no time.</returns>
    public static TimeSpan? Duration(string text)
        => text.Length > 1 && double.TryParse(text[..^1], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) && number < 1e6
            ? text[^1] switch
            {
                's' => TimeSpan.FromSeconds(number),
                'm' => TimeSpan.FromMinutes(number),
                'h' => TimeSpan.FromHours(number),
                'd' => TimeSpan.FromDays(number),
                _ => null,
            }
            : TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var time) && time > TimeSpan.Zero && text.Contains(':', StringComparison.Ordinal) ? time : null;
}
