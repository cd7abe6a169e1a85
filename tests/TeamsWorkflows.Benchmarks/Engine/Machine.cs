using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace TeamsWorkflows.Benchmarks.Engine;

/// <summary>What the machine can do, and what others take of it. A figure without these is worth little.</summary>
internal static partial class Machine
{
    private static readonly byte[] Block = new byte[4096];

    /// <returns>Appends of 4 KiB with fdatasync in one second, and the median time of one.</returns>
    public static (int PerSecond, double MedianMs) Fdatasync(string folder)
    {
        var file = Path.Combine(folder, "probe");
        List<double> times = [];
        using (var stream = new FileStream(file, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0))
        {
            var clock = Stopwatch.StartNew();
            while (clock.ElapsedMilliseconds < 1_000)
            {
                var at = Stopwatch.GetTimestamp();
                stream.Write(Block);
                _ = Fdatasync((int)stream.SafeFileHandle.DangerousGetHandle());
                times.Add(Stopwatch.GetElapsedTime(at).TotalMilliseconds);
            }
        }

        File.Delete(file);
        times.Sort();
        return (times.Count, times[times.Count / 2]);
    }

    /// <summary>Waits until the machine is quiet (under 6 % CPU busy and 2,000 fdatasync/s), as the peers' harness does.</summary>
    /// <returns>Seconds waited; over the limit means that the run starts disturbed.</returns>
    public static async Task<double> QuietAsync(string folder, TimeSpan limit)
    {
        var clock = Stopwatch.StartNew();
        while (true)
        {
            var before = CpuSeconds();
            await Task.Delay(2_000);
            var busy = (CpuSeconds().All - before.All) / 2 / Environment.ProcessorCount;
            if ((busy < 0.06 && Fdatasync(folder).PerSecond >= 2_000) || clock.Elapsed > limit)
            {
                return clock.Elapsed.TotalSeconds;
            }
        }
    }

    public static double RssBytes(int processId = 0)
    {
        var status = processId == 0 ? "self" : processId.ToString(CultureInfo.InvariantCulture);
        var line = File.ReadLines($"/proc/{status}/status").First(static l => l.StartsWith("VmRSS", StringComparison.Ordinal));
        return double.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024;
    }

    public static (double Own, double All) CpuSeconds()
    {
        var fields = File.ReadLines("/proc/stat").First().Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var busy = new[] { 1, 2, 3, 6, 7 }.Sum(i => long.Parse(fields[i], CultureInfo.InvariantCulture));
        using var self = Process.GetCurrentProcess();
        return (self.TotalProcessorTime.TotalSeconds, busy / 100.0);
    }

    /// <summary>Lets garbage go, so that what is measured is what is kept.</summary>
    public static void Settle()
    {
        for (var i = 0; i < 2; i++)
        {
            GC.Collect(2, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            GC.WaitForPendingFinalizers();
        }
    }

    [LibraryImport("libc", EntryPoint = "fdatasync")]
    private static partial int Fdatasync(int fd);
}
