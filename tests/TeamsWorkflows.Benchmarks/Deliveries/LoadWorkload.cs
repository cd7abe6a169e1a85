using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using TeamsWorkflows.Connections;
using TeamsWorkflows.Data;
using TeamsWorkflows.Graph;
using TeamsWorkflows.Reports;
using TeamsWorkflows.Sandbox;
using TeamsWorkflows.Server.Development;
using TeamsWorkflows.Server.Hosting;
using TeamsWorkflows.Ways;

namespace TeamsWorkflows.Benchmarks.Deliveries;

/// <summary>
/// Reports from HTTP POST to the channel, beside the floor: the same MSAL and Graph calls in a loop, without a report that
/// outlives anything. Server, SQLite with synchronous=FULL, sandbox over HTTPS and callers are all in this process.
/// </summary>
/// <remarks>
/// Between the two is the bound: what no service behind an API can do without. The report comes over HTTP, to an endpoint that asks
/// nobody who he is, and becomes one durable row before the answer; then the same caller makes the floor's calls. There is no second
/// row, no key that is looked up, no workflow, nothing that would be done again after a crash.
/// </remarks>
internal sealed class LoadWorkload(ServerApplication server, HttpClient client)
{
    // Until the code is compiled for good: before, half of the machine compiles, and more of it for the product than for the floor.
    private const int WarmUp = 2_000;

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);

    private readonly SandboxTenant _tenant = server.Sandbox!.DefaultTenant;

    private SandboxTeam Team => _tenant.Team("Finance");

    public static async Task RunAsync(int count, int callers, int runs)
    {
        var folder = Directory.CreateTempSubdirectory("reports").FullName;
        await using var server = await ServerApplication.CreateAsync(
            [
                "--environment=Development", "--Urls=http://127.0.0.1:5080", $"--Data:Folder={folder}", "--Sandbox:Enabled=true",
                "--Sandbox:HttpsPort=0", "--Sandbox:HttpPort=0", "--Sandbox:SmtpPort=0", "--Logging:LogLevel:Default=Error",
                "--Pacing:Channel:Interval=00:00:00.0001", "--Pacing:Channel:PerDay=0", "--Pacing:Connection:Interval=00:00:00.0001",
                "--Pacing:Tenant:Interval=00:00:00.0001", "--Api:CallsPerSecond=1000000", "--Api:Burst=1000000",
            ],
            CancellationToken.None);
        await server.StartAsync(CancellationToken.None);
        if (await ActivatorUtilities.CreateInstance<SandboxSignIn>(server.Services)
                .RunAsync(DevelopmentSandbox.ConnectionId, server.Sandbox!.DefaultTenant.Service.UserName, CancellationToken.None) is not SignInResult.Connected)
        {
            throw new InvalidOperationException("The service account could not be signed in.");
        }

        using var client = new HttpClient { BaseAddress = server.Addresses.First() };
        client.DefaultRequestHeaders.Authorization = new("Bearer", await new BenchSandbox(server.Sandbox).PublisherTokenAsync());
        await new LoadWorkload(server, client).RunAllAsync(count, callers, runs);
    }

    private async Task RunAllAsync(int count, int callers, int runs)
    {
        await ProductRateAsync("warm-up", WarmUp, callers);
        await FloorRateAsync(WarmUp, callers);
        await BoundRateAsync(WarmUp, callers);
        for (var run = 1; run <= runs; run++)
        {
            var (floorAlone, alone) = (await FloorAloneAsync(50), await ProductAloneAsync($"alone {run}", 50));
            var (floorRate, bound, rate) = (
                await FloorRateAsync(count, callers), await BoundRateAsync(count, callers), await ProductRateAsync($"together {run}", count, callers));
            Say($"run {run}: alone: floor p50 {floorAlone.P50:F1} ms, p99 {floorAlone.P99:F1} ms; POST to channel p50 {alone.P50:F1} ms, p99 {alone.P99:F1} ms (+{alone.P50 - floorAlone.P50:F1} ms)");
            Say($"run {run}: {count} by {callers} callers: floor {floorRate:F0}/s; POST to channel {rate:F0}/s ({100 * rate / floorRate:F0} % of the floor); bound {bound:F0}/s ({100 * bound / floorRate:F0} % of the floor)");
        }
    }

    private async Task<Spread> ProductAloneAsync(string name, int count)
    {
        List<double> accepted = [], took = [];
        for (var i = 0; i < count; i++)
        {
            var (title, clock) = ($"{name} {i}", Stopwatch.StartNew());
            var arrived = _tenant.WaitForMessageAsync(m => m.Subject == title, CancellationToken.None);
            await SubmitAsync(title);
            accepted.Add(clock.Elapsed.TotalMilliseconds);
            await arrived.WaitAsync(Limit);
            took.Add(clock.Elapsed.TotalMilliseconds);
        }

        var answered = Spread.Of(accepted);
        Say($"{name}: POST answered p50 {answered.P50:F1} ms, p99 {answered.P99:F1} ms");
        return Spread.Of(took);
    }

    private async Task<double> ProductRateAsync(string name, int count, int callers)
    {
        var before = _tenant.MessageCount;
        var clock = Stopwatch.StartNew();
        await Parallel.ForAsync(
            0, count, new ParallelOptions { MaxDegreeOfParallelism = callers }, async (i, _) => await SubmitAsync($"{name} {i}"));
        while (_tenant.MessageCount < before + count)
        {
            if (clock.Elapsed > Limit)
            {
                throw new TimeoutException($"Only {_tenant.MessageCount - before} of {count} arrived.");
            }

            await Task.Delay(5);
        }

        return count / clock.Elapsed.TotalSeconds;
    }

    private async Task<Spread> FloorAloneAsync(int count)
    {
        List<double> took = [];
        var floor = await FloorAsync();
        for (var i = 0; i < count; i++)
        {
            var clock = Stopwatch.StartNew();
            await floor();
            took.Add(clock.Elapsed.TotalMilliseconds);
        }

        return Spread.Of(took);
    }

    private async Task<double> FloorRateAsync(int count, int callers)
    {
        var floor = await FloorAsync();
        return await RateAsync(count, callers, _ => floor());
    }

    private async Task<double> BoundRateAsync(int count, int callers)
    {
        var (floor, database) = (await FloorAsync(), server.Services.GetRequiredService<Database>());
        var builder = WebApplication.CreateSlimBuilder(["--Urls=http://127.0.0.1:0", "--Logging:LogLevel:Default=Error"]);
        await using var bare = builder.Build();
        bare.MapPost("/", async (JsonElement report) =>
        {
            await database.WriteAsync(db => StoreAsync(db, report), CancellationToken.None);
            return TypedResults.Accepted((string?)null);
        });
        await bare.StartAsync(CancellationToken.None);
        Uri address = new(bare.Urls.Single());
        return await RateAsync(count, callers, async i =>
        {
            await SendAsync(address, $"bound {i}");
            await floor();
        });
    }

    private static Task StoreAsync(ProductDb db, JsonElement report)
    {
        db.Insert(new ReportRow
        {
            Id = Guid.NewGuid().ToString("N"),
            Publisher = "bound",
            IdempotencyKey = Guid.NewGuid().ToString(),
            RequestHash = [],
            Title = report.GetProperty("title").GetString()!,
            Body = report.GetProperty("body").GetString()!,
            Format = ReportFormat.Markdown,
            FallbackRecipients = "",
            Patience = TimeSpan.Zero,
            CreatedAt = TimeProvider.System.GetUtcNow(),
        });
        return Task.CompletedTask;
    }

    private static async Task<double> RateAsync(int count, int callers, Func<int, Task> act)
    {
        var clock = Stopwatch.StartNew();
        await Parallel.ForAsync(0, count, new ParallelOptions { MaxDegreeOfParallelism = callers }, async (i, _) => await act(i));
        return count / clock.Elapsed.TotalSeconds;
    }

    // A token by MSAL, silently, and a message by Graph's SDK: what every program has to do, and nothing else.
    private async Task<Func<Task>> FloorAsync()
    {
        var database = server.Services.GetRequiredService<Database>();
        var (tokens, channels) = (server.Services.GetRequiredService<TokenSource>(), server.Services.GetRequiredService<TeamsChannels>());
        var connection = await database.ReadAsync(db => db.Connections.SingleAsync(), CancellationToken.None);
        var report = new ReportDocument("Floor", "Floor", Reports.Content.ReportContent.Load(ReportFormat.Markdown, "Sales were **up** by 4 %."), MessageImportance.Normal, [], []);
        var (team, channel) = (Team.Id, Team.Channel("Reports").Id);
        return async () =>
        {
            var token = (TokenResult.Acquired)await tokens.AcquireAsync(connection, TokenRequest.Silent, CancellationToken.None);
            var message = ChannelMessage.Build(report, new Envelope(Guid.NewGuid(), []));
            if (await channels.PostAsync(token.AccessToken, team, channel, message, channels.NewRequestId(), CancellationToken.None)
                is not GraphResult<Microsoft.Graph.Models.ChatMessage>.Success)
            {
                throw new InvalidOperationException("The floor's post failed.");
            }
        };
    }

    private Task SubmitAsync(string title) => SendAsync(new("/api/v1/reports", UriKind.Relative), title);

    private async Task SendAsync(Uri address, string title)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, address);
        request.Headers.Add("Idempotency-Key", Guid.NewGuid().ToString());
        request.Content = JsonContent.Create(new
        {
            title,
            body = $"Sales of {title} were **up** by 4 %.", // each report is another one
            destinations = new[] { new { connection = DevelopmentSandbox.ConnectionId, teamId = Team.Id, channelId = Team.Channel("Reports").Id } },
        });
        using var response = await client.SendAsync(request);
        response.EnsureSuccessStatusCode();
    }

    private static void Say(FormattableString line) => Console.WriteLine(line.ToString(CultureInfo.InvariantCulture));

    private sealed record Spread(double P50, double P99)
    {
        public static Spread Of(List<double> values) => new(Percentile(values, 50), Percentile(values, 99));

        private static double Percentile(List<double> values, int percent)
            => values.Order().ElementAt(Math.Min(values.Count - 1, values.Count * percent / 100));
    }
}
