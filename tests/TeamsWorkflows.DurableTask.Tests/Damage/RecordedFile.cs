using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging;
using TeamsWorkflows.DurableTask.Core;
using TeamsWorkflows.DurableTask.Sqlite;
using TeamsWorkflows.DurableTask.Storage;

namespace TeamsWorkflows.DurableTask.Tests.Damage;

/// <summary>A hub's file and log, and what stood in them after each of the commits that made them.</summary>
internal sealed class RecordedFile
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    private readonly List<string> _states = [];

    /// <param name="isStopped">Whether the hub stopped cleanly, so that everything is in the file and there is no log.</param>
    public RecordedFile(string folder, int commits, bool isStopped)
    {
        var file = Path.Combine(folder, isStopped ? "stopped.db" : "running.db");
        using (var store = new SqlitePartitionStore(file))
        using (var reference = new InMemoryPartitionStore())
        {
            store.Recover(10);
            _states.Add(Describe(reference));
            for (var i = 1; i <= commits; i++)
            {
                store.Commit(Batch(i));
                reference.Commit(Batch(i));
                _states.Add(Describe(reference));
            }

            if (!isStopped)
            {
                (Database, Log, Lock) = (Read(file), Read(file + "-wal"), "open  \n"u8.ToArray());
            }
        }

        if (isStopped)
        {
            (Database, Log, Lock) = (Read(file), [], Read(file + ".lock"));
        }
    }

    public byte[] Database { get; } = [];

    public byte[] Log { get; } = [];

    /// <summary>Gets what the lock file says of the last owner.</summary>
    public byte[] Lock { get; } = [];

    /// <summary>Gets the number of commits.</summary>
    public int Last => _states.Count - 1;

    /// <summary>Writes a file, its log and its lock as a test wants them; null: there is none.</summary>
    public static void Write(string file, byte[]? database, byte[]? log, byte[]? held)
    {
        foreach (var (name, content) in new[] { (file, database), (file + "-wal", log), (file + "-shm", null), (file + ".lock", held) })
        {
            File.Delete(name);
            if (content is not null)
            {
                File.WriteAllBytes(name, content);
            }
        }
    }

    /// <returns>After how many commits everything stood as it does now; -1: never.</returns>
    public int Find(string state) => _states.IndexOf(state);

    /// <summary>Opens a file and reads all of it.</summary>
    public static string Open(string file, ILogger<SqlitePartitionStore>? logger = null)
    {
        using var store = new SqlitePartitionStore(file, logger);
        return Describe(store, store.Recover(int.MaxValue));
    }

    public static string Describe(IPartitionStore store, RecoveredPartition? recovered = null)
    {
        recovered ??= store.Recover(int.MaxValue);
        StringBuilder text = new();
        text.AppendJoin(' ', recovered.Active).AppendJoin(' ', recovered.Timers).AppendLine();
        foreach (var message in recovered.Messages)
        {
            text.Append(CultureInfo.InvariantCulture, $"{message.Sequence} {message.InstanceId} {Convert.ToHexString(message.Event)}").AppendLine();
        }

        foreach (var row in store.Query(new([]), long.MaxValue, int.MaxValue))
        {
            text.Append(row).AppendJoin(' ', store.Load(row.Id)!.History.Select(Convert.ToHexString)).AppendLine();
        }

        return text.ToString();
    }

    // Everything that a hub does: new instances, turns of old ones, messages on their way, long histories, purges.
    private static IReadOnlyList<StoreCommand> Batch(int i)
    {
        List<StoreCommand> batch =
        [
            new CommitTurn(i, 0, Bytes(i, i % 4 == 0 ? 9_000 : 200), ReplacesHistory: false, IsNew: true, Row(i), [new(i, $"i{i + 1}", null, null, [1])], []),
        ];
        if (i > 3)
        {
            batch.Add(new CommitTurn(i - 1, 1, Bytes(i, 300), ReplacesHistory: false, IsNew: false, Row(i - 1) with { IsActive = false }, [], [i - 2]));
        }

        if (i % 5 == 0)
        {
            batch.Add(new RefuseMessages([], [], Purged: i - 4));
        }

        return batch;
    }

    private static InstanceRow Row(int key) => new(
        key, $"i{key}", "Post", OrchestrationRuntimeStatus.Running, IsActive: key % 3 == 0, key % 2 == 0 ? Noon.AddMinutes(key) : null, null, Noon, Noon);

    private static byte[] Bytes(int seed, int count)
    {
        var bytes = new byte[count];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    private static byte[] Read(string file)
    {
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var copy = new MemoryStream();
        stream.CopyTo(copy);
        return copy.ToArray();
    }
}
