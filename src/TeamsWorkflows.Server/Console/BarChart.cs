namespace TeamsWorkflows.Server.Console;

/// <summary>Counts over time, by colour and word; drawn as stacked bars, with a table behind.</summary>
/// <param name="Series">What is counted, from the bottom up.</param>
/// <param name="Buckets">Spans of time, the earliest first, each with as many counts as there are series.</param>
public sealed record BarChart(IReadOnlyList<Tone> Series, IReadOnlyList<ChartBucket> Buckets)
{
    public int Total => Buckets.Sum(static b => b.Total);

    /// <summary>Gets the height of the highest bar, at least 1.</summary>
    public int Highest => Math.Max(1, Buckets.Count == 0 ? 1 : Buckets.Max(static b => b.Total));
}

/// <param name="Address">What to open for that span; null: nothing.</param>
public sealed record ChartBucket(DateTimeOffset From, DateTimeOffset To, IReadOnlyList<int> Counts, string? Address = null)
{
    public int Total => Counts.Sum();
}
