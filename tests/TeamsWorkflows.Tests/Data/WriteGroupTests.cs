using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using TeamsWorkflows.Data;

namespace TeamsWorkflows.Tests.Data;

/// <summary>Writes that come together share a transaction, and none of them pays for another.</summary>
public sealed class WriteGroupTests : IAsyncLifetime, IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("group").FullName;
    private readonly Commits _commits = new();
    private Database _database = null!;

    public async Task InitializeAsync()
    {
        var options = new DbContextOptionsBuilder<ProductDb>()
            .UseSqlite($"Data Source={Path.Combine(_folder, "product.db")};Pooling=False").AddInterceptors(_commits).Options;
        var contexts = new Contexts(options);
        await using (var db = contexts.CreateDbContext())
        {
            await db.Database.EnsureCreatedAsync();
        }

        _commits.Count = 0;
        _database = new(contexts, TimeProvider.System, NullLogger<Database>.Instance, maxWriters: 1);
    }

    public Task DisposeAsync() => Task.CompletedTask;

    public void Dispose()
    {
        _database.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task What_queues_up_while_one_commits_is_one_transaction()
    {
        var (first, go) = await BlockedAsync("first");
        var rest = Enumerable.Range(0, 20).Select(i => AddAsync($"{i}")).ToArray();
        go.SetResult();
        await Task.WhenAll([first, .. rest]);

        Assert.Equal(2, _commits.Count);
        Assert.Equal(21, await CountAsync());
    }

    [Fact]
    public async Task A_write_sees_what_those_before_it_have_written()
    {
        var (first, go) = await BlockedAsync("a");
        var second = AddAsync("b");
        var third = _database.WriteAsync(db => db.Paces.CountAsync(), default);
        go.SetResult();
        await Task.WhenAll(first, second);

        Assert.Equal(2, await third);
    }

    [Fact]
    public async Task One_that_fails_fails_alone()
    {
        var (first, go) = await BlockedAsync("a");
        var good = AddAsync("b");
        var bad = AddAsync("a"); // there already
        var broken = _database.WriteAsync<bool>(_ => throw new InvalidDataException("its own"), default);
        var last = AddAsync("c");
        go.SetResult();
        await Task.WhenAll(first, good, last);

        await Assert.ThrowsAsync<DbUpdateException>(() => bad);
        Assert.Equal("its own", (await Assert.ThrowsAsync<InvalidDataException>(() => broken)).Message);
        Assert.Equal(3, await CountAsync());
    }

    [Fact]
    public async Task One_that_nobody_waits_for_any_more_writes_nothing()
    {
        using var stopped = new CancellationTokenSource();
        var (first, go) = await BlockedAsync("a");
        var cancelled = _database.WriteAsync(db => db.Paces.AddAsync(new PaceRow { Key = "b" }, stopped.Token).AsTask(), stopped.Token);
        var other = AddAsync("c");
        await stopped.CancelAsync();
        go.SetResult();
        await Task.WhenAll(first, other);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);
        Assert.Equal(2, await CountAsync());
    }

    // Holds the writer until it is let go, so that others queue up behind it.
    private async Task<(Task Written, TaskCompletionSource Go)> BlockedAsync(string key)
    {
        var (begun, go) = (new TaskCompletionSource(), new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        var written = _database.WriteAsync(
            async db =>
            {
                db.Paces.Add(new PaceRow { Key = key });
                begun.TrySetResult();
                await go.Task;
            },
            default);
        await begun.Task;
        return (written, go);
    }

    private Task AddAsync(string key) => _database.WriteAsync(db => db.Paces.AddAsync(new PaceRow { Key = key }).AsTask(), default);

    private Task<int> CountAsync() => _database.ReadAsync(db => db.Paces.CountAsync(), default);

    private sealed class Contexts(DbContextOptions<ProductDb> options) : IDbContextFactory<ProductDb>
    {
        public ProductDb CreateDbContext() => new(options);
    }

    private sealed class Commits : DbTransactionInterceptor
    {
        public int Count { get; set; }

        public override Task TransactionCommittedAsync(
            DbTransaction transaction, TransactionEndEventData eventData, CancellationToken cancellationToken = default)
        {
            Count++;
            return Task.CompletedTask;
        }
    }
}
