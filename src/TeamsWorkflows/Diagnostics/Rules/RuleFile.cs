using System.Text.Json.Serialization;

namespace TeamsWorkflows.Diagnostics.Rules;

/// <summary>The rules as they are written down: <c>rules.json</c>, whose schema is <c>rules.schema.json</c>.</summary>
internal sealed record RuleFile(
    [property: JsonPropertyName("$schema")] string Schema,
    string Version,
    IReadOnlyDictionary<string, VerdictEntry> Verdicts,
    IReadOnlyList<RuleEntry> Rules);

/// <summary>A verdict that rules and numbers can give, in the taxonomy's words.</summary>
internal sealed record VerdictEntry(
    string Layer,
    string Class,
    string? Subclass,
    string Retry,
    string Action,
    double Confidence,
    string Summary,
    string WouldChange,
    string Runbook,
    bool MayRenewSilently = false);

/// <param name="Rank">Of the rules that fire, the highest decides: see docs/diagnosis.md.</param>
/// <param name="Then">The name of a verdict.</param>
/// <param name="Confidence">In place of the verdict's own.</param>
internal sealed record RuleEntry(string Id, int Rank, string Then, double? Confidence, RuleCondition When);

/// <summary>All that is given must hold; of each list, one entry.</summary>
internal sealed record RuleCondition(
    IReadOnlyList<string>? Surface = null,
    IReadOnlyList<string>? Status = null,
    IReadOnlyList<string>? Error = null,
    [property: JsonPropertyName("suberror")] IReadOnlyList<string>? SubError = null,
    IReadOnlyList<string>? Aadsts = null,
    IReadOnlyList<string>? Code = null,
    IReadOnlyList<string>? Says = null,
    IReadOnlyList<string>? And = null,
    IReadOnlyList<string>? Not = null,
    IReadOnlyList<string>? Body = null,
    IReadOnlyList<string>? Token = null,
    bool? Challenge = null);

/// <summary>The numbers of Entra as they are written down: <c>aadsts.json</c>.</summary>
/// <param name="Wrappers">Numbers that only introduce another one.</param>
internal sealed record NumberFile(
    [property: JsonPropertyName("$schema")] string Schema,
    string Version,
    IReadOnlyList<string> Wrappers,
    IReadOnlyDictionary<string, NumberEntry> Codes);

internal sealed record NumberEntry(string Verdict, string Means);

[JsonSourceGenerationOptions(
    System.Text.Json.JsonSerializerDefaults.Web,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(RuleFile))]
[JsonSerializable(typeof(NumberFile))]
internal sealed partial class RuleJson : JsonSerializerContext;
