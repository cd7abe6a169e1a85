using System.Text.Json;

namespace TeamsWorkflows.Benchmarks.Peers;

/// <summary>One figure that is compared, where it stands in whose output, and what is wanted.</summary>
/// <param name="Workload">Ours.</param>
/// <param name="Ours">The name in our line.</param>
/// <param name="PeerWorkload">What the peers' harness calls the group it belongs to.</param>
/// <param name="Label">How the peers' lines begin that carry it.</param>
/// <param name="Theirs">Reads it from such a line; null: the line does not have it.</param>
/// <param name="LargerIsBetter">Whether the best is the largest.</param>
/// <param name="Goal">What the ratio to the best peer must be: at most, or at least when larger is better.</param>
internal sealed record Comparison(
    string Workload,
    string Ours,
    string PeerWorkload,
    string Label,
    Func<JsonElement, double?> Theirs,
    bool LargerIsBetter,
    double Goal)
{
    private const double MiB = 1024 * 1024;

    public static readonly Comparison[] All =
    [
        new("W1a", "p50_ms", "W1", "W1a latency", Field("p50"), false, 1.0 / 3),
        new("W1b", "workflows_per_s", "W1", "W1b throughput", Field("wf_s"), true, 10),
        new("W2", "p50_ms", "W2", "W2 fan-out", Field("p50"), false, 1.0 / 50),
        new("W3a", "p50_ms", "W3", "W3a", Field("p50"), false, 1.0 / 10),
        new("W3b", "signal_all_to_all_done_s", "W3", "W3b signal all", static e => Field("all_done")(e) / 1_000, false, 1.0 / 20),
        new("W3b", "bytes_per_instance", "W3", "W3b 5000 waiting", BytesPerInstance, false, 1),
        new("W4", "p50_ms", "W4", "W4 lateness", Field("p50"), false, 1),
        new("W4", "p99_ms", "W4", "W4 lateness", Field("p99"), false, 1),
        new("W5", "process_start_to_done_ms", "W5", "W5 kill -9", Field("all_done_ms"), false, 1),
    ];

    public double Best(IEnumerable<double> values) => LargerIsBetter ? values.Max() : values.Min();

    public bool IsMet(double ratio) => LargerIsBetter ? ratio >= Goal : ratio <= Goal;

    private static Func<JsonElement, double?> Field(string name)
        => e => e.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number ? value.GetDouble() : null;

    private static double? BytesPerInstance(JsonElement e)
    {
        if (!e.TryGetProperty("before", out var before) || !e.TryGetProperty("after", out var after))
        {
            return null;
        }

        static double Sum(JsonElement parts) => parts.EnumerateObject().Sum(static p => p.Value.GetDouble());
        return (Sum(after) - Sum(before)) * MiB / 5_000;
    }
}
