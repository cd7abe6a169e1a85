using System.Buffers;
using System.Collections;
using System.Globalization;
using System.Text;
using TeamsWorkflows.Diagnostics.Rules;

namespace TeamsWorkflows.Diagnostics.Reading;

/// <summary>Evidence of any surface to <see cref="Facts"/>. Total: whatever the bytes are, there are facts, in bounded time.</summary>
internal sealed class EvidenceReader(RuleBook rules)
{
    private const int MaxCodes = 8;
    private const int MaxCodeLength = 56;

    private static readonly string[] TellingHeaders = ["WWW-Authenticate", "x-ms-diagnostics", "x-ms-error-code", "x-ms-failure-cause", "Proxy-Authenticate"];
    private static readonly SearchValues<char> CodeLetters = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_");
    private static readonly TimeSpan LongestWait = TimeSpan.FromDays(1);

    public Facts Read(FailureEvidence evidence)
    {
        var text = EvidenceText.Normalise(Compose(evidence));
        var lower = text.ToLowerInvariant();
        var found = new Findings(rules, text, lower);
        rules.Matcher.Match(lower, found.Phrases, found.OnMatch);
        found.ReadAadsts(evidence.ErrorCodes);
        var (status, isFromText) = EffectiveStatus(evidence, lower, found);
        var challenge = ClaimsChallenge.Read(Header(evidence, "WWW-Authenticate"));
        var (hasWait, wait) = RetryAfter(evidence, found.RetryAfter);
        var codes = Codes(evidence, found);
        return new()
        {
            Surface = evidence.Surface,
            Status = status,
            IsStatusFromText = isFromText,
            Aadsts = found.Aadsts,
            IsNumberUnknown = found.Aadsts.Count > 0 && !found.Aadsts.Any(rules.IsAadsts),
            Error = evidence.Error?.ToLowerInvariant() ?? found.Error,
            SubError = evidence.SubError?.ToLowerInvariant() ?? found.SubError,
            Codes = codes,
            KnownCodes = rules.MarkCodes(codes),
            Phrases = found.Phrases,
            Body = KindOf(evidence.Body, lower),
            IsChallenged = evidence.Claims is not null || challenge is not null,
            Claims = evidence.Claims ?? challenge,
            HasRetryAfter = hasWait,
            RetryAfter = wait,
            Token = TokenComparison.Compare(evidence),
        };
    }

    private static string Compose(FailureEvidence evidence)
    {
        var body = evidence.Body ?? "";
        if (evidence.Exception is null && evidence.Headers.Count == 0)
        {
            return body;
        }

        var text = new StringBuilder(Cut(evidence.Exception ?? "")).Append(evidence.Exception is null ? "" : " | ").Append(body);
        foreach (var name in TellingHeaders)
        {
            if (Header(evidence, name) is { Length: > 0 } value)
            {
                text.Append(" | ").Append(Cut(value));
            }
        }

        return text.ToString();
    }

    private static string Cut(string text) => text.Length <= EvidenceText.MaxLength / 8 ? text : text[..(EvidenceText.MaxLength / 8)];

    private static string? Header(FailureEvidence evidence, string name)
    {
        if (evidence.Headers.TryGetValue(name, out var value))
        {
            return value;
        }

        foreach (var (key, other) in evidence.Headers)
        {
            if (string.Equals(key, name, StringComparison.OrdinalIgnoreCase))
            {
                return other;
            }
        }

        return null;
    }

    // A success can bury a failure in its body, a tool's gateway wraps another's refusal in its own 502, and a message has no status but the one it tells of.
    private static (int? Status, bool IsFromText) EffectiveStatus(FailureEvidence evidence, string lower, Findings found)
    {
        if (evidence is { Surface: FailureSurface.ConnectorMessage, Status: >= 500 } && Wrapped(lower) is { } refusal)
        {
            return (refusal, true);
        }

        if (evidence.Status is { } status && status is not (>= 200 and < 300))
        {
            return (status, false);
        }

        var told = found.Aadsts.Count > 0 ? null : StatusReader.Read(lower);
        return told is null ? (evidence.Status, false) : (told, true);
    }

    private static int? Wrapped(string lower)
        => lower.IndexOf("innererror", StringComparison.Ordinal) is >= 0 and var inner && StatusReader.Read(lower.AsSpan(inner)) is { } status and < 500 ? status : null;

    private static (bool HasWait, TimeSpan? Wait) RetryAfter(FailureEvidence evidence, TimeSpan? told)
    {
        if (evidence.RetryAfter is { } parsed)
        {
            return (true, Bounded(parsed));
        }

        if (Header(evidence, "Retry-After") is not { Length: > 0 } header)
        {
            return (told is not null, told is null ? null : Bounded(told.Value));
        }

        if (double.TryParse(header, NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds) && double.IsFinite(seconds))
        {
            return (true, Bounded(TimeSpan.FromSeconds(Math.Clamp(seconds, 0, LongestWait.TotalSeconds))));
        }

        var now = Date(Header(evidence, "Date")) ?? evidence.At;
        return Date(header) is { } until ? (true, Bounded(until - now)) : (false, null);
    }

    private static DateTimeOffset? Date(string? header)
        => DateTimeOffset.TryParse(header, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var date) ? date : null;

    private static TimeSpan Bounded(TimeSpan wait) => wait < TimeSpan.Zero ? TimeSpan.Zero : wait > LongestWait ? LongestWait : wait;

    private static IReadOnlyList<string> Codes(FailureEvidence evidence, Findings found)
        => evidence.Error is { } error && !found.Codes.Contains(error, StringComparer.OrdinalIgnoreCase) ? [.. found.Codes, error] : found.Codes;

