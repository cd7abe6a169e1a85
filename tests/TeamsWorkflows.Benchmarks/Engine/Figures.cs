using System.Text.Json;
using System.Text.Json.Nodes;

namespace TeamsWorkflows.Benchmarks.Engine;

/// <summary>What a workload measured, as one line of JSON.</summary>
internal sealed class Figures
{
    private readonly JsonObject _figures = [];

    public Figures Add(string name, double value, int digits = 2)
    {
        _figures[name] = Math.Round(value, digits);
        return this;
    }

    public Figures Add(string name, string value)
    {
        _figures[name] = value;
        return this;
    }

    /// <summary>Adds median, 99th percentile and largest of a sample in milliseconds.</summary>
    public Figures AddTimes(string prefix, IReadOnlyCollection<double> ms)
    {
        var sorted = ms.Order().ToArray();
        return Add($"{prefix}p50_ms", At(sorted, 0.5)).Add($"{prefix}p99_ms", At(sorted, 0.99)).Add($"{prefix}max_ms", sorted[^1]);
    }

    public double this[string name] => _figures[name]!.GetValue<double>();

    public string ToJson() => _figures.ToJsonString(JsonSerializerOptions.Default);

    public static double Median(IEnumerable<double> values) => At([.. values.Order()], 0.5);

    private static double At(double[] sorted, double quantile)
        => sorted[Math.Min(sorted.Length - 1, (int)(sorted.Length * quantile))];
}
