using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Xunit.Sdk;

namespace TeamsWorkflows.DurableTask.Tests.Simulation;

/// <summary>Runs a simulation under many seeds, and says which failed; <c>SIMULATION_SEED</c> runs one alone, <c>SIMULATION_SEEDS</c> more.</summary>
internal static class Seeds
{
    internal delegate (Action Run, Func<IEnumerable<string>> Seen, Func<string> Last, IDisposable Simulation) Make(int seed);

    /// <param name="demanded">What a run of all seeds must have seen.</param>
    public static async Task RunAsync(int seeds, IReadOnlyCollection<string> demanded, Make make)
    {
        var single = Setting("SIMULATION_SEED");
        var first = single ?? Setting("SIMULATION_FIRST_SEED") ?? 1;
        var count = single is null ? Setting("SIMULATION_SEEDS") ?? seeds : 1;
        ConcurrentDictionary<string, int> seen = new(StringComparer.Ordinal);
        ConcurrentQueue<(int Seed, string Message)> failures = new();
        var next = first - 1;
        await Task.WhenAll(Enumerable.Range(0, Environment.ProcessorCount).Select(_ => OnAThread(() =>
        {
            for (var seed = Interlocked.Increment(ref next); seed < first + count; seed = Interlocked.Increment(ref next))
            {
                if (Run(seed, seen, make) is { } failure)
                {
                    failures.Enqueue((seed, failure));
                }
            }
        })));

        if (!failures.IsEmpty)
        {
            var worst = failures.MinBy(static f => f.Seed);
            throw new XunitException($"{failures.Count} of {count} seeds failed. Seed {worst.Seed}: {worst.Message}");
        }

        if (count >= seeds)
        {
            Assert.Empty(demanded.Except(seen.Keys, StringComparer.Ordinal));
        }
    }

    // A run may block until the thread pool has done something: it must not be the pool's threads that block.
    public static Task OnAThread(Action run)
        => Task.Factory.StartNew(run, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    [SuppressMessage("Design", "CA1031", Justification = "Whatever goes wrong in a run belongs to its seed.")]
    private static string? Run(int seed, ConcurrentDictionary<string, int> seen, Make make)
    {
        var (run, names, last, simulation) = make(seed);
        using (simulation)
        {
            try
            {
                run();
                foreach (var name in names())
                {
                    seen.AddOrUpdate(name, 1, static (_, n) => n + 1);
                }

                return null;
            }
            catch (Exception e)
            {
                return $"{e}\nThe last that was seen:\n{last()}";
            }
        }
    }

    private static int? Setting(string name)
        => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? int.Parse(value, CultureInfo.InvariantCulture) : null;
}
