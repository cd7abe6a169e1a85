using System.Text.Json;

namespace TeamsWorkflows.Cases.Runbooks;

/// <summary>The runbooks that ship with this release.</summary>
public static class RunbookShelf
{
    /// <summary>The runbook of a connection whose sign-ins never last.</summary>
    public const string ReconnectLoop = "refresh-broken/reconnect-loop";

    private static readonly Lazy<RunbookFile> Shipped = new(Load);

    private static readonly Lazy<Dictionary<string, Runbook>> ById = new(
        static () => Shipped.Value.Runbooks.ToDictionary(static r => r.Id, StringComparer.Ordinal));

    /// <summary>Gets the edition: it changes with every change of a runbook.</summary>
    public static string Version => Shipped.Value.Version;

    public static IReadOnlyList<Runbook> All => Shipped.Value.Runbooks;

    /// <returns>Null when there is none of that name.</returns>
    public static Runbook? Find(string? id) => id is null ? null : ById.Value.GetValueOrDefault(id);

    private static RunbookFile Load()
    {
        using var stream = typeof(RunbookShelf).Assembly.GetManifestResourceStream("runbooks.json")!;
        return JsonSerializer.Deserialize(stream, RunbookJson.Default.RunbookFile)!;
    }
}
