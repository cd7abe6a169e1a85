using System.Collections.Concurrent;
using System.Diagnostics;
using TeamsWorkflows.DurableTask.Core;
using TeamsWorkflows.DurableTask.Sqlite;
using TeamsWorkflows.DurableTask.Storage;

namespace TeamsWorkflows.DurableTask.Tests;

/// <summary>Lists: every combination of filters against a look at all there is, and pages that stay right while others write.</summary>
public sealed class PagingTests : IDisposable
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);
    private static readonly string[] Names = ["Post", "post", "POST!", "Übung", "ÜBUNG", "fetch", "straße"];
    private static readonly string[] Prefixes = ["a-", "A-", "ä/", "a-🧾", "%_", ""];
    private static readonly OrchestrationRuntimeStatus[] Statuses =
    [
        OrchestrationRuntimeStatus.Running, OrchestrationRuntimeStatus.Completed, OrchestrationRuntimeStatus.Failed,
        OrchestrationRuntimeStatus.Terminated, OrchestrationRuntimeStatus.Pending, OrchestrationRuntimeStatus.Suspended,
    ];

    private readonly string _folder = Directory.CreateTempSubdirectory("paging").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Any_filter_selects_what_a_look_at_every_instance_selects(bool isSqlite)
    {
        var seed = Environment.TickCount;
        var random = new Random(seed);
        using var store = Store(isSqlite);
        store.Recover(10);
        InstanceRow[] rows = [.. Enumerable.Range(1, 300).Select(key => Row(random, key))];
        store.Commit([.. rows.Select(static r => new CommitTurn(r.Key, 0, [1], ReplacesHistory: false, IsNew: true, r, [], []))]);

        var found = 0;
        for (var run = 0; run < 250; run++)
        {
            var query = Query(random);
            long[] expected = [.. rows.Reverse().Where(r => Selects(query, r)).Select(static r => r.Key)];
            var pages = Pages(store, query, size: random.Next(1, 40)).ToArray();
            Assert.True(expected.SequenceEqual(pages), $"Seed {seed}, run {run}: {query}");
            found += expected.Length > 0 ? 1 : 0;
        }

        Assert.InRange(found, 50, 249); // filters that select nothing, or everything, show nothing
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Pages_neither_skip_nor_repeat_what_was_there_throughout_whatever_is_written_meanwhile(bool isSqlite)
    {
        using var store = Store(isSqlite);
        await using var hub = new TestHub(Registry(), store, time: TimeProvider.System);
        string[] stable = [.. Enumerable.Range(0, 120).Select(static i => $"stable{i}")];
        var churned = new ConcurrentQueue<string>();
        for (var i = 0; i < stable.Length; i++) // what stays and what goes lie between each other
        {
            await hub.StartAsync("waits", 0, stable[i]);
            await hub.StartAsync("one", 0, $"churned{i}");
            churned.Enqueue($"churned{i}");
        }

        using var enough = new ManualResetEventSlim();
        var (writes, scans) = (0, 0);
        var churning = Task.WhenAll(Enumerable.Range(0, 4).Select(async writer =>
        {
            for (var i = 0; !enough.IsSet; i++)
            {
                await ChurnAsync(hub, churned, $"new{writer}-{i}", kind: i % 4);
                Interlocked.Increment(ref writes);
            }
        }));
        for (var since = Stopwatch.StartNew(); scans < 25 || (writes < 60 && since.Elapsed < TimeSpan.FromSeconds(20)); scans++)
        {
            var seen = await ScanAsync(hub, pageSize: 7);
            Assert.Empty(stable.Except(seen));
            Assert.Equal(seen.Distinct(), seen);
        }

        enough.Set();
        await churning.WaitAsync(TimeSpan.FromSeconds(10));
        Assert.True(writes > 50, $"Only {writes} writes during {scans} scans: the test shows nothing.");
    }

    [Theory]
    [InlineData("")]
    [InlineData("x")]
    [InlineData("-5")]
    [InlineData("+5")]
    [InlineData(" 5")]
    [InlineData("5 ")]
    [InlineData("5.0")]
    [InlineData("1e3")]
    [InlineData("0x10")]
    [InlineData("99999999999999999999")]
    [InlineData("5; DROP TABLE instance")]
    public async Task A_continuation_token_that_is_not_ours_is_refused(string token)
    {
        await using var hub = new TestHub(Registry());
        var refused = await Assert.ThrowsAsync<ArgumentException>(() => hub.Client.GetAllInstancesAsync(new([], ContinuationToken: token)));
        Assert.Contains("continuation token", refused.Message, StringComparison.Ordinal);
    }

    private static DurableTaskRegistry Registry() => TestHub.Registry()
        .Orchestrator<int, int>("one", (_, _) => Task.FromResult(1))
        .Orchestrator<int, int>("waits", (context, _) => context.WaitForExternalEvent<int>("go"));

    // Created, ended, replaced under the same identifier, purged.
    private static async Task ChurnAsync(TestHub hub, ConcurrentQueue<string> churned, string id, int kind)
    {
        switch (kind)
        {
            case 0:
                churned.Enqueue(await hub.StartAsync("waits", 0, id));
                break;
            case 1 when churned.TryDequeue(out var old):
                await hub.Client.RaiseEventAsync(old, "go", 1);
                churned.Enqueue(old);
                break;
            case 2 when churned.TryDequeue(out var old):
                await hub.Client.ScheduleNewOrchestrationInstanceAsync("one", 0, new(old) { ReplaceableStatuses = Statuses });
                churned.Enqueue(old);
                break;
            case 3 when churned.TryDequeue(out var old):
                await hub.Client.TerminateInstanceAsync(old);
                await hub.Client.PurgeInstanceAsync(old);
                break;
            default: break;
        }
    }

    private static async Task<List<string>> ScanAsync(TestHub hub, int pageSize)
    {
        List<string> seen = [];
        string? token = null;
        do
        {
            var page = await hub.Client.GetAllInstancesAsync(new([], PageSize: pageSize, ContinuationToken: token));
            seen.AddRange(page.Instances.Select(static i => i.InstanceId));
            token = page.ContinuationToken;
        }
        while (token is not null);
        return seen;
    }

    private static IEnumerable<long> Pages(IPartitionStore store, OrchestrationQuery query, int size)
    {
        var before = long.MaxValue;
        while (store.Query(query, before, size) is { Count: > 0 } page)
        {
            foreach (var row in page)
            {
                yield return before = row.Key;
            }
        }
    }

    private static InstanceRow Row(Random random, int key)
    {
        var created = Noon.AddMinutes(random.Next(0, 100));
        return new InstanceRow(
            key,
            $"{Prefixes[random.Next(Prefixes.Length)]}{key}",
            Names[random.Next(Names.Length)],
            Statuses[random.Next(Statuses.Length)],
            IsActive: false,
            null,
            null,
            created,
            created)
        {
            CompletedAt = random.Next(2) == 0 ? created.AddMinutes(random.Next(0, 50)) : null,
            Tags = new(new[] { "team", "Team", "env" }.Where(_ => random.Next(2) == 0)
                .Select(name => KeyValuePair.Create(name, random.Next(2) == 0 ? "blue" : "Blue"))),
        };
    }

    private static OrchestrationQuery Query(Random random)
    {
        T? Maybe<T>(Func<T> value) => random.Next(4) == 0 ? value() : default;
        DateTimeOffset? Time() => random.Next(4) == 0 ? Noon.AddMinutes(random.Next(0, 120)).ToOffset(TimeSpan.FromHours(random.Next(-3, 4))) : null;
        return new(
            Maybe(() => Statuses.Where(_ => random.Next(2) == 0).ToArray()) ?? [],
            Maybe(() => Prefixes[random.Next(Prefixes.Length)]),
            Time(),
            Time())
        {
            Name = Maybe(() => Names[random.Next(Names.Length)].ToUpperInvariant()),
            CompletedFrom = Time(),
            CompletedBefore = Time(),
            Tags = Maybe(() => new ValueMap<string>([new("team", "blue")])) ?? ValueMap<string>.Empty,
        };
    }

    // The contract in words of one line each; as plain as can be, so that it is right by reading it.
    private static bool Selects(OrchestrationQuery query, InstanceRow row)
        => (query.Statuses.Count == 0 || query.Statuses.Contains(row.Status))
            && row.Id.StartsWith(query.InstanceIdPrefix ?? "", StringComparison.Ordinal)
            && (query.Name is null || new TaskName(query.Name) == new TaskName(row.Name))
            && (query.CreatedFrom is null || row.CreatedAt >= query.CreatedFrom)
            && (query.CreatedBefore is null || row.CreatedAt < query.CreatedBefore)
            && (query.CompletedFrom is null || (row.CompletedAt is not null && row.CompletedAt >= query.CompletedFrom))
            && (query.CompletedBefore is null || (row.CompletedAt is not null && row.CompletedAt < query.CompletedBefore))
            && query.Tags.All(tag => row.Tags.Any(own => own.Key == tag.Key && own.Value == tag.Value));

    private IPartitionStore Store(bool isSqlite)
        => isSqlite ? new SqlitePartitionStore(Path.Combine(_folder, "hub.db")) : new InMemoryPartitionStore();
}
