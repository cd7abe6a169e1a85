using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using TeamsWorkflows.Benchmarks.Engine;
using TeamsWorkflows.Data;
using TeamsWorkflows.Deliveries;
using TeamsWorkflows.DurableTask;
using TeamsWorkflows.DurableTask.Sqlite;
using TeamsWorkflows.Reports;

namespace TeamsWorkflows.Benchmarks.Deliveries;

/// <summary>
/// What is left of this product when all that it decides is taken out, step by step: a report over HTTP, to an endpoint that asks
/// nobody who he is; its rows, durable before the answer; an intent before the post and its outcome after it; a workflow that
/// carries it. It writes by the product's own way to the database.
/// </summary>
/// <remarks>
/// No token of the caller, no key that is looked up, nothing that is checked, drawn, paced, watched or approved, and nothing that
/// finds out after a crash whether the message is there.
/// </remarks>
internal sealed class BareService : IAsyncDisposable
{
    private static readonly IReadOnlyList<string> State = [nameof(DeliveryRow.State), nameof(DeliveryRow.UpdatedAt)];
    private static readonly IReadOnlyList<string> Outcome = [nameof(AttemptRow.EndedAt), nameof(AttemptRow.Status), nameof(AttemptRow.Outcome)];

    private readonly Database _database;
    private readonly Func<Task> _post;
    private readonly WebApplication _app;
    private readonly BenchHub _hub;
    private readonly string _folder = Directory.CreateTempSubdirectory("bare").FullName;
    private int _posted;

    public BareService(Database database, Func<Task> post)
    {
        (_database, _post) = (database, post);
        var file = Path.Combine(_folder, "hub.db");
        _hub = new BenchHub(new SqlitePartitionStore(file), file, new DurableTaskRegistry(JsonSerializerOptions.Web)
            .AddOrchestrator(nameof(Carry), static () => new Carry())
            .AddActivity(nameof(Post), () => new Post(this)));
        var builder = WebApplication.CreateSlimBuilder(["--Urls=http://127.0.0.1:0", "--Logging:LogLevel:Default=Error"]);
        _app = builder.Build();
        _app.MapPost("/nothing", static (JsonElement report) => TypedResults.Accepted((string?)null, report.GetProperty("title").GetString()));
        _app.MapPost("/rows", async (JsonElement report, CancellationToken gone) => TypedResults.Accepted((string?)null, await StoreAsync(report, gone)));
        _app.MapPost("/workflow", async (JsonElement report, CancellationToken gone) =>
        {
            var id = await StoreAsync(report, gone);
            await _hub.Client.ScheduleNewOrchestrationInstanceAsync(nameof(Carry), id, cancellation: gone);
            return TypedResults.Accepted((string?)null, id);
        });
    }

    /// <summary>Gets how many posts have their outcome.</summary>
    public int Posted => Volatile.Read(ref _posted);

    public async Task<Uri> StartAsync()
    {
        await _app.StartAsync(CancellationToken.None);
        return new(_app.Urls.Single());
    }

    /// <summary>Posts what was stored: intent, post, outcome.</summary>
    public async Task PostAsync(string id)
    {
        var attempt = new AttemptRow { DeliveryId = id, Number = 1, Kind = AttemptKind.Post, StartedAt = TimeProvider.System.GetUtcNow() };
        var delivery = Delivery(id, DeliveryState.Posting);
        await _database.WriteAsync(
            db =>
            {
                db.Insert(attempt);
                db.Update(delivery, State);
                return Task.CompletedTask;
            },
            CancellationToken.None);
        await _post();
        (attempt.EndedAt, attempt.Status, attempt.Outcome) = (TimeProvider.System.GetUtcNow(), 201, "{}");
        (delivery.State, delivery.UpdatedAt) = (DeliveryState.Delivered, attempt.EndedAt.Value);
        await _database.WriteAsync(
            db =>
            {
                db.Update(attempt, Outcome);
                db.Update(delivery, State);
                return Task.CompletedTask;
            },
            CancellationToken.None);
        Interlocked.Increment(ref _posted);
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        await _hub.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task<string> StoreAsync(JsonElement report, CancellationToken cancellationToken)
    {
        var id = Guid.NewGuid().ToString("N");
        await _database.WriteAsync(
            db =>
            {
                db.Insert(new ReportRow
                {
                    Id = id,
                    Publisher = "bare",
                    IdempotencyKey = Guid.NewGuid().ToString(),
                    RequestHash = [],
                    Title = report.GetProperty("title").GetString()!,
                    Body = report.GetProperty("body").GetString()!,
                    Format = ReportFormat.Markdown,
                    FallbackRecipients = "",
                    Patience = TimeSpan.Zero,
                    CreatedAt = TimeProvider.System.GetUtcNow(),
                });
                db.Insert(Delivery(id, DeliveryState.Accepted));
                return Task.CompletedTask;
            },
            cancellationToken);
        return id;
    }

    private static DeliveryRow Delivery(string id, DeliveryState state)
    {
        var now = TimeProvider.System.GetUtcNow();
        return new() { Id = id, ReportId = id, Publisher = "bare", Kind = "channel", Destination = "{}", CardId = Guid.Empty, State = state, CreatedAt = now, UpdatedAt = now };
    }

    private sealed class Carry : TaskOrchestrator<string, bool>
    {
        public override Task<bool> RunAsync(TaskOrchestrationContext context, string input) => context.CallActivityAsync<bool>(nameof(Post), input);
    }

    private sealed class Post(BareService service) : TaskActivity<string, bool>
    {
        public override async Task<bool> RunAsync(TaskActivityContext context, string input)
        {
            await service.PostAsync(input);
            return true;
        }
    }
}
