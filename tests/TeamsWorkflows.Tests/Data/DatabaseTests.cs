using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.Extensions.Logging.Abstractions;
using TeamsWorkflows.Audit;
using TeamsWorkflows.Data;
using TeamsWorkflows.Diagnostics;

namespace TeamsWorkflows.Tests.Data;

/// <summary>What goes along with a write: who did it, what it changed, and who hears of it.</summary>
public sealed class DatabaseTests : IAsyncLifetime, IDisposable
{
    private static readonly AuditActor Nobody = new("nobody", "", "");

    private readonly string _folder = Directory.CreateTempSubdirectory("database").FullName;
    private readonly Refusals _refusals = new();
    private PooledDbContextFactory<ProductDb> _contexts = null!;
    private Database _database = null!;

    public async Task InitializeAsync()
    {
        _contexts = new(new DbContextOptionsBuilder<ProductDb>()
            .UseSqlite($"Data Source={Path.Combine(_folder, "product.db")};Pooling=False").AddInterceptors(_refusals).Options);
        await using (var db = await _contexts.CreateDbContextAsync())
        {
            await db.Database.EnsureCreatedAsync();
        }

        _database = new(_contexts, TimeProvider.System, NullLogger<Database>.Instance, maxWriters: 1);
    }

    public Task DisposeAsync() => Task.CompletedTask;

    public void Dispose()
    {
        _database.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    [Trait("Requirement", "B15")]
    public async Task A_write_knows_whose_act_it_is_though_another_thread_runs_it()
    {
        using var call = AuditCall.Begin(Nobody, "approval.decide", "approval", reason: null);
        await _database.WriteAsync(
            db =>
            {
                AuditCall.Current?.By(new("cfo@contoso.example", "", "by link"));
                AuditCall.Current?.To("approval/1");
                return AddAsync(db, "a");
            },
            default);

        var entry = Assert.Single(await _database.ReadAsync(db => db.AuditEntries.ToListAsync(), default));
        Assert.Equal(("cfo@contoso.example", "by link", "approval/1"), (entry.Actor, entry.Role, entry.Target));
        Assert.Equal(entry.Hash, call.Written?.Hash);
    }

    [Fact]
    [Trait("Requirement", "B15")]
    public async Task An_act_that_was_not_committed_has_no_entry_to_tell_of()
    {
        using var call = AuditCall.Begin(Nobody, "case.resolve", "case/1", reason: null);
        _refusals.Left = int.MaxValue;
        await Assert.ThrowsAsync<InvalidDataException>(() => _database.WriteAsync(db => AddAsync(db, "a"), default));
        Assert.Null(call.Written);

        _refusals.Left = 0;
        await _database.WriteAsync(db => AddAsync(db, "a"), default);
        Assert.Equal(1, call.Written?.Sequence);
        await _database.WriteAsync(db => db.Paces.CountAsync(), default); // nothing is changed, so nothing is written
        Assert.Equal(1, call.Written?.Sequence);
    }

    [Fact]
    public async Task A_listener_that_fails_has_nothing_written_again()
    {
        var (told, ran) = (0, 0);
        _database.Committed = _ =>
        {
            told++;
            throw new InvalidOperationException("its own trouble");
        };
        await _database.WriteAsync(
            db =>
            {
                ran++;
                db.Note(ChangeTopic.Cases, "1");
                return AddAsync(db, "a");
            },
            default);

        Assert.Equal((1, 1), (told, ran));
        Assert.Equal(1, await _database.ReadAsync(db => db.Paces.CountAsync(), default));
    }

    [Fact]
    public async Task A_connection_that_comes_behind_a_case_is_news_of_the_case_and_of_the_connection()
    {
        List<DataChange> told = [];
        await _database.WriteAsync(
            async db => await db.Cases.AddAsync(new()
            {
                Id = "1",
                ConnectionId = "finance",
                Cause = OperatorAction.RotateCredential,
                Class = FailureClasses.ClientCredential,
                Diagnosis = "{}",
                OpenedAt = DateTimeOffset.UnixEpoch,
            }),
            default);
        _database.Committed = told.AddRange;
        await _database.WriteAsync(db => db.CaseConnections.AddAsync(new() { CaseId = "1", ConnectionId = "sales" }).AsTask(), default);

        Assert.Equal([new(ChangeTopic.Cases, "1"), new DataChange(ChangeTopic.Connections, "sales")], told);
    }

    [Fact]
    public async Task What_gathers_changes_does_not_outlive_its_write_in_the_pool()
    {
        _database.Committed = static _ => { };
        await _database.WriteAsync(db => AddAsync(db, "a"), default);

        await using var db = await _contexts.CreateDbContextAsync();
        Assert.Null(db.Changes);
        Assert.True(db.ChangeTracker.AutoDetectChangesEnabled);
    }

    [Fact]
    public async Task A_save_looks_for_changes_once_whoever_wants_to_know_them()
    {
        var detected = 0;
        _database.Committed = static _ => { };
        using var call = AuditCall.Begin(Nobody, "case.resolve", "case/1", reason: null);
        await _database.WriteAsync(
            async db =>
            {
                void Count(object? sender, EventArgs e) => detected++;
                await AddAsync(db, "a");
                db.ChangeTracker.DetectingAllChanges += Count;
                await db.SaveChangesAsync();
                db.ChangeTracker.DetectingAllChanges -= Count;
            },
            default);

        Assert.Equal(1, detected);
        Assert.Contains("Pace/a", (await _database.ReadAsync(db => db.AuditEntries.SingleAsync(), default)).After!, StringComparison.Ordinal);
    }

    private static Task AddAsync(ProductDb db, string key) => db.Paces.AddAsync(new PaceRow { Key = key }).AsTask();

    private sealed class Refusals : DbTransactionInterceptor
    {
        public int Left { get; set; }

        public override ValueTask<InterceptionResult> TransactionCommittingAsync(
            DbTransaction transaction, TransactionEventData eventData, InterceptionResult result, CancellationToken cancellationToken = default)
            => Left-- > 0 ? throw new InvalidDataException("The disk is full.") : ValueTask.FromResult(result);
    }
}
