using System.Reflection;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.Extensions.Logging.Abstractions;
using TeamsWorkflows.Audit;
using TeamsWorkflows.Data;
using TeamsWorkflows.Data.Statements;
using TeamsWorkflows.Deliveries;

namespace TeamsWorkflows.Tests.Data.Statements;

/// <summary>Rows that go past the change tracker are the rows that it knows.</summary>
public sealed class RowTableTests : IAsyncLifetime, IDisposable
{
    private static readonly DateTimeOffset Now = new(2026, 11, 27, 8, 30, 0, TimeSpan.Zero);
    private static readonly IReadOnlyList<string> State = [nameof(DeliveryRow.State), nameof(DeliveryRow.Reason)];

    private readonly string _folder = Directory.CreateTempSubdirectory("rows").FullName;
    private readonly List<DataChange> _told = [];
    private Database _database = null!;

    public async Task InitializeAsync()
    {
        PooledDbContextFactory<ProductDb> contexts = new(new DbContextOptionsBuilder<ProductDb>()
            .UseSqlite($"Data Source={Path.Combine(_folder, "product.db")};Pooling=False").Options);
        await using (var db = await contexts.CreateDbContextAsync())
        {
            await db.Database.EnsureCreatedAsync();
        }

        _database = new(contexts, TimeProvider.System, NullLogger<Database>.Instance, maxWriters: 1) { Committed = _told.AddRange };
    }

    public Task DisposeAsync() => Task.CompletedTask;

