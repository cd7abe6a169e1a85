using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;

namespace TeamsWorkflows.Benchmarks.Engine;

/// <summary>W4: 1,000 workflows sleep 5 s; how late they wake.</summary>
internal static class TimerWorkload
{
    public static async Task RunAsync(EngineArguments options, Figures figures)
    {
        await using var hub = options.NewHub();
        await hub.ManyAsync("five", 4_000, 100);
        await hub.ManyAsync("sleep", 1_000, 1_000, 1);
        ConcurrentBag<double> late = [], seen = [];
        var clock = Stopwatch.StartNew();
        await BenchHub.EachAsync(1_000, 1_000, async _ =>
        {
            var end = await hub.RunAsync("sleep", 5);
            seen.Add((end.LastUpdatedAt - end.CreatedAt).TotalMilliseconds - 5_000);
            late.Add(double.Parse(end.Output!, CultureInfo.InvariantCulture));
        });
        figures.AddTimes("", late).AddTimes("row_", seen).Add("whole_s", clock.Elapsed.TotalSeconds, 3);
    }
}
