using System.Collections;
using System.Globalization;
using TeamsWorkflows.Diagnostics.Reading;

namespace TeamsWorkflows.Diagnostics.Rules;

/// <summary>A rule of the rules file, ready to be asked.</summary>
internal sealed class Rule
{
    private readonly FailureSurface[] _surfaces;
    private readonly StatusPattern[] _statuses;
    private readonly string[] _errors;
    private readonly string[] _suberrors;
    private readonly string[] _aadsts;
    private readonly int[] _codes;
    private readonly int[] _says;
    private readonly int[] _and;
    private readonly int[] _not;
    private readonly BodyKind[] _bodies;
    private readonly TokenFinding[] _tokens;
    private readonly bool _isChallenged;

    /// <exception cref="InvalidOperationException">The rule cannot be read.</exception>
    public Rule(RuleEntry entry, Verdict verdict, Func<string, int> phrase, Func<string, int> code)
    {
        var when = entry.When;
        (Id, Rank, Verdict, Confidence) = (entry.Id, entry.Rank, verdict, entry.Confidence ?? verdict.Confidence);
        _surfaces = [.. (when.Surface ?? []).Select(s => FailureVocabulary.ParseSurface(s) ?? throw Wrong(s))];
        _statuses = [.. (when.Status ?? []).Select(StatusPattern.Parse)];
        (_errors, _suberrors, _aadsts) = ([.. when.Error ?? []], [.. when.SubError ?? []], [.. when.Aadsts ?? []]);
        _codes = [.. (when.Code ?? []).Select(code)];
        (_says, _and, _not) = ([.. (when.Says ?? []).Select(phrase)], [.. (when.And ?? []).Select(phrase)], [.. (when.Not ?? []).Select(phrase)]);
        _bodies = [.. (when.Body ?? []).Select(b => Enum.TryParse<BodyKind>(b, ignoreCase: true, out var kind) ? kind : throw Wrong(b))];
        _tokens = [.. (when.Token ?? []).Select(t => Enum.TryParse<TokenFinding>(t.Replace("-", "", StringComparison.Ordinal), ignoreCase: true, out var finding) ? finding : throw Wrong(t))];
        _isChallenged = when.Challenge ?? false;
    }

    public string Id { get; }

    public int Rank { get; }

    public Verdict Verdict { get; }

    public double Confidence { get; }

    public bool Fires(Facts facts)
        => (_says.Length == 0 || First(_says, facts.Phrases) >= 0)
            && (_codes.Length == 0 || First(_codes, facts.KnownCodes) >= 0)
            && (_statuses.Length == 0 || StatusPattern.Match(_statuses, facts.Status))
            && (_surfaces.Length == 0 || _surfaces.Contains(facts.Surface))
            && (_errors.Length == 0 || _errors.Contains(facts.Error ?? "none", StringComparer.Ordinal))
            && (_suberrors.Length == 0 || (facts.SubError is { } suberror && _suberrors.Contains(suberror, StringComparer.Ordinal)))
            && (_aadsts.Length == 0 || (facts.Aadsts.Count > 0 && HasNumber(facts)))
            && (_and.Length == 0 || First(_and, facts.Phrases) >= 0)
            && (_bodies.Length == 0 || _bodies.Contains(facts.Body))
            && (_tokens.Length == 0 || _tokens.Contains(facts.Token))
            && (!_isChallenged || facts.IsChallenged)
            && First(_not, facts.Phrases) < 0;

    /// <summary>What it fired on, in words.</summary>
    public string Describe(Facts facts, RuleBook book)
    {
        List<string> parts = [];
        Add(_statuses.Length > 0 && facts.Status is not null, () => facts.IsStatusFromText ? $"status {facts.Status} in the text" : $"status {facts.Status}");
        Add(_errors.Length > 0 && facts.Error is not null, () => $"error {facts.Error}");
        Add(_suberrors.Length > 0, () => $"suberror {facts.SubError}");
        Add(_aadsts.Length > 0, () => "AADSTS" + (_aadsts.Intersect(facts.Aadsts, StringComparer.Ordinal).FirstOrDefault() ?? facts.Aadsts[0]));
        Add(_codes.Length > 0, () => $"code {book.Code(First(_codes, facts.KnownCodes))}");
        Add(_says.Length > 0, () => $"\"{book.Phrase(First(_says, facts.Phrases))}\"");
        Add(_and.Length > 0, () => $"\"{book.Phrase(First(_and, facts.Phrases))}\"");
        Add(_bodies.Length > 0, () => $"{facts.Body} body".ToLowerInvariant());
        Add(_tokens.Length > 0, () => $"token claims: {facts.Token}");
        Add(_isChallenged, () => "a claims challenge");
        Add(parts.Count == 0 && facts.Status is null, () => "no status");
        Add(parts.Count == 0, () => $"status {facts.Status}");
        return string.Join(", ", parts);

        void Add(bool applies, Func<string> text)
        {
            if (applies)
            {
                parts.Add(text());
            }
        }
    }

    // "unknown" and families such as "530*" stand for numbers that the table does not have: with one that it has, the table decides.
    private bool HasNumber(Facts facts)
        => _aadsts.Intersect(facts.Aadsts, StringComparer.Ordinal).Any()
            || (facts.IsNumberUnknown && _aadsts.Any(a => a == "unknown" || (a.EndsWith('*') && IsOfFamily(facts.Aadsts[0], a))));

    private static bool IsOfFamily(string number, string family)
        => number.Length > family.Length && number.StartsWith(family[..^1], StringComparison.Ordinal);

    private static int First(int[] wanted, BitArray marks)
    {
        foreach (var index in wanted)
        {
            if (marks[index])
            {
                return index;
            }
        }

        return -1;
    }

    private InvalidOperationException Wrong(string word) => new($"The rule '{Id}' does not know '{word}'.");
}

/// <summary>A status, a hundred of them (<c>5xx</c>), none at all, or the reverse of one (<c>!429</c>).</summary>
internal readonly record struct StatusPattern(int? From, int? To, bool IsReverse)
{
    /// <exception cref="InvalidOperationException">It is none of these.</exception>
    public static StatusPattern Parse(string text)
    {
        var (isReverse, word) = text.StartsWith('!') ? (true, text[1..]) : (false, text);
        if (word == "none")
        {
            return new(null, null, isReverse);
        }

        if (word.Length == 3 && word.EndsWith("xx", StringComparison.Ordinal) && char.IsAsciiDigit(word[0]))
        {
            return new((word[0] - '0') * 100, ((word[0] - '0') * 100) + 99, isReverse);
        }

        return int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var status)
            ? new(status, status, isReverse)
            : throw new InvalidOperationException($"'{text}' is no status.");
    }

    /// <summary>No reverse one may hold, and of the others one must.</summary>
    public static bool Match(StatusPattern[] patterns, int? status)
    {
        var (isWanted, isAny) = (false, true);
        foreach (var pattern in patterns)
        {
            if (pattern.IsReverse && pattern.Holds(status))
            {
                return false;
            }

            (isWanted, isAny) = (isWanted || (!pattern.IsReverse && pattern.Holds(status)), isAny && pattern.IsReverse);
        }

        return isWanted || isAny;
    }

    private bool Holds(int? status) => From is null ? status is null : status >= From && status <= To;
}