    public void Dispose()
    {
        _database.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_the_tracker_wrote_is_read_whole(bool isFull)
    {
        var (report, delivery, attempt, connection, pace, cache) = Rows(isFull);
        await _database.WriteAsync(
            db =>
            {
                db.AddRange(report, delivery, attempt, connection, pace, cache);
                return Task.CompletedTask;
            },
            default);

        var found = await _database.ReadAsync(db => new SubjectQuery(db).FindAsync(db, delivery.Id, attempt.Number, default), default);
        AssertSame(report, found.Report);
        AssertSame(delivery, found.Delivery);
        AssertSame(connection, found.Connection!);
        AssertSame(attempt, found.Earlier!);
        AssertSame(pace, Assert.Single(await FindAsync<PaceRow>(pace.Key, "another")));
        AssertSame(cache, Assert.Single(await FindAsync<TokenCacheRow>(cache.ConnectionId)));
        Assert.Null((await _database.ReadAsync(db => new SubjectQuery(db).FindAsync(db, delivery.Id, attempt.Number + 1, default), default)).Earlier);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_a_statement_wrote_the_tracker_reads(bool isFull)
    {
        var (report, delivery, attempt, connection, pace, cache) = Rows(isFull);
        await _database.WriteAsync(
            db =>
            {
                db.Insert(report);
                db.Insert(delivery);
                db.Insert(attempt);
                db.Insert(connection);
                db.Insert(pace);
                db.Insert(cache);
                Assert.Empty(db.ChangeTracker.Entries());
                return Task.CompletedTask;
            },
            default);

        AssertSame(report, await _database.ReadAsync(db => db.Reports.SingleAsync(), default));
        AssertSame(delivery, await _database.ReadAsync(db => db.Deliveries.SingleAsync(), default));
        AssertSame(attempt, await _database.ReadAsync(db => db.Attempts.SingleAsync(), default));
        AssertSame(connection, await _database.ReadAsync(db => db.Connections.SingleAsync(), default));
        AssertSame(pace, await _database.ReadAsync(db => db.Paces.SingleAsync(), default));
        AssertSame(cache, await _database.ReadAsync(db => db.TokenCaches.SingleAsync(), default));
        Assert.Contains(new(ChangeTopic.Deliveries, delivery.Id), _told);
        Assert.Contains(new(ChangeTopic.Connections, connection.Id), _told);
    }

    [Fact]
    public async Task A_change_writes_what_it_names_and_nothing_else()
    {
        var delivery = await StoreAsync();
        (delivery.State, delivery.Reason, delivery.MessageId) = (DeliveryState.Waiting, "later", "not written");
        await _database.WriteAsync(
            db =>
            {
                db.Update(delivery, State);
                return Task.CompletedTask;
            },
            default);

        var stored = await _database.ReadAsync(db => db.Deliveries.SingleAsync(), default);
        Assert.Equal((DeliveryState.Waiting, "later", "MessageId"), (stored.State, stored.Reason, stored.MessageId));
    }

    [Fact]
    public async Task What_the_database_refuses_is_refused_as_the_tracker_refuses_it()
    {
        var delivery = await StoreAsync();
        await Assert.ThrowsAsync<DbUpdateException>(() => InsertAsync(delivery));

        var gone = Filled<DeliveryRow>(isFull: true);
        gone.Id = "gone";
        await Assert.ThrowsAsync<DbUpdateConcurrencyException>(() => _database.WriteAsync(
            db =>
            {
                db.Update(gone, State);
                return Task.CompletedTask;
            },
            default));
    }

    [Fact]
    public async Task A_write_that_fails_leaves_nothing_to_the_next_one()
    {
        await Assert.ThrowsAsync<InvalidDataException>(() => _database.WriteAsync<bool>(
            db =>
            {
                db.Insert(Filled<PaceRow>(isFull: false));
                throw new InvalidDataException("after it");
            },
            default));
        await InsertAsync(new PaceRow { Key = "mine" });

        Assert.Equal(["mine"], await _database.ReadAsync(db => db.Paces.Select(p => p.Key).ToListAsync(), default));
    }

    [Fact]
    [Trait("Requirement", "B15")]
    public async Task What_an_act_changes_is_in_the_audit_log_whichever_way_it_is_written()
    {
        var delivery = await StoreAsync();
        using (AuditCall.Begin(new("adam@contoso.example", "", "Operator"), "delivery.decide", "delivery/1", "it is there"))
        {
            (delivery.State, delivery.Reason) = (DeliveryState.Failed, "audited");
            await _database.WriteAsync(
                db =>
                {
                    db.Update(delivery, State);
                    db.Insert(new PaceRow { Key = "audited" });
                    return Task.CompletedTask;
                },
                default);
        }

        var entry = Assert.Single(await _database.ReadAsync(db => db.AuditEntries.ToListAsync(), default));
        Assert.Contains("audited", entry.After, StringComparison.Ordinal);
        Assert.Equal("audited", (await _database.ReadAsync(db => db.Deliveries.SingleAsync(), default)).Reason);
        Assert.Equal(["audited"], await _database.ReadAsync(db => db.Paces.Select(p => p.Key).ToListAsync(), default));
    }

    [Fact]
    public async Task However_many_keys_are_asked_for_each_row_is_found_once()
    {
        string[] keys = [.. Enumerable.Range(0, 150).Select(static i => $"line/{i}")];
        await _database.WriteAsync(
            db =>
            {
                Array.ForEach(keys, key => db.Insert(new PaceRow { Key = key }));
                return Task.CompletedTask;
            },
            default);

        foreach (var count in (int[])[0, 1, 3, 64, 65, 150])
        {
            var found = await FindAsync<PaceRow>([.. keys.Take(count), "line/0", "nowhere"]);
            Assert.Equal(keys.Take(Math.Max(1, count)).Order(StringComparer.Ordinal), found.Select(static r => r.Key).Order(StringComparer.Ordinal));
        }
    }

    private Task<List<TRow>> FindAsync<TRow>(params string[] keys)
        where TRow : class
        => _database.ReadAsync(db => RowTable<TRow>.Of(db).FindAsync(db, keys, default), default);

    private Task InsertAsync<TRow>(TRow row)
        where TRow : class
        => _database.WriteAsync(
            db =>
            {
                db.Insert(row);
                return Task.CompletedTask;
            },
            default);

    private async Task<DeliveryRow> StoreAsync()
    {
        var (report, delivery, _, connection, _, _) = Rows(isFull: true);
        await InsertAsync(report);
        await InsertAsync(connection);
        await InsertAsync(delivery);
        return delivery;
    }

    private static (ReportRow Report, DeliveryRow Delivery, AttemptRow Attempt, ConnectionRow Connection, PaceRow Pace, TokenCacheRow Cache) Rows(bool isFull)
    {
        var (report, delivery, attempt, connection) = (Filled<ReportRow>(isFull), Filled<DeliveryRow>(isFull), Filled<AttemptRow>(isFull), Filled<ConnectionRow>(isFull));
        (delivery.ReportId, delivery.ConnectionId, attempt.DeliveryId) = (report.Id, connection.Id, delivery.Id);
        return (report, delivery, attempt, connection, Filled<PaceRow>(isFull), Filled<TokenCacheRow>(isFull));
    }

    // Every property has a value of its own; those that may be null are, if it is not to be full.
    private static TRow Filled<TRow>(bool isFull)
    {
        var row = Activator.CreateInstance<TRow>();
        var nullability = new NullabilityInfoContext();
        foreach (var property in Columns<TRow>())
        {
            var isNullable = nullability.Create(property).WriteState == NullabilityState.Nullable;
            property.SetValue(row, isNullable && !isFull ? null : Value(property));
        }

        return row;
    }

    private static object Value(PropertyInfo property)
    {
        var type = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
        var number = property.Name.Length;
        return type switch
        {
            _ when type == typeof(string) => property.Name,
            _ when type == typeof(byte[]) => new byte[] { 0, 255, (byte)number },
            _ when type == typeof(bool) => true,
            _ when type == typeof(int) => number,
            _ when type == typeof(long) => long.MaxValue - number,
            _ when type == typeof(double) => number + 0.25,
            _ when type == typeof(Guid) => new Guid(number, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11),
            _ when type == typeof(DateOnly) => new DateOnly(2026, 11, number),
            _ when type == typeof(TimeSpan) => TimeSpan.FromTicks(number),
            _ when type == typeof(DateTimeOffset) => Now.AddTicks(number),
            _ when type.IsEnum => Enum.GetValues(type).GetValue(Enum.GetValues(type).Length - 1)!,
            _ => throw new InvalidOperationException($"{property.Name} is of a type that this test has no value for."),
        };
    }

    private static void AssertSame<TRow>(TRow expected, TRow actual)
    {
        foreach (var property in Columns<TRow>())
        {
            Assert.True(
                Equals(Comparable(property.GetValue(expected)), Comparable(property.GetValue(actual))),
                $"{typeof(TRow).Name}.{property.Name}: {property.GetValue(expected)} became {property.GetValue(actual)}.");
        }
    }

    private static object? Comparable(object? value) => value is byte[] bytes ? Convert.ToHexString(bytes) : value;

    private static IEnumerable<PropertyInfo> Columns<TRow>() => typeof(TRow).GetProperties().Where(static p => p.SetMethod is not null);
}
