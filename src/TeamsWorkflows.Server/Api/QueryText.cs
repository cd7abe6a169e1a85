using System.Globalization;

namespace TeamsWorkflows.Server.Api;

/// <summary>Words in queries, as the JSON answers write them.</summary>
internal static class QueryText
{
    /// <returns>False when there is such a text and it names no value; numbers name none.</returns>
    public static bool TryRead<T>(string? text, out T? value)
        where T : struct, Enum
    {
        value = null;
        if (string.IsNullOrEmpty(text))
        {
            return true;
        }

        if (!char.IsAsciiLetter(text[0]) || !Enum.TryParse<T>(text, ignoreCase: true, out var known) || !Enum.IsDefined(known))
        {
            return false;
        }

        value = known;
        return true;
    }

    /// <returns>False when there is such a text and it is no time with an offset.</returns>
    public static bool TryReadTime(string? text, out DateTimeOffset? value)
    {
        value = null;
        if (string.IsNullOrEmpty(text))
        {
            return true;
        }

        string[] formats = ["yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", "yyyy-MM-dd'T'HH:mmK", "yyyy-MM-dd"];
        if (!DateTimeOffset.TryParseExact(text, formats, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time))
        {
            return false;
        }

        value = time;
        return true;
    }

    /// <returns>What was typed, without the blanks around it; null when that is nothing.</returns>
    public static string? Given(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();

    /// <returns>What is given, to stand in an address; each part ends with an ampersand, so that another may follow.</returns>
    public static string Parts(params IEnumerable<(string Name, string? Value)> parts)
        => string.Concat(parts.Where(static p => Given(p.Value) is not null).Select(static p => $"{p.Name}={Uri.EscapeDataString(p.Value!)}&"));

    public const string TimeExample = "Give a time such as 2026-11-26T09:00:00Z, or a day.";

    public static string Choices<T>()
        where T : struct, Enum
        => "Use one of: " + string.Join(", ", Enum.GetNames<T>()) + ".";
}
