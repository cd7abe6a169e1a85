using System.Collections;
using System.Text.Json;
using TeamsWorkflows.Diagnostics.Reading;

namespace TeamsWorkflows.Diagnostics.Rules;

/// <summary>The rules and numbers that ship with this release, checked and ready.</summary>
internal sealed class RuleBook
{
    private static readonly Lazy<RuleBook> Shipped = new(Load);

    private readonly List<string> _phrases = [];
    private readonly Dictionary<string, int> _phraseIds = new(StringComparer.Ordinal);
    private readonly List<string> _codes = [];
    private readonly Dictionary<string, int> _codeIds = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<string> _errors;
    private readonly string?[] _errorOf; // by phrase
    private readonly FieldReader.Field?[] _fieldOf; // by phrase
    private readonly IReadOnlyDictionary<string, NumberEntry> _numbers;

    /// <exception cref="InvalidOperationException">A rule, verdict or number cannot be right.</exception>
    public RuleBook(RuleFile file, NumberFile numbers)
    {
        Version = $"{file.Version}+{numbers.Version}";
        Verdicts = file.Verdicts.ToDictionary(v => v.Key, v => Verdict.From(v.Key, v.Value), StringComparer.Ordinal);
        _numbers = numbers.Codes;
        Wrappers = numbers.Wrappers.ToHashSet(StringComparer.Ordinal);
        foreach (var (number, entry) in _numbers)
        {
            Named(entry.Verdict, number);
        }

        Rules = [.. file.Rules.Select(r => new Rule(r, Named(r.Then, r.Id), PhraseId, CodeId)).OrderByDescending(r => r.Rank)];
        _errors = file.Rules.SelectMany(r => r.When.Error ?? []).Where(e => e != "none").ToHashSet(StringComparer.Ordinal);
        var errorPhrases = _errors.Where(e => e.Contains('_', StringComparison.Ordinal)).Select(e => (PhraseId(e), e)).ToArray();
        var fieldPhrases = FieldReader.Names.Select(n => (PhraseId(n.Name), n.Field)).ToArray();
        Matcher = new PhraseMatcher(_phrases);
        (_errorOf, _fieldOf) = (new string?[_phrases.Count], new FieldReader.Field?[_phrases.Count]);
        foreach (var (phrase, error) in errorPhrases)
        {
            _errorOf[phrase] = error;
        }

        foreach (var (phrase, field) in fieldPhrases)
        {
            _fieldOf[phrase] = field;
        }
    }

    public static RuleBook Current => Shipped.Value;

    /// <summary>Gets the edition of rules and numbers, as it is kept in traces.</summary>
    public string Version { get; }

    public IReadOnlyDictionary<string, Verdict> Verdicts { get; }

    /// <summary>Gets all rules, the highest rank first.</summary>
    public IReadOnlyList<Rule> Rules { get; }

    public PhraseMatcher Matcher { get; }

    /// <summary>Gets the numbers that only introduce another one.</summary>
    public IReadOnlySet<string> Wrappers { get; }

    public IEnumerable<string> Numbers => _numbers.Keys;

    public string Phrase(int id) => _phrases[id];

    public string Code(int id) => _codes[id];

    public string? ErrorOf(int phrase) => _errorOf[phrase];

    public FieldReader.Field? FieldOf(int phrase) => _fieldOf[phrase];

    public bool IsError(string word) => _errors.Contains(word);

    public bool IsAadsts(string number) => _numbers.ContainsKey(number);

    /// <returns>What the number means; null when it is not known.</returns>
    public (Verdict Verdict, string Means)? Number(string number)
        => _numbers.TryGetValue(number, out var entry) ? (Verdicts[entry.Verdict], entry.Means) : null;

    public BitArray MarkCodes(IReadOnlyList<string> codes)
    {
        var marks = new BitArray(_codes.Count);
        foreach (var code in codes)
        {
            if (_codeIds.TryGetValue(code, out var id))
            {
                marks[id] = true;
            }
        }

        return marks;
    }

    private static RuleBook Load() => new(
        Read("rules.json", RuleJson.Default.RuleFile), Read("aadsts.json", RuleJson.Default.NumberFile));

    private static T Read<T>(string name, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type)
    {
        using var stream = typeof(RuleBook).Assembly.GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"The resource {name} is missing from the assembly.");
        return JsonSerializer.Deserialize(stream, type) ?? throw new InvalidOperationException($"The resource {name} is empty.");
    }

    private Verdict Named(string name, string by)
        => Verdicts.GetValueOrDefault(name) ?? throw new InvalidOperationException($"'{by}' gives '{name}', which is no verdict.");

    private int PhraseId(string phrase) => Id(phrase.ToLowerInvariant(), _phrases, _phraseIds);

    private int CodeId(string code) => Id(code.ToLowerInvariant(), _codes, _codeIds);

    private static int Id(string word, List<string> words, Dictionary<string, int> ids)
    {
        if (!ids.TryGetValue(word, out var id))
        {
            ids[word] = id = words.Count;
            words.Add(word);
        }

        return id;
    }
}
