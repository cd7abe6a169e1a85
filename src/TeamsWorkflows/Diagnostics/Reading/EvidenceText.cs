using System.Buffers;
using System.Globalization;
using System.Text;

namespace TeamsWorkflows.Diagnostics.Reading;

/// <summary>Text of any surface made comparable: escapes of JSON, HTML and addresses undone, markup dropped, white space collapsed.</summary>
/// <remarks>
/// Connectors quote an answer inside a message inside a log line: the same words arrive with zero to four layers of
/// escapes. Undoing them all, in any order they may come, makes one kind of text to match; nothing is ever executed or
/// trusted for its structure. Time and memory are linear in <see cref="MaxLength"/>.
/// </remarks>
internal static class EvidenceText
{
    /// <summary>Most of a text that is read, in characters: its first and its last half of this.</summary>
    public const int MaxLength = 65_536;

    private const int MaxEscapeLayers = 4;
    private const int MaxTagLength = 2_000;

    public static string Normalise(ReadOnlySpan<char> text)
    {
        var length = Math.Min(text.Length, MaxLength + 1);
        var buffer = ArrayPool<char>.Shared.Rent(length);
        try
        {
            var chars = buffer.AsSpan(0, length);
            if (text.Length <= MaxLength)
            {
                text.CopyTo(chars);
                chars = chars[..text.Length];
            }
            else
            {
                text[..(MaxLength / 2)].CopyTo(chars);
                chars[MaxLength / 2] = ' ';
                text[^(MaxLength / 2)..].CopyTo(chars[((MaxLength / 2) + 1)..]);
            }

            return Collapse(StripMarkup(Unescape(chars)));
        }
        finally
        {
            ArrayPool<char>.Shared.Return(buffer);
        }
    }

    // In place: a decoded text is never longer.
    private static Span<char> Unescape(Span<char> text)
    {
        for (var layer = 0; layer < MaxEscapeLayers && text.ContainsAny('\\', '&', '%'); layer++)
        {
            var before = text.Length;
            text = UnescapeOnce(text);
            if (text.Length == before)
            {
                break;
            }
        }

        return text;
    }

    private static Span<char> UnescapeOnce(Span<char> text)
    {
        var to = 0;
        for (var from = 0; from < text.Length;)
        {
            var (decoded, length) = text[from] switch
            {
                '\\' => Backslash(text[from..]),
                '&' => Entity(text[from..]),
                '%' => Percent(text[from..]),
                _ => (text[from], 1),
            };
            text[to++] = decoded;
            from += length;
        }

        return text[..to];
    }

    private static (char Decoded, int Length) Backslash(ReadOnlySpan<char> text) => text.Length == 1 ? ('\\', 1) : text[1] switch
    {
        '"' or '\'' or '/' or '\\' or '&' or '<' or '>' or '[' or ']' => (text[1], 2),
        'n' or 'r' or 't' => (' ', 2),
        'u' when text.Length >= 6 && ushort.TryParse(text.Slice(2, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code)
            => ((char)code, 6),
        _ => ('\\', 1),
    };

    private static (char Decoded, int Length) Entity(ReadOnlySpan<char> text)
    {
        var end = text[..Math.Min(text.Length, 10)].IndexOf(';');
        if (end < 2)
        {
            return ('&', 1);
        }

        var name = text[1..end];
        char? decoded = name switch
        {
            "quot" => '"',
            "apos" => '\'',
            "amp" => '&',
            "lt" => '<',
            "gt" => '>',
            "nbsp" => ' ',
            _ when name[0] == '#' && name.Length > 2 && name[1] is 'x' or 'X'
                && ushort.TryParse(name[2..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var hex) => (char)hex,
            _ when name[0] == '#' && ushort.TryParse(name[1..], NumberStyles.None, CultureInfo.InvariantCulture, out var number) => (char)number,
            _ => null,
        };
        return decoded is { } c ? (c, end + 1) : ('&', 1);
    }

    // A byte, or the bytes of one character of UTF-8; what is neither stays as it is.
    private static (char Decoded, int Length) Percent(ReadOnlySpan<char> text)
    {
        Span<byte> bytes = stackalloc byte[3];
        var count = 0;
        while (count < bytes.Length && text.Length >= (count + 1) * 3 && text[count * 3] == '%'
            && byte.TryParse(text.Slice((count * 3) + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out bytes[count]))
        {
            count++;
        }

        return Rune.DecodeFromUtf8(bytes[..count], out var rune, out var used) == OperationStatus.Done && rune.IsBmp && rune.Value != 0x7f
            ? (rune.Value < ' ' ? ' ' : (char)rune.Value, used * 3)
            : ('%', 1);
    }

    private static Span<char> StripMarkup(Span<char> text)
    {
        if (!LooksLikeMarkup(text))
        {
            return text;
        }

        var to = 0;
        for (var from = 0; from < text.Length; from++)
        {
            var end = text[from] == '<' ? text.Slice(from, Math.Min(MaxTagLength, text.Length - from)).IndexOf('>') : -1;
            text[to++] = end > 0 ? ' ' : text[from];
            from += Math.Max(end, 0);
        }

        return text[..to];
    }

    private static bool LooksLikeMarkup(ReadOnlySpan<char> text)
        => text.Contains("</", StringComparison.Ordinal)
            && (text.Contains("<html", StringComparison.OrdinalIgnoreCase)
                || text.Contains("<body", StringComparison.OrdinalIgnoreCase)
                || text.Contains("<title", StringComparison.OrdinalIgnoreCase)
                || text.Contains("<h1", StringComparison.OrdinalIgnoreCase)
                || text.Contains("<p>", StringComparison.OrdinalIgnoreCase)
                || text.Contains("<div", StringComparison.OrdinalIgnoreCase));

    private static string Collapse(Span<char> text)
    {
        var to = 0;
        for (var from = 0; from < text.Length; from++)
        {
            var c = Plain(text[from], to > 0 ? text[to - 1] : ' ', from + 1 < text.Length ? text[from + 1] : ' ');
            if (c == '\0' || (c == ' ' && to > 0 && text[to - 1] == ' '))
            {
                continue;
            }

            text[to++] = c;
        }

        return new string(text[..to]);
    }

    private static char Plain(char c, char before, char after) => c switch
    {
        '\u2018' or '\u2019' or '\u201a' or '\u201b' or '`' or '\u00b4' => '\'',
        '\u201c' or '\u201d' or '\u201e' or '\u00ab' or '\u00bb' => '"',
        '\u2010' or '\u2011' or '\u2012' or '\u2013' or '\u2014' => '-',
        '\u200b' or '\u200c' or '\u200d' or '\u2060' or '\ufeff' or '\u00ad' => '\0',
        '+' when (char.IsAsciiLetter(before) || before is ':' or ',' or '.' or '\'') && char.IsAsciiLetterOrDigit(after) => ' ', // form encoding
        _ when c < ' ' || char.IsWhiteSpace(c) => ' ',
        _ => c,
    };
}
