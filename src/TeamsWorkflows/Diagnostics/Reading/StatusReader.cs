using System.Globalization;

namespace TeamsWorkflows.Diagnostics.Reading;

/// <summary>Finds the HTTP status that a text reports: <c>HTTP error 413</c>, <c>(403) Forbidden</c>, <c>statusCode: 429</c>.</summary>
internal static class StatusReader
{
    private static readonly string[] Before =
    [
        "http", "status", "code", "statuscode", "error", "returned", "response", "responded", "failed with", "received", "got", "http/1.1", "http/1.0", "http/2",
        "http/2.0", "error code", "err", "message", "erreur", "fehler", "exception", "answered", "with",
    ];

    private static readonly (string Words, int Status)[] Reasons =
    [
        ("bad request", 400), ("badrequest", 400), ("unauthorized", 401), ("payment required", 402), ("paymentrequired", 402), ("forbidden", 403),
        ("not found", 404), ("notfound", 404), ("method not allowed", 405), ("methodnotallowed", 405), ("not acceptable", 406),
        ("proxy authentication required", 407), ("proxyauthenticationrequired", 407), ("request timeout", 408), ("requesttimeout", 408), ("conflict", 409), ("gone", 410),
        ("precondition failed", 412), ("preconditionfailed", 412), ("payload too large", 413), ("request entity too large", 413),
        ("requestentitytoolarge", 413), ("unsupported media type", 415), ("unsupportedmediatype", 415), ("unprocessable", 422), ("locked", 423),
        ("too many requests", 429), ("toomanyrequests", 429), ("internal server error", 500), ("internalservererror", 500), ("not implemented", 501),
        ("bad gateway", 502), ("badgateway", 502), ("service unavailable", 503), ("serviceunavailable", 503),
        ("service temporarily unavailable", 503), ("server too busy", 503), ("gateway timeout", 504), ("gateway time-out", 504), ("gatewaytimeout", 504),
    ];

    /// <param name="text">In lower case, white space collapsed.</param>
    /// <returns>The first status of a failure; null when the text reports none.</returns>
    public static int? Read(ReadOnlySpan<char> text) => Number(text) ?? Name(text);

    private static int? Number(ReadOnlySpan<char> text)
    {
        for (var i = 0; i + 3 <= text.Length; i++)
        {
            if (text[i] is not ('4' or '5') || !char.IsAsciiDigit(text[i + 1]) || !char.IsAsciiDigit(text[i + 2])
                || (i > 0 && IsPartOfNumber(text[i - 1])) || (i + 3 < text.Length && IsPartOfNumber(text[i + 3])))
            {
                continue;
            }

            var status = int.Parse(text.Slice(i, 3), CultureInfo.InvariantCulture);
            if (status is (< 432 or (>= 500 and < 512)) && IsNamed(text, i, status))
            {
                return status;
            }
        }

        return null;
    }

    private static bool IsPartOfNumber(char c) => char.IsLetterOrDigit(c) || c is '-' or '_' or '/' or '@' or '#' or '%';

    private static bool IsNamed(ReadOnlySpan<char> text, int at, int status)
    {
        var after = text[(at + 3)..].TrimStart(" -:=)],'\"(");
        foreach (var (words, of) in Reasons)
        {
            if (of == status && after.StartsWith(words, StringComparison.Ordinal))
            {
                return true;
            }
        }

        if (at == 0 && (text.Length == 3 || text[3] is ' ' or ':'))
        {
            return true;
        }

        var before = text[..at];
        var bare = before.TrimEnd(" '\"=:([{,#");
        if (bare.Length < before.Length && (at < 2 || before[^1] is '(' or '[') && at + 3 < text.Length && text[at + 3] is ')' or ']')
        {
            return true;
        }

        if (at >= 2 && text[at - 1] == '.' || bare.Length == before.Length)
        {
            return false;
        }

        foreach (var word in Before)
        {
            if (bare.EndsWith(word, StringComparison.Ordinal)
                && (bare.Length == word.Length || !char.IsLetterOrDigit(bare[^(word.Length + 1)]) || word is "status" or "code"))
            {
                return true;
            }
        }

        return false;
    }

    // "Status Code: Forbidden", "an invalid status code 'NotFound'", "HttpStatus: 'BadRequest'".
    private static int? Name(ReadOnlySpan<char> text)
    {
        var from = 0;
        while (text[from..].IndexOf("status", StringComparison.Ordinal) is >= 0 and var found)
        {
            from += found + "status".Length;
            var rest = text[from..].TrimStart("_ ");
            rest = rest.StartsWith("code", StringComparison.Ordinal) ? rest[4..] : rest;
            var value = rest.TrimStart(" :='\"(\\");
            if (value.Length == rest.Length)
            {
                continue;
            }

            foreach (var (words, status) in Reasons)
            {
                if (value.StartsWith(words, StringComparison.Ordinal))
                {
                    return status;
                }
            }
        }

        return null;
    }
}
