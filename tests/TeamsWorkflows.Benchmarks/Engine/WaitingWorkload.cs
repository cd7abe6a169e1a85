using System.Diagnostics;
using System.Globalization;

namespace TeamsWorkflows.Benchmarks.Engine;

/// <summary>W3: workflows that wait for an event; how fast one goes on, and what many cost that do not.</summary>
internal static class WaitingWorkload
{
    private const int TimersIn = 10; // one in ten waits with a time limit, too

    public static async Task LatencyAsync(EngineArguments options, Figures figures)
    {
        await using var hub = options.NewHub();
        await hub.ManyAsync("five", 4_000, 50);
        List<double> ms = [];
        for (var i = 0; i < 200; i++)
        {
            var id = await hub.Client.ScheduleNewOrchestrationInstanceAsync("wait", i);
            ms.Add(await SignalAsync(hub, id));
        }

        figures.AddTimes("", ms[100..]);
    }

    public static async Task ManyAsync(EngineArguments options, Figures figures)
    {
        var count = options.Count == 0 ? 5_000 : options.Count;
        await using (var hub = new BenchHub(options.NewStore(), options.HubFile, configure: static o => o.MaxIdleTime = TimeSpan.FromSeconds(1)))
        {
            await hub.ManyAsync("five", 2_000, 200);
            await SignalAllAsync(hub, await StartAsync(hub, count / 10), 0);
            await Task.Delay(2_000);
            Machine.Settle();
            var rss = Machine.RssBytes();
            var clock = Stopwatch.StartNew();
            var ids = await StartAsync(hub, count);
            var started = clock.Elapsed.TotalSeconds;
            await Task.Delay(2_500); // MaxIdleTime is 1 s here
            Machine.Settle();
            var each = (Machine.RssBytes() - rss) / count;
            figures.Add("count", count)
                .Add("start_all_s", started)
                .Add("bytes_per_instance", each, 0)
                .Add("of_which_the_drivers_identifier", 22 + (ids[0].Length * 2) + 8, 0)
                .Add("resident_instances", hub.Worker.Runtime.ResidentCount, 0);

            List<double> one = [];
            for (var i = 0; i < 100; i++)
            {
                one.Add(await SignalAsync(hub, ids[i]));
            }

            figures.AddTimes("event_", one);
            if (count <= 20_000)
            {
                clock.Restart();
                await SignalAllAsync(hub, ids, 100);
                figures.Add("signal_all_to_all_done_s", clock.Elapsed.TotalSeconds, 3);
                return;
            }
        }

        figures.Add("reopened", await RunReopenedAsync(options));
    }

    /// <summary>In a process of its own: how long until a hub with many waiting instances is open, and one goes on.</summary>
    public static async Task ReopenAsync(EngineArguments options)
    {
        using var self = Process.GetCurrentProcess();
        var clock = Stopwatch.StartNew();
        await using var hub = new BenchHub(options.OldStore(), options.HubFile);
        var opened = clock.Elapsed.TotalMilliseconds;
        var page = await hub.Client.GetAllInstancesAsync(new([DurableTask.Core.OrchestrationRuntimeStatus.Running], PageSize: 1));
        var first = await SignalAsync(hub, page.Instances[0].InstanceId);
        var sinceStart = (DateTime.Now - self.StartTime).TotalMilliseconds;
        await Console.Out.WriteLineAsync(string.Create(
            CultureInfo.InvariantCulture,
            $"open {opened:F0} ms, first event {first:F1} ms, process start to first event done {sinceStart:F0} ms, RSS {Machine.RssBytes() / 1048576:F0} MiB"));
    }

    private static async Task<string> RunReopenedAsync(EngineArguments options)
    {
        using var child = OwnProcess.Start(["engine", "reopen", "--folder", options.Folder]);
        var line = await child.StandardOutput.ReadToEndAsync();
        await child.WaitForExitAsync();
        return line.Trim();
    }

    private static async Task<double> SignalAsync(BenchHub hub, string id)
    {
        var end = hub.Client.WaitForInstanceCompletionAsync(id);
        var clock = Stopwatch.GetTimestamp();
        await hub.Client.RaiseEventAsync(id, "go", 1);
        await end;
        return Stopwatch.GetElapsedTime(clock).TotalMilliseconds;
    }

    private static Task SignalAllAsync(BenchHub hub, string[] ids, int from)
        => Task.WhenAll(ids.Skip(from).Select(id => SignalAsync(hub, id)));

    private static async Task<string[]> StartAsync(BenchHub hub, int count)
    {
        var ids = new string[count];
        await BenchHub.EachAsync(
            count,
            200,
            async i => ids[i] = await hub.Client.ScheduleNewOrchestrationInstanceAsync(i % TimersIn == 0 ? "wait-or-expire" : "wait", i));
        return ids;
    }
}
