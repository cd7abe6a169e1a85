using System.Diagnostics;
using System.Globalization;
using Microsoft.Data.Sqlite;
using TeamsWorkflows.DurableTask.CrashChild;
using TeamsWorkflows.DurableTask.Sqlite;
using Xunit.Abstractions;

namespace TeamsWorkflows.DurableTask.Tests.Crashes;

/// <summary>
/// A hub in a process of its own under changing load, <c>kill -9</c> while it recovers, begins, works and moves its log:
/// what it answered is there, what it did it did once, unless a kill stood in between, and the file is whole.
/// </summary>
/// <remarks>
/// <c>CRASH_KILLS</c> says how many kills (10 unless set; 100 and more for a long run), <c>CRASH_SEED</c> repeats a run's
/// choices - not its moments, which are the operating system's.
/// </remarks>
public sealed class CrashTests(ITestOutputHelper output) : IDisposable
{
    private static readonly int Kills = Setting("CRASH_KILLS", 10);

    private readonly string _folder = Directory.CreateTempSubdirectory("crash").FullName;
    private readonly Dictionary<Moment, int> _killed = [];

    private enum Moment
    {
        Recovery,
        FirstTurns,
        Load,
        Checkpoint,
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Whenever_it_is_killed_a_hub_keeps_what_it_answered_and_repeats_only_what_was_in_flight()
    {
        var seed = Setting("CRASH_SEED", Environment.TickCount & int.MaxValue);
        output.WriteLine($"CRASH_SEED={seed} CRASH_KILLS={Kills}");
        var (random, clock) = (new Random(seed), Stopwatch.StartNew());
        for (var run = 1; run <= Kills; run++)
        {
            await RunAndKillAsync(Load(random, run), (Moment)(run % 4), random);
            Assert.Equal("ok", IntegrityOfACopy());
        }

        var finish = new CrashArguments(_folder, Kills + 1, MaxNew: 0, Callers: 1, WorkMs: 0, BallastBytes: 0);
        using (var last = new ChildProcess(finish))
        {
            await last.UntilItEndsAsync();
        }

        using var store = new SqlitePartitionStore(finish.HubFile);
        var recovered = store.Recover(10);
        var verdict = new CrashVerdict(Journal.Read(finish.JournalFile), store);
        output.WriteLine($"{clock.Elapsed.TotalSeconds:F1} s; killed {string.Join(", ", _killed.Select(k => $"{k.Value}x in {k.Key}"))}");
        output.WriteLine(verdict.Figures());
        verdict.Check();
        Assert.Equal((0, 0, 0), (recovered.Active.Count, recovered.Timers.Count, recovered.Messages.Count));
        Assert.Equal("ok", Integrity(finish.HubFile));
        Assert.Equal(4, _killed.Count); // a run that never came to one of the moments shows nothing about it
    }

    private CrashArguments Load(Random random, int run) => new(
        _folder,
        run,
        MaxNew: 400,
        Callers: random.Next(1, 5) switch { 1 => 2, 2 => 16, _ => 100 },
        WorkMs: random.Next(3, 25),
        BallastBytes: (Moment)(run % 4) == Moment.Checkpoint ? 60_000 : random.Next(0, 2_000));

    private async Task RunAndKillAsync(CrashArguments arguments, Moment moment, Random random)
    {
        using var child = new ChildProcess(arguments);
        await child.UntilItSaysAsync(moment == Moment.Recovery ? "opens" : "runs");
        if (moment == Moment.Checkpoint)
        {
            moment = await UntilTheLogIsMovedAsync(arguments.HubFile) ? Moment.Checkpoint : Moment.Load;
        }
        else
        {
            await Task.Delay(moment == Moment.Load ? random.Next(100, 1_000) : random.Next(0, 40));
        }

        await child.KillAsync();
        _killed[moment] = _killed.GetValueOrDefault(moment) + 1;
    }

    // Nothing but a checkpoint writes to the file itself.
    private static async Task<bool> UntilTheLogIsMovedAsync(string hubFile)
    {
        var before = File.GetLastWriteTimeUtc(hubFile);
        for (var since = Stopwatch.StartNew(); since.Elapsed < TimeSpan.FromSeconds(20); await Task.Delay(1))
        {
            if (File.GetLastWriteTimeUtc(hubFile) != before)
            {
                return true;
            }
        }

        return false;
    }

    private string IntegrityOfACopy()
    {
        var copy = Path.Combine(_folder, "copy.db");
        foreach (var part in new[] { "", "-wal" })
        {
            File.Delete(copy + part);
            if (File.Exists(Path.Combine(_folder, "hub.db" + part)))
            {
                File.Copy(Path.Combine(_folder, "hub.db" + part), copy + part);
            }
        }

        return Integrity(copy);
    }

    private static string Integrity(string file)
    {
        using var connection = new SqliteConnection($"Data Source={file};Pooling=false");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "PRAGMA integrity_check";
        return (string)command.ExecuteScalar()!;
    }

    private static int Setting(string name, int otherwise)
        => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? int.Parse(value, CultureInfo.InvariantCulture) : otherwise;
}
