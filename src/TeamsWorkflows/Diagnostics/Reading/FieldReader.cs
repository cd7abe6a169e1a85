using System.Globalization;

namespace TeamsWorkflows.Diagnostics.Reading;

/// <summary>Reads the value behind the name of a field, whatever wrote it: JSON, a log line, a form, a dictionary printed.</summary>
internal static class FieldReader
{
    private const int MaxGap = 16;
    private const int MaxValue = 64;

    /// <summary>A field whose value matters.</summary>
    public enum Field
    {
        Error,
        SubError,
        Code,
        Numbers,
        RetryAfter,
    }

    /// <summary>The names under which it is found, in lower case.</summary>
    public static readonly IReadOnlyList<(string Name, Field Field)> Names =
    [
        ("error", Field.Error), ("msaloautherrorkey", Field.Error), ("oautherror", Field.Error), ("oauth error", Field.Error),
        ("suberror", Field.SubError), ("sub_error", Field.SubError), ("error_subcode", Field.SubError), ("suberrorforlogging", Field.SubError),
        ("code", Field.Code), ("errorcode", Field.Code), ("error_code", Field.Code), ("error code", Field.Code), ("subcode", Field.Code),
        ("errortype", Field.Code), ("exceptioncode", Field.Code), ("failure code", Field.Code),
        ("error_codes", Field.Numbers), ("errorcodes", Field.Numbers), ("error codes", Field.Numbers), ("errorno", Field.Numbers),
        ("errornumber", Field.Numbers), ("errorcodesforlogging", Field.Numbers),
        ("retry-after", Field.RetryAfter), ("retryafter", Field.RetryAfter), ("retry after", Field.RetryAfter), ("try again in", Field.RetryAfter),
        ("retry in", Field.RetryAfter), ("retryafterseconds", Field.RetryAfter), ("retry-after-ms", Field.RetryAfter),
    ];

    /// <returns>Where the value stands; empty when there is none.</returns>
    public static Range Value(ReadOnlySpan<char> text, int from)
    {
        var (at, isNamed, isOpened) = (from, false, false);
        for (var end = Math.Min(text.Length, from + MaxGap); at < end && " \"':=>([{\\".Contains(text[at], StringComparison.Ordinal); at++)
        {
            if (text[at] is '"' or '\'' && isNamed && isOpened)
            {
                return default; // an empty value
            }

            isOpened = text[at] is '"' or '\'' && (isNamed || text[at - 1] == ' ');
            isNamed |= text[at] is ':' or '=' or '[' || isOpened;
        }

        var stop = at;
        while (stop < text.Length && stop - at < MaxValue && (char.IsAsciiLetterOrDigit(text[stop]) || text[stop] is '_' or '-' or '.'))
        {
            stop++;
        }

        while (stop > at && text[stop - 1] is '.' or '-')
        {
            stop--;
        }

        return isNamed ? at..stop : default;
    }

    /// <summary>Whether the value behind <c>code=</c> is one that must not be told: a parameter of an address or a form, and no number.</summary>
    /// <remarks>The same places as <see cref="Redaction"/> empties: what is redacted in a body must not come back as its code.</remarks>
    public static bool IsAuthorizationCode(ReadOnlySpan<char> text, int from)
    {
        const string name = "code";
        var start = from - name.Length;
        if (start < 0 || from >= text.Length || text[from] != '=' || !text[start..from].SequenceEqual(name)
            || (start > 0 && text[start - 1] is not ('?' or '&') && !char.IsWhiteSpace(text[start - 1])))
        {
            return false;
        }

        return text[Value(text, from)].TrimStart('-').ContainsAnyExceptInRange('0', '9');
    }

    /// <summary>The numbers of a list, or the one number.</summary>
    public static IEnumerable<string> Numbers(string text, int from)
    {
        var value = Value(text, from);
        for (var at = value.Start.Value; at < text.Length && char.IsAsciiDigit(text[at]);)
        {
            var stop = at;
            while (stop < text.Length && char.IsAsciiDigit(text[stop]))
            {
                stop++;
            }

            yield return text[at..stop];
            at = stop;
            while (at < text.Length && text[at] is ' ' or ',' or '"' or '\'')
            {
                at++;
            }
        }
    }

    /// <summary>A time to wait, in seconds, in a field or in a sentence.</summary>
    public static TimeSpan? Seconds(ReadOnlySpan<char> text, int from)
    {
        var rest = text[from..].TrimStart(" \"':=(\\");
        var digits = 0;
        while (digits < rest.Length && digits < 6 && char.IsAsciiDigit(rest[digits]))
        {
            digits++;
        }

        if (digits == 0 || !int.TryParse(rest[..digits], NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            return null;
        }

        var unit = rest[digits..].TrimStart(" \"'");
        return unit.StartsWith("min", StringComparison.Ordinal) ? TimeSpan.FromMinutes(number)
            : unit.StartsWith("ms", StringComparison.Ordinal) || unit.StartsWith("milli", StringComparison.Ordinal) ? TimeSpan.FromMilliseconds(number)
            : unit.StartsWith("hour", StringComparison.Ordinal) ? TimeSpan.FromHours(number)
            : TimeSpan.FromSeconds(number);
    }
}