    // What is quoted counts: a page in JSON is a page, and a service's answer in a page or in a message is that answer.
    private static BodyKind KindOf(string? body, string lower)
    {
        var text = body.AsSpan().TrimStart(" \r\n\t\ufeff");
        var start = text[..Math.Min(text.Length, 1_000)];
        return text.IsEmpty ? QuotesAnswer(lower) ? BodyKind.Json : BodyKind.Empty
            : text[0] is '{' or '[' ? QuotesPage(start) ? BodyKind.Html : BodyKind.Json
            : QuotesAnswer(lower) ? BodyKind.Json
            : text[0] == '<' && start.Contains("html", StringComparison.OrdinalIgnoreCase) ? BodyKind.Html
            : BodyKind.Text;
    }

    private static bool QuotesPage(ReadOnlySpan<char> start)
        => start.Contains("<html", StringComparison.OrdinalIgnoreCase) || start.Contains("u003chtml", StringComparison.OrdinalIgnoreCase);

    private static bool QuotesAnswer(string lower)
        => lower.Contains("{\"error\"", StringComparison.Ordinal) || lower.Contains("{ \"error\"", StringComparison.Ordinal)
            || lower.Contains("{'error'", StringComparison.Ordinal);

    /// <summary>What one pass over a text has found so far.</summary>
    private sealed class Findings
    {
        private readonly RuleBook _rules;
        private readonly string _text;
        private readonly string _lower;
        private readonly List<string> _listed = []; // numbers in error_codes
        private readonly List<string> _bare = []; // numbers behind a field's name or an error, without AADSTS
        private readonly List<string> _codes = [];
        private string? _named; // error=...
        private string? _mentioned;

        public Findings(RuleBook rules, string text, string lower)
        {
            (_rules, _text, _lower) = (rules, text, lower);
            Phrases = new BitArray(rules.Matcher.Count);
            OnMatch = Read;
        }

        public BitArray Phrases { get; }

        public Action<int, int> OnMatch { get; }

        public string? Error => _named ?? _mentioned;

        public string? SubError { get; private set; }

        public IReadOnlyList<string> Codes => _codes;

        public IReadOnlyList<string> Aadsts { get; private set; } = [];

        public TimeSpan? RetryAfter { get; private set; }

        public void ReadAadsts(IReadOnlyList<string> parsed)
        {
            List<string> all = [.. parsed.Where(IsNumber), .. _listed];
            for (var at = 0; at < _lower.Length && _lower.AsSpan(at).IndexOf("aadsts", StringComparison.Ordinal) is >= 0 and var found;)
            {
                at += found + "aadsts".Length;
                var rest = _lower.AsSpan(at, Math.Min(14, _lower.Length - at));
                var digits = rest.TrimStart(" _:-#.");
                var length = digits.IndexOfAnyExceptInRange('0', '9');
                length = length < 0 ? digits.Length : length;
                if (length is >= 4 and <= 9)
                {
                    all.Add(digits[..length].ToString());
                }
            }

            all.AddRange(_bare);
            Aadsts = all.Count == 0 ? [] : [.. all.Distinct(StringComparer.Ordinal).Take(MaxCodes)];
        }

        private static bool IsNumber(string text) => text.Length is >= 4 and <= 9 && text.All(char.IsAsciiDigit);

        private void Read(int phrase, int end)
        {
            if (_rules.ErrorOf(phrase) is { } error)
            {
                _mentioned ??= error;
                AddBare(end);
            }

            switch (_rules.FieldOf(phrase))
            {
                case FieldReader.Field.Error:
                    ReadError(FieldReader.Value(_lower, end));
                    break;
                case FieldReader.Field.SubError:
                    var suberror = _lower[FieldReader.Value(_lower, end)];
                    SubError ??= suberror.Length is 0 || suberror == "null" ? null : suberror;
                    break;
                case FieldReader.Field.Code:
                    if (!FieldReader.IsAuthorizationCode(_lower, end))
                    {
                        ReadCode(FieldReader.Value(_lower, end));
                        AddBare(end);
                    }

                    break;
                case FieldReader.Field.Numbers:
                    _listed.AddRange(FieldReader.Numbers(_lower, end).Where(IsNumber).Take(MaxCodes - Math.Min(MaxCodes, _listed.Count)));
                    break;
                case FieldReader.Field.RetryAfter:
                    RetryAfter ??= FieldReader.Seconds(_lower, end);
                    break;
            }
        }

        private void ReadError(Range value)
        {
            var error = _lower[value];
            if (_rules.IsError(error))
            {
                _named ??= error;
            }
            else if (value.Start.Value > 0 && _lower[value.Start.Value - 1] is '"' or '\'')
            {
                ReadCode(value);
            }
        }

        private void ReadCode(Range value)
        {
            var code = _text[value];
            if (_codes.Count < MaxCodes && IsCode(code) && !_codes.Contains(code, StringComparer.OrdinalIgnoreCase))
            {
                _codes.Add(code);
            }
        }

        // A word: an authorization code, which also stands behind "code", mixes letters and digits.
        private static bool IsCode(string code)
        {
            var word = code.AsSpan().TrimEnd("0123456789");
            return word.Length is >= 3 and <= MaxCodeLength && code.Length - word.Length <= 8
                && char.IsAsciiLetter(word[0]) && !word.ContainsAnyExcept(CodeLetters)
                && code is not ("null" or "true" or "false" or "code" or "message");
        }

        // "Sign-in error code: 90095", "invalid_grant: 50173 - [...]": only numbers that mean something are taken.
        private void AddBare(int end)
        {
            if (_bare.Count < MaxCodes)
            {
                _bare.AddRange(FieldReader.Numbers(_lower, end).Take(1).Where(_rules.IsAadsts));
            }
        }
    }
}
