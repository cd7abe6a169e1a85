using Npgsql;
using TeamsWorkflows.DurableTask.Core;
using TeamsWorkflows.DurableTask.Postgres;
using TeamsWorkflows.DurableTask.Storage;

namespace TeamsWorkflows.DurableTask.Tests.Postgres;

/// <summary>The database itself: whose hub it is, which version, what happens when it goes away or a lease does.</summary>
[Collection(PostgresServer.Name)]
public sealed class PostgresHubTests(PostgresCluster cluster)
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task Nodes_that_start_at_the_same_time_migrate_once()
    {
        var hub = cluster.NewHub();
        await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => Task.Run(() =>
        {
            using PostgresConnections connections = new(hub);
            using var connection = connections.OpenOwn();
            new PostgresSchema(connection, hub, connections.Name).Migrate();
        })));

        Assert.Equal(1L, cluster.Read($"SELECT count(*) FROM {hub.Schema}.hub WHERE version = {PostgresSchema.Version}"));
        Assert.Equal(32L, cluster.Read($"SELECT count(*) FROM {hub.Schema}.partition"));
    }

    [Fact]
    public void A_newer_schema_is_refused_and_left_as_it_is()
    {
        var hub = cluster.NewHub();
        Open(hub).Dispose();
        cluster.Read($"UPDATE {hub.Schema}.hub SET version = 99");

        using var store = Store(hub);
        var refused = Assert.Throws<IncompatibleStoreException>(() => store.Recover(10));
        Assert.Contains("version 99", refused.Message, StringComparison.Ordinal);
        Assert.Contains($"up to version {PostgresSchema.Version}", refused.Message, StringComparison.Ordinal);
        Assert.Equal(99, cluster.Read($"SELECT version FROM {hub.Schema}.hub"));
        Assert.Equal(0L, cluster.Read($"SELECT count(*) FROM {hub.Schema}.partition WHERE owner IS NOT NULL"));
    }

    [Fact]
    public void A_node_that_runs_on_an_older_release_stops_when_a_newer_one_migrates()
    {
        var hub = cluster.NewHub();
        hub.LeaseDuration = TimeSpan.FromMilliseconds(600);
        using var store = Open(hub);
        cluster.Read($"UPDATE {hub.Schema}.hub SET version = 99");
        var key = 0;
        Exception? refused = null;
        while (refused is null)
        {
            refused = Record.Exception(() => store.Commit([Turn(++key)])); // until the next renewal
        }

        Assert.Contains("version 99", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_schema_that_is_not_ours_is_refused()
    {
        var hub = cluster.NewHub();
        cluster.Read($"CREATE SCHEMA {hub.Schema}; CREATE TABLE {hub.Schema}.customers (id integer)");
        using var store = Store(hub);
        Assert.Contains("another application", Assert.Throws<IncompatibleStoreException>(() => store.Recover(10)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_number_of_partitions_cannot_change()
    {
        var hub = cluster.NewHub();
        Open(hub).Dispose();
        hub.Partitions = 64;
        using var store = Store(hub);
        Assert.Contains("made with 32 partitions", Assert.Throws<IncompatibleStoreException>(() => store.Recover(10)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_hubs_share_a_database()
    {
        using var one = Open(cluster.NewHub());
        using var two = Open(cluster.NewHub());
        one.Commit([Turn(1)]);
        Assert.NotNull(one.Load("i1"));
        Assert.Null(two.Load("i1"));
    }

    [Fact]
    public void Another_store_is_told_who_owns_the_hub_and_until_when()
    {
        var hub = cluster.NewHub();
        using (var owner = Open(hub))
        {
            using var second = Store(hub);
            var refused = Assert.Throws<PartitionOwnedException>(() => second.Recover(10));
            Assert.Contains("The node 'test/", refused.Message, StringComparison.Ordinal);
            Assert.Matches("its lease ends in 1[0-5]\\.\\d s, at \\d{4}-", refused.Message);
            owner.Commit([Turn(1)]); // and nothing happened to the owner
        }

        using var third = Open(hub); // given back: no wait
        Assert.NotNull(third.Load("i1"));
        Assert.Equal(2L, cluster.Read($"SELECT max(fence) FROM {hub.Schema}.partition"));
        Assert.Equal(1L, cluster.Read($"SELECT count(*) FROM {hub.Schema}.node"));
    }

    [Fact]
    public async Task Of_two_stores_that_start_together_one_gets_everything()
    {
        var hub = cluster.NewHub();
        PostgresPartitionStore[] stores = [Store(hub), Store(hub), Store(hub)];
        var refused = await Task.WhenAll(stores.Select(s => Task.Run(() => Record.Exception(() => s.Recover(10)))));
        Assert.Equal(1, refused.Count(static e => e is null));
        Assert.All(refused, static e => Assert.True(e is null or PartitionOwnedException, e?.ToString()));
        Assert.Equal(1L, cluster.Read($"SELECT count(DISTINCT owner) FROM {hub.Schema}.partition"));
        Array.ForEach(stores, static s => s.Dispose());
    }

    [Fact]
    public void A_commit_under_a_stale_fence_is_refused_whole()
    {
        var hub = cluster.NewHub();
        using var store = Open(hub);
        store.Commit([Turn(1)]);
        cluster.Read($"UPDATE {hub.Schema}.partition SET fence = fence + 1, owner = 'thief', lease_until = now() + interval '1 hour' WHERE id IN (3, 17)");

        var lost = Assert.Throws<PartitionLostException>(() => store.Commit([Turn(2), Turn(3), Turn(4)]));
        Assert.Equal([3, 17], lost.Partitions);
        Assert.Contains("partition 3, 17", lost.Message, StringComparison.Ordinal);
        Assert.Equal(1L, cluster.Read($"SELECT count(*) FROM {hub.Schema}.instance"));
        Assert.Equal(1L, cluster.Read($"SELECT count(*) FROM {hub.Schema}.history"));
        Assert.ThrowsAny<IOException>(() => store.Commit([Turn(5)])); // nothing is written after a failure
    }

    [Fact]
    public void A_store_that_was_too_slow_to_renew_is_taken_over_and_its_commits_are_refused()
    {
        var hub = cluster.NewHub();
        using var slow = Open(hub);
        slow.Commit([Turn(1)]);
        cluster.Read($"UPDATE {hub.Schema}.partition SET lease_until = now() - interval '1 second'");

        using var next = Open(hub);
        Assert.NotNull(next.Load("i1"));
        Assert.Equal(32, Assert.Throws<PartitionLostException>(() => slow.Commit([Turn(2)])).Partitions.Count);
        next.Commit([Turn(3)]);
        Assert.Null(next.Load("i2"));
    }

    [Fact]
    public void A_commit_that_hangs_half_sent_does_not_hold_up_a_takeover()
    {
        var hub = cluster.NewHub();
        Open(hub).Dispose();
        using var stopped = cluster.Connect(); // a process that was stopped between two statements of its commit
        using (var command = new NpgsqlCommand($"SET search_path = {hub.Schema}; BEGIN; SELECT check_fences('{{3}}', '{{1}}'); DELETE FROM instance", stopped))
        {
            command.ExecuteNonQuery();
        }

        using var store = Open(hub);
        store.Commit([Turn(1)]);
        using var commit = new NpgsqlCommand("COMMIT", stopped);
        Assert.ThrowsAny<NpgsqlException>(() => commit.ExecuteNonQuery());
    }

    [Fact]
    public async Task A_takeover_waits_for_the_commit_that_is_under_way()
    {
        var hub = cluster.NewHub();
        Open(hub).Dispose();
        await using var committing = cluster.Connect();
        await using var transaction = await committing.BeginTransactionAsync();
        await RunAsync(committing, $"SET LOCAL search_path = {hub.Schema}; SELECT check_fences('{{3,4}}', '{{1,1}}')");

        await using var taking = cluster.Connect(); // what a takeover does, without ending the one that it waits for
        var taken = RunAsync(
            taking,
            $"""
            SET search_path = {hub.Schema}; BEGIN; UPDATE partition SET fence = fence + 1 WHERE id = 4;
            SELECT pg_advisory_xact_lock('partition'::regclass::oid::integer, 4); COMMIT
            """);
        await Task.Delay(300);
        Assert.False(taken.IsCompleted);
        await transaction.CommitAsync();
        await taken;

        var stale = await Assert.ThrowsAsync<PostgresException>(
            () => RunAsync(committing, $"SET search_path = {hub.Schema}; SELECT check_fences('{{3,4}}', '{{1,1}}')"));
        Assert.Equal((PostgresErrors.FenceIsStale, "4"), (stale.SqlState, stale.Hint));
    }

    [Fact]
    public void Settings_of_the_server_that_would_break_a_promise_do_not_apply()
    {
        var hub = cluster.NewHub();
        hub.ConnectionString += ";Options=-c default_transaction_isolation=serializable -c synchronous_commit=off";
        using PostgresConnections connections = new(hub);
        foreach (var connection in (NpgsqlConnection[])[connections.Open(), connections.OpenOwn()])
        {
            using var command = new NpgsqlCommand(
                "SELECT current_setting('synchronous_commit') || ' ' || current_setting('default_transaction_isolation')", connection);
            Assert.Equal("on read committed", command.ExecuteScalar());
            connection.Dispose();
        }
    }

    [Fact]
    public void A_server_that_stops_is_told_of_and_what_was_acknowledged_is_there_afterwards()
    {
        var hub = cluster.NewHub();
        hub.LeaseDuration = TimeSpan.FromSeconds(3);
        var store = Open(hub);
        store.Commit([Turn(1)]);
        try
        {
            cluster.Stop();
            var gone = Assert.ThrowsAny<IOException>(() => store.Commit([Turn(2)]));
            Assert.Contains("out of reach or went away", gone.Message, StringComparison.Ordinal);
            Assert.Contains(hub.Schema, gone.Message, StringComparison.Ordinal);
            Assert.ThrowsAny<IOException>(() => store.Load("i1"));
        }
        finally
        {
            cluster.Start();
        }

        Assert.NotNull(store.Load("i1"));
        Assert.ThrowsAny<IOException>(() => store.Commit([Turn(3)])); // whether the second came through is unknown to it
        store.Dispose();

        using var again = OpenOnceTheLeaseHasEnded(hub);
        Assert.NotNull(again.Load("i1"));
        Assert.Null(again.Load("i3"));
        again.Commit([Turn(4)]);
    }

    // A store that lost its server may not have been able to give its leases back.
    private static PostgresPartitionStore OpenOnceTheLeaseHasEnded(PostgresHubOptions hub)
    {
        var clock = System.Diagnostics.Stopwatch.StartNew();
        while (true)
        {
            try
            {
                return Open(hub);
            }
            catch (PartitionOwnedException) when (clock.Elapsed < 3 * hub.LeaseDuration)
            {
                Thread.Sleep(100);
            }
        }
    }

    [Fact]
    public void A_server_that_is_not_there_is_told_of()
    {
        var hub = cluster.NewHub();
        hub.ConnectionString = "Host=127.0.0.1;Port=1;Username=postgres";
        using var store = Store(hub);
        Assert.Contains("127.0.0.1:1", Assert.ThrowsAny<IOException>(() => store.Recover(10)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_user_without_rights_is_told_so()
    {
        var hub = cluster.NewHub();
        cluster.Read($"CREATE ROLE {hub.Schema}_app LOGIN");
        hub.ConnectionString = hub.ConnectionString.Replace("Username=postgres", $"Username={hub.Schema}_app", StringComparison.Ordinal);
        using (var store = Store(hub))
        {
            Assert.Contains("may not", Assert.ThrowsAny<IOException>(() => store.Recover(10)).Message, StringComparison.Ordinal);
        }

        cluster.Read($"CREATE SCHEMA {hub.Schema} AUTHORIZATION {hub.Schema}_app"); // what an administrator prepares
        Open(hub).Dispose();
    }

    [Fact]
    public void Text_that_the_database_cannot_hold_does_not_stop_the_hub()
    {
        using var store = Open(cluster.NewHub());
        var row = Turn(1).Row! with { CustomStatus = "a\0b\uD800c", Tags = new([new("t", "\0")]), Version = "\uDC00" };
        store.Commit([Turn(1) with { Row = row }]);
        Assert.Equal(("a\uFFFDb\uFFFDc", "\uFFFD"), (store.Load("i1")!.Row.CustomStatus, store.Load("i1")!.Row.Version));
    }

    [Fact]
    public void What_one_command_writes_a_later_one_of_the_batch_can_take_back()
    {
        using var store = Open(cluster.NewHub());
        store.Commit([Turn(1)]);
        store.Commit(
        [
            Turn(2), new RefuseMessages([], [], Purged: 2),
            Turn(3) with { Replaces = 1, Row = Turn(1).Row! with { Key = 3 } },
            Turn(3) with { TurnNumber = 1, IsNew = false, Row = null },
            Turn(3) with { TurnNumber = 0, IsNew = false, ReplacesHistory = true, History = [9], Row = Turn(1).Row! with { Key = 3, CustomStatus = "x" } },
            Turn(4), Turn(5) with { Replaces = 4, Row = Turn(4).Row! with { Key = 5 } },
        ]);

        Assert.Equal([5, 3], store.Query(new([]), long.MaxValue, 10).Select(static r => r.Key));
        Assert.Equal<byte[]>([[9]], store.Load("i1")!.History);
        Assert.Equal("x", store.Load("i1")!.Row.CustomStatus);
        Assert.Equal(2L, cluster.Read($"SELECT count(*) FROM {Schema(store)}.history"));
    }

    [Fact]
    public void Settings_that_cannot_work_are_named()
    {
        PostgresHubOptions options = new() { Schema = "Bad-Name", Partitions = 0, LeaseDuration = TimeSpan.Zero };
        Assert.Equal(
            ["ConnectionString", "Schema", "Partitions", "LeaseDuration"], options.Problems().Select(static p => p.Split(' ')[0]));
        using var store = Store(options);
        Assert.Contains("Host=", Assert.Throws<InvalidOperationException>(() => store.Recover(1)).Message, StringComparison.Ordinal);
    }

    private static string Schema(PostgresPartitionStore store) => store.Options.Schema;

    private static PostgresPartitionStore Store(PostgresHubOptions hub) => new(hub, TimeProvider.System, Guid.NewGuid);

    private static PostgresPartitionStore Open(PostgresHubOptions hub)
    {
        var store = Store(hub);
        store.Recover(10);
        return store;
    }

    private static CommitTurn Turn(long key) => new(
        key,
        0,
        [(byte)key],
        ReplacesHistory: false,
        IsNew: true,
        new InstanceRow(key, $"i{key}", "Post", OrchestrationRuntimeStatus.Running, IsActive: false, null, null, Noon, Noon),
        [],
        []);

    private static async Task RunAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
