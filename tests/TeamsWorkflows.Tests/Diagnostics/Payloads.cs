using TeamsWorkflows.Diagnostics;

namespace TeamsWorkflows.Tests.Diagnostics;

/// <summary>Failures as people posted them (failures.jsonl) and as we wrote them down (own-*.jsonl), with their labels.</summary>
internal static class Payloads
{
    public static readonly DateTimeOffset Noon = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    public static IReadOnlyList<FailureRecord> All { get; } = [.. new[] { "failures", "own-a", "own-b", "own-c", "own-d", "own-e", "own-f", "own-g" }.SelectMany(Read)];

    public static string Path(string name) => System.IO.Path.Combine(AppContext.BaseDirectory, "Diagnostics", "Payloads", $"{name}.jsonl");

    public static IReadOnlyList<FailureRecord> Read(string name) => [.. File.ReadLines(Path(name)).Select(l => FailureRecord.Read(l, Noon).Record!)];
}
