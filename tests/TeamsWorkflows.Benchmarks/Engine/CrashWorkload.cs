using System.Diagnostics;
using System.Globalization;

namespace TeamsWorkflows.Benchmarks.Engine;

/// <summary>W5: 500 workflows of five 200 ms steps; kill -9 midway; a second process goes on.</summary>
/// <remarks>
/// Midway is when all are in the third of their steps: whatever is done after the start of the second process waits for the same
/// three steps in every run. A moment earlier, some would still have had to repeat the second.
/// </remarks>
internal static class CrashWorkload
{
    public const int Workflows = 500;
    public const int Steps = 2_500;

    public static async Task RunAsync(EngineArguments options, Figures figures)
    {
        options.NewFile();
        StepLog.Clear(options.Folder);
        using (var first = Start(options, "start", output: false))
        {
            while (StepLog.Read(options.Folder).Count < 3 * Workflows)
            {
                await Task.Delay(5);
                if (first.HasExited)
                {
                    throw new InvalidOperationException($"The process that was to be killed has ended by itself, with {first.ExitCode}.");
                }
            }

            first.Kill();
            await first.WaitForExitAsync();
        }

        var atKill = StepLog.Read(options.Folder);
        var started = Stopwatch.GetTimestamp();
        using var second = Start(options, "resume", output: true);
        var line = await second.StandardOutput.ReadLineAsync() ?? "";
        var done = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
        await second.WaitForExitAsync();
        var all = StepLog.Read(options.Folder);
        var stepsLeft = all.Skip(atKill.Count).CountBy(static step => step.Split(' ')[0]).Max(static workflow => workflow.Value);
        var twice = all.Count - all.Distinct(StringComparer.Ordinal).Count();
        long[] told = [.. line.Split(' ').Select(static n => long.Parse(n, CultureInfo.InvariantCulture))];
        figures.Add("completed", told[0], 0)
            .Add("lost", Workflows - told[0], 0)
            .Add("opened_ms", Stopwatch.GetElapsedTime(started, told[1]).TotalMilliseconds, 0)
            .Add("process_start_to_done_ms", done, 0)
            .Add("of_which_steps_sleep_ms", stepsLeft * BenchWorkflows.SlowStep.TotalMilliseconds, 0) // of the one with the most left
            .Add("steps_begun_before_the_kill", atKill.Count, 0)
            .Add("ran_more_than_once", twice, 0);
    }

    /// <summary>Prints how many are complete, and when the hub was open, by the clock that all processes of a machine share.</summary>
    public static async Task ChildAsync(EngineArguments options)
    {
        using var log = StepLog.Open(options.Folder);
        await using var hub = new BenchHub(options.OldStore(), options.HubFile, log.Append);
        var opened = Stopwatch.GetTimestamp();
        var ids = Enumerable.Range(0, Workflows).Select(static i => $"crash-{i}").ToArray();
        if (options.Count == 0)
        {
            await Task.WhenAll(ids.Select(id => hub.Client.ScheduleNewOrchestrationInstanceAsync("five-slow", 0, new(id))));
        }

        var ends = await Task.WhenAll(ids.Select(id => hub.Client.WaitForInstanceCompletionAsync(id)));
        await Console.Out.WriteLineAsync(string.Create(
            CultureInfo.InvariantCulture, $"{ends.Count(static e => e.Output == "5")} {opened}"));
    }

    private static Process Start(EngineArguments options, string phase, bool output)
        => OwnProcess.Start(["engine", "w5child", phase == "start" ? "0" : "1", "--folder", options.Folder], writesHere: !output);
}
