using System.Text.Json.Serialization;

namespace TeamsWorkflows.Cases.Runbooks;

/// <summary>How one kind of failure is put right: an entry of <c>runbooks.json</c>, whose schema is <c>runbooks.schema.json</c>.</summary>
/// <param name="Id">The class of the diagnosis, and its subclass after a slash; <c>tool/</c> for pages about tools.</param>
/// <param name="Precondition">When it fits.</param>
/// <param name="Verification">How it is proved that it helped.</param>
/// <param name="Escalation">Who is asked when it does not help.</param>
/// <param name="Learn">Where to read more; null when there is nothing better than this page.</param>
public sealed record Runbook(
    string Id, string Title, string Precondition, IReadOnlyList<RunbookStep> Steps, string Verification, string Escalation, Uri? Learn = null);

/// <summary>One thing to do.</summary>
/// <param name="Id">One of its kind in the runbook. It stays when the text is said better: cases remember their ticks by it.</param>
public sealed record RunbookStep(string Id, string Text);

/// <summary>The runbooks as they are written down.</summary>
internal sealed record RunbookFile(
    [property: JsonPropertyName("$schema")] string Schema, string Version, IReadOnlyList<Runbook> Runbooks);

[JsonSourceGenerationOptions(
    System.Text.Json.JsonSerializerDefaults.Web,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(RunbookFile))]
internal sealed partial class RunbookJson : JsonSerializerContext;
