using System.Diagnostics;
using System.Globalization;
using TeamsWorkflows.Server.Hosting;

namespace TeamsWorkflows.Benchmarks;

/// <summary>From the start of the process to the posted sample report: with an empty data folder, and with the one it left.</summary>
internal static class StartWorkload
{
    public static async Task RunAsync(int runs)
    {
        List<double> first = [], again = [];
        for (var run = 0; run < runs; run++)
        {
            var folder = Directory.CreateTempSubdirectory("start").FullName;
            first.Add(await StartAsync(folder, "posted to Finance/Reports"));
            again.Add(await StartAsync(folder, "was posted to Finance/Reports"));
            Directory.Delete(folder, recursive: true);
        }

        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"process start to sample report, median of {runs}: {first.Order().ElementAt(runs / 2):F0} ms with an empty folder, {again.Order().ElementAt(runs / 2):F0} ms with the one it left"));
    }

    private static async Task<double> StartAsync(string folder, string sign)
    {
        var start = new ProcessStartInfo("dotnet", [typeof(ServerProcess).Assembly.Location])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            WorkingDirectory = folder,
        };
        start.Environment["ASPNETCORE_ENVIRONMENT"] = "Development";
        var clock = Stopwatch.StartNew();
        using var process = Process.Start(start)!;
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            if (line.Contains(sign, StringComparison.Ordinal))
            {
                break;
            }
        }

        var elapsed = clock.Elapsed.TotalMilliseconds;
        process.Kill();
        await process.WaitForExitAsync();
        return elapsed;
    }
}
