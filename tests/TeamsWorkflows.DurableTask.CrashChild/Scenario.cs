using System.Globalization;

namespace TeamsWorkflows.DurableTask.CrashChild;

/// <summary>What is done with one instance, from its start to its end and beyond; the number in its identifier says what.</summary>
internal sealed record Scenario(int Number)
{
    private const string Prefix = "s";

    private static readonly (string Orchestrator, string? Output)[] Kinds =
    [
        ("sequence", "4"), ("fan", "7"), ("parent", "13"), ("timer", "2"), ("events", null), ("generations", null), ("retries", "3"),
        ("mended", "3"), ("sequence", "4"), ("relay", "3"),
    ];

    public string Id => string.Create(CultureInfo.InvariantCulture, $"{Prefix}{Number}");

    public string Orchestrator => Kinds[Number % Kinds.Length].Orchestrator;

    /// <summary>Gets what it returns, as JSON; null: that depends on its events.</summary>
    public string? Output => Kinds[Number % Kinds.Length].Output;

    public bool TakesEvents => Output is null;

    public bool FailsAtFirst => Orchestrator == "mended";

    public bool IsPurged => Number % Kinds.Length == 8;

    /// <summary>Gets the identifiers of the instances that it makes itself, and what they return.</summary>
    public IReadOnlyList<(string Id, string Output)> Others => Orchestrator switch
    {
        "parent" => [($"{Id}.0", "4"), ($"{Id}.1", "4"), ($"{Id}.2", "4")],
        "relay" => [($"{Id}.c", "\"0,1,2\"")],
        _ => [],
    };

    public static Scenario Of(string id) => new(int.Parse(id[Prefix.Length..], CultureInfo.InvariantCulture));
}
