using System.Diagnostics;
using System.Globalization;

namespace TeamsWorkflows.Benchmarks.Engine;

/// <summary>W1 (five steps in sequence), W2 (1,000 at once), and steps of one long workflow.</summary>
internal static class StepWorkloads
{
    private const int InFlight = 200;
    private const int Rounds = 3;

    public static async Task LatencyAsync(EngineArguments options, Figures figures)
    {
        await using var hub = options.NewHub();
        await hub.ManyAsync("five", 4_000, 50);
        List<double> ms = [];
        for (var i = 0; i < 200; i++)
        {
            var clock = Stopwatch.GetTimestamp();
            await hub.RunAsync("five", i);
            ms.Add(Stopwatch.GetElapsedTime(clock).TotalMilliseconds);
        }

        figures.AddTimes("", ms[100..]);
    }

    public static async Task ThroughputAsync(EngineArguments options, Figures figures)
    {
        var count = options.Count == 0 ? 2_000 : options.Count;
        await using var hub = options.NewHub();
        await hub.ManyAsync("five", 10_000, InFlight);
        List<double> rates = [];
        var (before, allocated, cpu) = (hub.Written(), GC.GetTotalAllocatedBytes(), Machine.CpuSeconds().Own);
        var contended = Monitor.LockContentionCount;
        for (var round = 0; round < Rounds; round++)
        {
            var clock = Stopwatch.StartNew();
            await hub.ManyAsync("five", count, InFlight);
            rates.Add(count / clock.Elapsed.TotalSeconds);
        }

        var (after, all) = (hub.Written(), Rounds * count);
        figures.Add("count", count)
            .Add("workflows_per_s", Figures.Median(rates), 0)
            .Add("slowest_per_s", rates.Min(), 0)
            .Add("fastest_per_s", rates.Max(), 0)
            .Add("turns_per_commit", (after.Commands - before.Commands) / (double)(after.Commits - before.Commits), 1)
            .Add("commits_per_workflow", (after.Commits - before.Commits) / (double)all, 3)
            .Add("allocated_bytes_per_workflow", (GC.GetTotalAllocatedBytes() - allocated) / (double)all, 0)
            .Add("cpu_us_per_workflow", (Machine.CpuSeconds().Own - cpu) * 1e6 / all, 0)
            .Add("lock_contentions_per_workflow", (Monitor.LockContentionCount - contended) / (double)all, 3)
            .Add("file_bytes_per_workflow", (double)hub.FileBytes / (10_000 + all), 0);
    }

    public static async Task FanOutAsync(EngineArguments options, Figures figures)
    {
        await using var hub = options.NewHub();
        await hub.ManyAsync("five", 4_000, 50);
        await hub.ManyAsync("fan", 5, 1, 1_000);
        List<double> ms = [];
        var rounds = options.Count == 0 ? 7 : options.Count;
        var before = hub.Written();
        for (var i = 0; i < rounds; i++)
        {
            var clock = Stopwatch.GetTimestamp();
            var end = await hub.RunAsync("fan", 1_000);
            ms.Add(Stopwatch.GetElapsedTime(clock).TotalMilliseconds);
            Trace.Assert(end.Output == "500500");
        }

        figures.AddTimes("", ms).Add("commits", (hub.Written().Commits - before.Commits) / (double)rounds, 1);
    }

    // Not one of the peers' workloads: does a step get dearer as the history grows?
    public static async Task LongAsync(EngineArguments options, Figures figures)
    {
        await using var hub = options.NewHub();
        await hub.ManyAsync("five", 4_000, 50);
        foreach (var steps in (int[])[100, 1_000, 5_000])
        {
            var clock = Stopwatch.StartNew();
            await hub.RunAsync("steps", steps);
            figures.Add(
                string.Create(CultureInfo.InvariantCulture, $"ms_per_step_of_{steps}"), clock.Elapsed.TotalMilliseconds / steps, 3);
        }
    }
}
