using System.Collections.Concurrent;
using System.Diagnostics;

namespace TeamsWorkflows.Benchmarks.Engine;

/// <summary>W6: minutes at a steady rate, half of what W1b can; latency, memory and file must stay flat.</summary>
internal static class SteadyWorkload
{
    private const double TicksPerSecond = 100;

    public static async Task RunAsync(EngineArguments options, Figures figures)
    {
        // What has ended goes after a minute: a file that only grows could not be flat.
        await using var hub = new BenchHub(options.NewStore(), options.HubFile, configure: static o => o.Retention = TimeSpan.FromMinutes(1));
        var rate = options.Rate > 0 ? options.Rate : await HalfOfWhatItCanAsync(hub);
        for (var minute = 1; minute <= options.Minutes; minute++)
        {
            var ms = await MinuteAsync(hub, rate);
            var line = new Figures().Add("workload", "W6").Add("minute", minute, 0).Add("rate_per_s", rate, 0).AddTimes("", ms)
                .Add("rss_mib", Machine.RssBytes() / 1048576, 0)
                .Add("file_mib", hub.FileBytes / 1048576.0, 0)
                .Add("log_mib", hub.LogBytes / 1048576.0, 0);
            await Console.Out.WriteLineAsync(line.ToJson());
            if (minute == 1 || minute == options.Minutes)
            {
                var prefix = minute == 1 ? "first_minute_" : "last_minute_";
                figures.AddTimes(prefix, ms).Add($"{prefix}rss_mib", Machine.RssBytes() / 1048576, 0)
                    .Add($"{prefix}file_mib", hub.FileBytes / 1048576.0, 0);
            }
        }

        figures.Add("rate_per_s", rate, 0);
    }

    private static async Task<double> HalfOfWhatItCanAsync(BenchHub hub)
    {
        await hub.ManyAsync("five", 10_000, 200);
        var clock = Stopwatch.StartNew();
        await hub.ManyAsync("five", 20_000, 200);
        return 20_000 / clock.Elapsed.TotalSeconds / 2;
    }

    // Open loop: a workflow starts when its time has come, whether or not those before it are done.
    private static async Task<IReadOnlyCollection<double>> MinuteAsync(BenchHub hub, double rate)
    {
        ConcurrentBag<double> ms = [];
        List<Task> running = [];
        var clock = Stopwatch.StartNew();
        var started = 0;
        while (clock.Elapsed < TimeSpan.FromMinutes(1))
        {
            for (var due = (int)(clock.Elapsed.TotalSeconds * rate); started < due; started++)
            {
                running.Add(OneAsync(hub, ms));
            }

            await Task.Delay(TimeSpan.FromSeconds(1 / TicksPerSecond));
            if (running.Count > 50_000)
            {
                running.RemoveAll(static t => t.IsCompletedSuccessfully);
            }
        }

        await Task.WhenAll(running);
        return ms;
    }

    private static async Task OneAsync(BenchHub hub, ConcurrentBag<double> ms)
    {
        var at = Stopwatch.GetTimestamp();
        await hub.RunAsync("five", 1);
        ms.Add(Stopwatch.GetElapsedTime(at).TotalMilliseconds);
    }
}
