using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using TeamsWorkflows.Connections;
using TeamsWorkflows.Sandbox;
using TeamsWorkflows.Server.Development;
using TeamsWorkflows.Server.Hosting;

namespace TeamsWorkflows.Benchmarks;

/// <summary>Reports from HTTP POST to the channel: the whole server, SQLite with synchronous=FULL, real MSAL and Graph SDK, sandbox and callers, all in this process.</summary>
internal static class ReportsWorkload
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);

    public static async Task RunAsync(int count, int callers, int runs)
    {
        var folder = Directory.CreateTempSubdirectory("reports").FullName;
        await using var server = await ServerApplication.CreateAsync(
            [
                "--environment=Development", "--Urls=http://127.0.0.1:5080", $"--Data:Folder={folder}", "--Sandbox:Enabled=true",
                "--Sandbox:HttpsPort=0", "--Sandbox:HttpPort=0", "--Sandbox:SmtpPort=0", "--Logging:LogLevel:Default=Error",
                "--Pacing:Channel:Interval=00:00:00.0001", "--Pacing:Channel:PerDay=0", "--Pacing:Connection:Interval=00:00:00.0001",
                "--Pacing:Tenant:Interval=00:00:00.0001",
            ],
            CancellationToken.None);
        await server.StartAsync(CancellationToken.None);
        var tenant = server.Sandbox!.DefaultTenant;
        if (await ActivatorUtilities.CreateInstance<SandboxSignIn>(server.Services)
                .RunAsync(DevelopmentSandbox.ConnectionId, tenant.Service.UserName, CancellationToken.None) is not SignInResult.Connected)
        {
            throw new InvalidOperationException("The service account could not be signed in.");
        }

        using var client = new HttpClient { BaseAddress = server.Addresses.First() };
        client.DefaultRequestHeaders.Authorization = new("Bearer", await TokenAsync(server.Sandbox));
        await ThroughputAsync(client, tenant, "warm-up", 100, callers);
        for (var run = 1; run <= runs; run++)
        {
            await LatencyAsync(client, tenant, $"alone {run}", 50);
            await ThroughputAsync(client, tenant, $"together {run}", count, callers);
        }
    }

    private static async Task LatencyAsync(HttpClient client, SandboxTenant tenant, string name, int count)
    {
        List<double> accepted = [], posted = [];
        for (var i = 0; i < count; i++)
        {
            var (title, clock) = ($"{name} {i}", Stopwatch.StartNew());
            var arrived = tenant.WaitForMessageAsync(m => m.Subject == title, CancellationToken.None);
            await SubmitAsync(client, tenant, title);
            accepted.Add(clock.Elapsed.TotalMilliseconds);
            await arrived.WaitAsync(Limit);
            posted.Add(clock.Elapsed.TotalMilliseconds);
        }

        Say($"{name}: POST answered p50 {Percentile(accepted, 50):F1} ms, p99 {Percentile(accepted, 99):F1} ms; in the channel p50 {Percentile(posted, 50):F1} ms, p99 {Percentile(posted, 99):F1} ms");
    }

    private static async Task ThroughputAsync(HttpClient client, SandboxTenant tenant, string name, int count, int callers)
    {
        var before = tenant.AllMessages().Count;
        var clock = Stopwatch.StartNew();
        await Parallel.ForAsync(
            0, count, new ParallelOptions { MaxDegreeOfParallelism = callers }, async (i, _) => await SubmitAsync(client, tenant, $"{name} {i}"));
        var accepted = clock.Elapsed;
        while (tenant.AllMessages().Count < before + count && clock.Elapsed < Limit)
        {
            await Task.Delay(5);
        }

        var arrived = tenant.AllMessages().Count - before;
        Say($"{name}: {count} reports by {callers} callers, accepted {count / accepted.TotalSeconds:F0}/s, {arrived} in the channel at {arrived / clock.Elapsed.TotalSeconds:F0}/s");
    }

    private static async Task SubmitAsync(HttpClient client, SandboxTenant tenant, string title)
    {
        var team = tenant.Team("Finance");
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri("/api/v1/reports", UriKind.Relative));
        request.Headers.Add("Idempotency-Key", Guid.NewGuid().ToString());
        request.Content = JsonContent.Create(new
        {
            title,
            body = "Sales were **up** by 4 %.",
            destinations = new[] { new { connection = DevelopmentSandbox.ConnectionId, teamId = team.Id, channelId = team.Channel("Reports").Id } },
        });
        using var response = await client.SendAsync(request);
        response.EnsureSuccessStatusCode();
    }

    private static async Task<string> TokenAsync(SandboxServer sandbox)
    {
        var tenant = sandbox.DefaultTenant;
        using var http = new HttpClient();
        using var form = new FormUrlEncodedContent(
        [
            new("grant_type", "client_credentials"), new("client_id", tenant.Publisher.ClientId),
            new("client_secret", tenant.Publisher.ClientSecret), new("scope", "api://teamsworkflows/.default"),
        ]);
        using var answer = await http.PostAsync(new Uri(sandbox.HttpAddress, $"{tenant.Id}/oauth2/v2.0/token"), form);
        answer.EnsureSuccessStatusCode();
        using var json = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        return json.RootElement.GetProperty("access_token").GetString()!;
    }

    private static double Percentile(List<double> values, int percent)
        => values.Order().ElementAt(Math.Min(values.Count - 1, values.Count * percent / 100));

    private static void Say(FormattableString line) => Console.WriteLine(line.ToString(CultureInfo.InvariantCulture));
}
