using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
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
/// <remarks>Between the two are the bounds: see <see cref="BareService"/>.</remarks>
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
        await BoundRatesAsync(WarmUp, callers);
        for (var run = 1; run <= runs; run++)
        {
            var (floorAlone, alone) = (await FloorAloneAsync(50), await ProductAloneAsync($"alone {run}", 50));
            var (floor, rate, bounds) = (
                await FloorRateAsync(count, callers), await ProductRateAsync($"together {run}", count, callers), await BoundRatesAsync(count, callers));
            Say($"run {run}: alone: floor p50 {floorAlone.P50:F1} ms, p99 {floorAlone.P99:F1} ms; POST to channel p50 {alone.P50:F1} ms, p99 {alone.P99:F1} ms (+{alone.P50 - floorAlone.P50:F1} ms)");
            Say($"run {run}: {count} by {callers} callers: floor {floor:F0}/s; POST to channel {rate:F0}/s ({100 * rate / floor:F0} % of the floor)");
            Say($"run {run}: bounds: POST {bounds.Post:F0}/s ({100 * bounds.Post / floor:F0} %); and rows {bounds.Rows:F0}/s ({100 * bounds.Rows / floor:F0} %); and intent and outcome {bounds.Intent:F0}/s ({100 * bounds.Intent / floor:F0} %); and a workflow {bounds.Workflow:F0}/s ({100 * bounds.Workflow / floor:F0} %)");
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
        await UntilAsync(() => _tenant.MessageCount - before, count, clock);
        return count / clock.Elapsed.TotalSeconds;
    }

    private static async Task UntilAsync(Func<int> arrived, int count, Stopwatch clock)
    {
        while (arrived() < count)
        {
            if (clock.Elapsed > Limit)
            {
                throw new TimeoutException($"Only {arrived()} of {count} arrived.");
            }

            await Task.Delay(5);
        }
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

    private async Task<(double Post, double Rows, double Intent, double Workflow)> BoundRatesAsync(int count, int callers)
    {
        var floor = await FloorAsync();
        await using var bare = new BareService(server.Services.GetRequiredService<Database>(), floor);
        var address = await bare.StartAsync();
        var post = await RateAsync(count, callers, i => SendAndPostAsync("/nothing", i));
        var rows = await RateAsync(count, callers, i => SendAndPostAsync("/rows", i));
        var intent = await RateAsync(count, callers, async i => await bare.PostAsync(await SendAsync(new(address, "/rows"), $"intent {i}")));
        var before = bare.Posted;
        var clock = Stopwatch.StartNew();
        await RateAsync(count, callers, async i => await SendAsync(new(address, "/workflow"), $"workflow {i}"));
        await UntilAsync(() => bare.Posted - before, count, clock);
        return (post, rows, intent, count / clock.Elapsed.TotalSeconds);

        async Task SendAndPostAsync(string path, int i)
        {
            await SendAsync(new(address, path), $"{path} {i}");
            await floor();
        }
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

    private Task<string> SubmitAsync(string title) => SendAsync(new("/api/v1/reports", UriKind.Relative), title);

    private async Task<string> SendAsync(Uri address, string title)
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
        return (await response.Content.ReadAsStringAsync()).Trim('"'); // a report of the product, the identifier of a bare one
    }

    private static void Say(FormattableString line) => Console.WriteLine(line.ToString(CultureInfo.InvariantCulture));

    private sealed record Spread(double P50, double P99)
    {
        public static Spread Of(List<double> values) => new(Percentile(values, 50), Percentile(values, 99));

        private static double Percentile(List<double> values, int percent)
            => values.Order().ElementAt(Math.Min(values.Count - 1, values.Count * percent / 100));
    }
}
