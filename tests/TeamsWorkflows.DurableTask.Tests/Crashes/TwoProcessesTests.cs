using Microsoft.Data.Sqlite;
using TeamsWorkflows.DurableTask.CrashChild;
using TeamsWorkflows.DurableTask.Sqlite;

namespace TeamsWorkflows.DurableTask.Tests.Crashes;

/// <summary>A hub that runs in another process: its file can be copied, but not run a second time.</summary>
public sealed class TwoProcessesTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("two-processes").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_second_process_is_refused_with_the_reason_and_the_first_goes_on()
    {
        var arguments = new CrashArguments(_folder, Run: 1, MaxNew: 200, Callers: 20, WorkMs: 2, BallastBytes: 500);
        using var first = new ChildProcess(arguments);
        await first.UntilItSaysAsync("runs");
        using (var second = new ChildProcess(arguments with { Run = 2 }))
        {
            Assert.NotEqual(0, await second.ExitCodeAsync());
            Assert.Contains("Another process runs the task hub", second.Errors, StringComparison.Ordinal);
            Assert.Contains(arguments.HubFile, second.Errors, StringComparison.Ordinal);
        }

        var copy = Backup(arguments.HubFile);
        await first.KillAsync();
        using (var third = new ChildProcess(arguments with { Run = 3, MaxNew = 0 }))
        {
            await third.UntilItEndsAsync();
        }

        using var store = new SqlitePartitionStore(arguments.HubFile);
        store.Recover(10);
        new CrashVerdict(Journal.Read(arguments.JournalFile), store).Check(mustRepeat: false);

        using var backup = new SqlitePartitionStore(copy);
        backup.Recover(10);
        foreach (var row in backup.Query(new([]), long.MaxValue, int.MaxValue))
        {
            Assert.NotEmpty(backup.Load(row.Id)!.History); // every checksum holds
        }
    }

    private string Backup(string file)
    {
        var copy = Path.Combine(_folder, "backup.db");
        using var running = new SqliteConnection($"Data Source={file};Mode=ReadOnly;Pooling=false");
        using var target = new SqliteConnection($"Data Source={copy};Pooling=false");
        running.Open();
        target.Open();
        running.BackupDatabase(target);
        return copy;
    }
}
