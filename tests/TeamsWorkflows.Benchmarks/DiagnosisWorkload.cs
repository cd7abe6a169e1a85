using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using TeamsWorkflows.Diagnostics;

namespace TeamsWorkflows.Benchmarks;

/// <summary>How many real failures one core diagnoses in a second, and what one verdict allocates.</summary>
internal static class DiagnosisWorkload
{
    private static readonly TimeSpan Round = TimeSpan.FromSeconds(3);

    /// <param name="file">Failures, one JSON object a line.</param>
    public static void Run(string file, int rounds)
    {
        FailureEvidence[] failures = [.. File.ReadLines(file).Select(Read)];
        for (var round = 0; round <= rounds; round++)
        {
            var (clock, count, before) = (Stopwatch.StartNew(), 0, GC.GetAllocatedBytesForCurrentThread());
            for (; clock.Elapsed < Round; count += failures.Length)
            {
                foreach (var failure in failures)
                {
                    Diagnostician.Diagnose(failure);
                }
            }

            var bytes = (GC.GetAllocatedBytesForCurrentThread() - before) / count;
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{(round == 0 ? "warm-up" : $"round {round}")}: {count / clock.Elapsed.TotalSeconds:F0} diagnoses/s, {bytes} B each, {failures.Length} different failures"));
        }
    }

    private static FailureEvidence Read(string line)
    {
        using var json = JsonDocument.Parse(line);
        var root = json.RootElement;
        var headers = root.GetProperty("headers");
        return new(FailureVocabulary.ParseSurface(root.GetProperty("surface").GetString())!.Value, DateTimeOffset.UnixEpoch)
        {
            Status = root.GetProperty("status") is { ValueKind: JsonValueKind.Number } status ? status.GetInt32() : null,
            Headers = headers.ValueKind == JsonValueKind.Object
                ? headers.EnumerateObject().ToDictionary(h => h.Name, h => h.Value.ToString(), StringComparer.OrdinalIgnoreCase)
                : [],
            Body = root.GetProperty("body").GetString(),
        };
    }
}
