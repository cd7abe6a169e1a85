using TeamsWorkflows.DurableTask.Core;
using TeamsWorkflows.DurableTask.Storage;
using TeamsWorkflows.DurableTask.Tests.Simulation;

namespace TeamsWorkflows.DurableTask.Tests;

/// <summary>What every store must do. One subclass per store; a rule that only one of them obeys is not a rule.</summary>
public abstract class PartitionStoreConformance : IDisposable
{
    protected static readonly DateTimeOffset Noon = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    private IPartitionStore? _store;

    protected IPartitionStore Store => _store ??= Opened();

    /// <summary>Makes an empty store.</summary>
    protected abstract IPartitionStore CreateStore();

    public void Dispose()
    {
        _store?.Dispose();
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    [Fact]
    public void A_turn_is_found_as_it_was_written()
    {
        var row = Row(1, "a") with { CustomStatus = "half way", TimerAt = Noon.AddTicks(1) };
        Store.Commit([Turn(row, 0, isNew: true)]);

        var stored = Store.Load("a")!;
        Assert.Equal(row, stored.Row);
        Assert.Equal<byte[]>([[0]], stored.History);
        Assert.Null(Store.Load("A"));
    }

    [Fact]
    public void A_turn_without_a_row_only_adds_history()
    {
        var row = Row(1, "a");
        Store.Commit([Turn(row, 0, isNew: true), Turn(row, 1) with { Row = null }, Turn(row, 2) with { Row = null }]);

        Assert.Equal(row, Store.Load("a")!.Row);
        Assert.Equal<byte[]>([[0], [1], [2]], Store.Load("a")!.History);
    }

    [Fact]
    public void Continue_as_new_replaces_the_history()
    {
        var (a, b) = (Row(1, "a"), Row(2, "b"));
        Store.Commit([Turn(a, 0, isNew: true), Turn(a, 1), Turn(b, 0, isNew: true)]);
        Store.Commit([Turn(a, 0) with { ReplacesHistory = true, History = [9] }]);

        Assert.Equal<byte[]>([[9]], Store.Load("a")!.History);
        Assert.Single(Store.Load("b")!.History);
    }

    [Fact]
    public void Recovery_reads_what_is_open_and_nothing_else()
    {
        var active = Row(1, "active") with { IsActive = true };
        var sleeping = Row(2, "sleeping") with { TimerAt = Noon.AddHours(1) };
        var waiting = Row(3, "waiting");
        var finished = Row(4, "finished") with { Status = OrchestrationRuntimeStatus.Completed };
        Store.Commit([.. new[] { active, sleeping, waiting, finished }.Select(r => Turn(r, 0, isNew: true))]);

        var recovered = Restart();
        Assert.Equal(["active"], recovered.Active);
        Assert.Equal([new DueTimer(Noon.AddHours(1), "sleeping")], recovered.Timers);
        Assert.Equal((4, 0), (recovered.LastKey, recovered.LastSequence));
    }

    [Fact]
    public void A_scheduled_instance_waits_without_history()
    {
        var row = Row(1, "later") with { Status = OrchestrationRuntimeStatus.Pending, TimerAt = Noon.AddDays(400), Waiting = [7] };
        Store.Commit([Turn(row, 0, isNew: true) with { History = null }]);
        Assert.Equal<byte>([7], Store.Load("later")!.Row.Waiting!);
        Assert.Empty(Store.LoadEnds("later")!.History);
        Assert.Equal([new DueTimer(Noon.AddDays(400), "later")], Restart().Timers);

        Store.Commit([Turn(row with { Status = OrchestrationRuntimeStatus.Running, TimerAt = null, Waiting = null }, 0)]);
        Assert.Null(Store.Load("later")!.Row.Waiting);
        Assert.Single(Store.Load("later")!.History);
        Assert.Empty(Restart().Timers);
    }

    [Fact]
    public void The_ends_of_a_history_can_be_read_alone()
    {
        var row = Row(1, "a");
        Store.Commit([Turn(row, 0, isNew: true)]);
        Assert.Equal<byte[]>([[0]], Store.LoadEnds("a")!.History);

        Store.Commit([Turn(row, 1), Turn(row, 2), Turn(row, 3)]);
        Assert.Equal<byte[]>([[0], [3]], Store.LoadEnds("a")!.History);
        Assert.Null(Store.LoadEnds("b"));
    }

    [Fact]
    public void Instances_are_listed_newest_first_by_filter_and_page()
    {
        var rows = Enumerable.Range(1, 9).Select(i => Row(i, $"{(i % 2 == 0 ? "even" : "odd")}-{i}") with
        {
            Status = i < 4 ? OrchestrationRuntimeStatus.Completed : OrchestrationRuntimeStatus.Running,
            CreatedAt = Noon.AddMinutes(i),
        }).ToArray();
        Store.Commit([.. rows.Select(r => Turn(r, 0, isNew: true))]);

        Assert.Equal([9, 8, 7], Keys(new([], PageSize: 3)));
        Assert.Equal([6, 5], Keys(new([], PageSize: 2), beforeKey: 7));
        Assert.Equal([3, 2, 1], Keys(new([OrchestrationRuntimeStatus.Completed, OrchestrationRuntimeStatus.Failed])));
        Assert.Equal([8, 6, 4, 2], Keys(new([], InstanceIdPrefix: "even-")));
        Assert.Empty(Keys(new([], InstanceIdPrefix: "EVEN-")));
        Assert.Equal([4, 3], Keys(new([], CreatedFrom: Noon.AddMinutes(3), CreatedBefore: Noon.AddMinutes(5))));
        Assert.Equal(Keys(new([])), Keys(new([], CreatedFrom: DateTimeOffset.MinValue, CreatedBefore: DateTimeOffset.MaxValue)));
        Assert.Equal(rows[8], Store.Query(new([]), long.MaxValue, 1)[0]);
    }

    [Fact]
    public void Names_can_be_left_out_in_any_casing()
    {
        Store.Commit([.. new[] { "Deliver", "Plan", "Ärger" }.Select((name, i) => Turn(Row(i + 1, name) with { Name = name }, 0, isNew: true))]);

        Assert.Equal([3, 2], Keys(new([]) { NotNames = ["DELIVER"] }));
        Assert.Equal([2], Keys(new([]) { NotNames = ["deliver", "äRGER"] }));
        Assert.Empty(Keys(new([]) { Name = "plan", NotNames = ["Plan"] }));
    }

    [Fact]
    public void Instances_are_counted_by_status_and_time_of_creation()
    {
        var rows = Enumerable.Range(1, 300).Select(i => Row(i, $"{(i % 2 == 0 ? "even" : "odd")}-{i}") with
        {
            Status = i % 3 == 0 ? OrchestrationRuntimeStatus.Failed : OrchestrationRuntimeStatus.Completed,
            CreatedAt = Noon.AddMinutes(i),
        }).ToArray();
        Store.Commit([.. rows.Select(r => Turn(r, 0, isNew: true))]);

        Counts(new([]), TimeSpan.FromHours(1), 1_000);
        Counts(new([OrchestrationRuntimeStatus.Failed], "even-"), TimeSpan.FromMinutes(5), 1_000);
        Counts(new([], CreatedFrom: Noon.AddMinutes(100), CreatedBefore: Noon.AddMinutes(101)), TimeSpan.FromSeconds(1), 1_000);
        Counts(new([], CreatedFrom: Noon.AddDays(-1), CreatedBefore: Noon.AddDays(1)), TimeSpan.FromDays(1), 1_000);
        Counts(new([], CreatedFrom: Noon.AddDays(1)), TimeSpan.FromDays(1), 1_000);
        Counts(new([], CreatedBefore: Noon.AddMinutes(250)), TimeSpan.FromHours(1), 7); // the newest of them

        void Counts(OrchestrationQuery query, TimeSpan span, int max) => Assert.Equal(
            InstanceCount.Of(Store.Query(query, long.MaxValue, max).Select(static r => (r.CreatedAt, r.Status)), span).OrderBy(static c => (c.From, c.Status)),
            Store.Count(query, span, max).OrderBy(static c => (c.From, c.Status)));
    }

    [Fact]
    public void A_message_is_kept_until_a_turn_consumes_it()
    {
        StoredMessage[] messages = [new(1, "b", null, null, [1]), new(2, "b", "e2", "p2", [2]), new(3, "gone", null, null, [3])];
        Store.Commit([Turn(Row(1, "a"), 0, isNew: true) with { Sent = messages }]);
        Assert.Equal([1L, 2, 3], Restart().Messages.Select(m => m.Sequence));

        Store.Commit([Turn(Row(2, "b"), 0, isNew: true) with { Consumed = [1] }, new RefuseMessages([3], [new(4, "a", null, null, [4])])]);
        Assert.Equal(
            [(2L, "b", "e2", "p2"), (4L, "a", null, null)],
            Restart().Messages.Select(m => (m.Sequence, m.InstanceId, m.ExecutionId, m.ParentExecutionId)));
    }

    [Fact]
    public void Everything_in_a_row_comes_back_also_after_a_restart()
    {
        var row = Row(1, "ünïcode 🧾") with
        {
            Version = "2.1",
            ParentId = "parent",
            Tags = new([new("team", "blau \"x\""), new("Cost", "")]),
            CustomStatus = "{\"a\":1}",
            Waiting = [1, 2],
        };
        Store.Commit([Turn(row, 0, isNew: true)]);
        Assert.Equal(row with { Waiting = null }, Store.Load(row.Id)!.Row with { Waiting = null });
        Assert.Equal<byte>([1, 2], Store.Load(row.Id)!.Row.Waiting!);

        var ended = row with { Status = OrchestrationRuntimeStatus.Failed, CompletedAt = Noon.AddHours(2), Waiting = null, Version = "3" };
        Store.Commit([Turn(ended, 1)]);
        Restart();
        Assert.Equal(ended, Store.Load(row.Id)!.Row);
    }

    [Fact]
    public void A_purged_instance_leaves_nothing()
    {
        var (a, b) = (Row(1, "a") with { Tags = new([new("t", "1")]) }, Row(2, "b") with { Tags = new([new("t", "1")]) });
        Store.Commit([Turn(a, 0, isNew: true), Turn(b, 0, isNew: true), Turn(a, 1)]);
        Store.Commit([new RefuseMessages([], [new(1, "b", null, null, [1])], Purged: 1)]);

        Assert.Null(Store.Load("a"));
        Assert.Equal([2], Keys(new([]) { Tags = new([new("t", "1")]) }));
        Store.Commit([Turn(Row(3, "a"), 0, isNew: true)]);
        Assert.Single(Store.Load("a")!.History);
        Assert.Equal((3, 1), (Restart().LastKey, Restart().LastSequence));
    }

    [Fact]
    public void An_instance_gives_its_identifier_up()
    {
        Store.Commit([Turn(Row(1, "a") with { TimerAt = Noon, IsActive = true }, 0, isNew: true), Turn(Row(1, "a"), 1) with { Row = null }]);
        Store.Commit([Turn(Row(2, "a"), 0, isNew: true) with { Replaces = 1, History = [9] }]);

        Assert.Equal(2, Store.Load("a")!.Row.Key);
        Assert.Equal<byte[]>([[9]], Store.Load("a")!.History);
        Assert.Equal([2], Keys(new([])));
        Assert.Empty(Restart().Timers);
        Assert.Empty(Restart().Active);
    }

    [Fact]
    public void Timers_are_read_a_page_at_a_time_the_earliest_first()
    {
        Store.Commit([.. Enumerable.Range(1, 9).Select(i => Turn(Row(i, $"i{i}") with { TimerAt = Noon.AddMinutes(i / 2) }, 0, isNew: true))]);

        Assert.Equal(["i1", "i2", "i3"], Restart(maxTimers: 3).Timers.Select(t => t.InstanceId));
        Assert.Equal(["i4", "i5", "i6"], Store.LoadTimers(Noon.AddMinutes(2), 3).Select(t => t.InstanceId));
        Assert.Equal([new DueTimer(Noon.AddMinutes(4), "i8"), new(Noon.AddMinutes(4), "i9")], Store.LoadTimers(Noon.AddMinutes(4), 3));
        Assert.Empty(Store.LoadTimers(Noon.AddMinutes(5), 3));
    }

    [Fact]
    public void A_history_can_be_read_in_parts()
    {
        var row = Row(1, "a");
        Store.Commit([Turn(row, 0, isNew: true), Turn(row, 1), Turn(row, 2)]);

        Assert.Equal<byte[]>([[0], [1]], Store.Load("a", 0, 2)!.History);
        Assert.Equal<byte[]>([[2]], Store.Load("a", 2, 2)!.History);
        Assert.Empty(Store.Load("a", 3, 2)!.History);
        Assert.Null(Store.Load("b", 0, 2));
    }

    [Fact]
    public void Names_tags_and_ends_can_be_asked_for()
    {
        var tagged = Row(1, "a") with { Name = "Post", Tags = new([new("team", "blue"), new("env", "prod")]), CompletedAt = Noon };
        var other = Row(2, "b") with { Name = "Fetch", Tags = new([new("team", "blue")]), CompletedAt = Noon.AddHours(1) };
        var open = Row(3, "c") with { Name = "post" };
        var local = Row(4, "d") with { Name = "Übung" };
        Store.Commit([.. new[] { tagged, other, open, local }.Select(r => Turn(r, 0, isNew: true))]);

        Assert.Equal([3, 1], Keys(new([]) { Name = "POST" }));
        Assert.Equal([4], Keys(new([]) { Name = "ÜBUNG" }));
        Assert.Equal([2, 1], Keys(new([]) { Tags = new([new("team", "blue")]) }));
        Assert.Equal([1], Keys(new([]) { Tags = new([new("team", "blue"), new("env", "prod")]) }));
        Assert.Empty(Keys(new([]) { Tags = new([new("team", "Blue")]) }));
        Assert.Equal([2], Keys(new([]) { CompletedFrom = Noon.AddMinutes(1) }));
        Assert.Equal([1], Keys(new([]) { CompletedBefore = Noon.AddMinutes(1) }));
        Assert.Equal(["a"], Store.ListFinished(Noon.AddMinutes(1), 9));
        Assert.Equal(["a"], Store.ListFinished(Noon.AddDays(1), 1));
        Assert.Equal(["a", "b"], Store.ListFinished(Noon.AddDays(1), 9));
        Assert.Empty(Store.ListFinished(Noon, 9));
    }

    [Fact]
    public void Whatever_is_written_reads_like_in_the_reference()
    {
        for (var seed = 1; seed <= 60; seed++)
        {
            var random = new Random(seed);
            using var reference = new InMemoryPartitionStore();
            using var store = CreateStore();
            new StoreComparison(reference, store, new RandomCommands(random), random).Run(batches: 20);
        }
    }

    [Fact]
    public void A_hub_over_it_cannot_be_told_from_one_over_the_reference()
    {
        for (var seed = 1; seed <= 25; seed++)
        {
            using var expected = new SimulatedHub(seed, new InMemoryPartitionStore());
            using var actual = new SimulatedHub(seed, CreateStore());
            expected.Run();
            actual.Run();
            Same.Lists($"seed {seed}", expected.Trace, actual.Trace);
        }
    }

    protected virtual void Dispose(bool disposing)
    {
    }

    private IEnumerable<long> Keys(OrchestrationQuery query, long beforeKey = long.MaxValue)
        => Store.Query(query, beforeKey, query.PageSize).Select(r => r.Key);

    private RecoveredPartition Restart(int maxTimers = int.MaxValue)
    {
        Store.Dispose();
        return Store.Recover(maxTimers);
    }

    private protected static InstanceRow Row(long key, string id) => new(
        key, id, "Child", OrchestrationRuntimeStatus.Running, IsActive: false, null, null, Noon, Noon.AddTicks(12_345));

    private protected static CommitTurn Turn(InstanceRow row, int number, bool isNew = false)
        => new(row.Key, number, [(byte)number], ReplacesHistory: false, isNew, row, [], []);

    private IPartitionStore Opened()
    {
        var store = CreateStore();
        store.Recover(int.MaxValue);
        return store;
    }
}

public sealed class InMemoryPartitionStoreTests : PartitionStoreConformance
{
    protected override IPartitionStore CreateStore() => new InMemoryPartitionStore();
}
