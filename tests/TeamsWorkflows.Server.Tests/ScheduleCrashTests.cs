using System.Globalization;
using TeamsWorkflows.Sandbox;
using TeamsWorkflows.Server.Development;

namespace TeamsWorkflows.Server.Tests;

/// <summary>A schedule of every third second, and <c>kill -9</c>: no occurrence is lost, none comes twice.</summary>
public sealed class ScheduleCrashTests
{
    private const int Kills = 3;
    private const int Seconds = 3;

    [Fact]
    [Trait("Requirement", "R89")]
    [Trait("Requirement", "B1")]
    public async Task Every_time_has_its_report_once_whenever_the_process_dies()
    {
        using var enough = new CancellationTokenSource(TimeSpan.FromMinutes(5));
        await using var sandbox = await SandboxServer.StartAsync(
            new() { HttpsPort = 0, HttpPort = 0, SmtpPort = 0 }, TimeProvider.System, CancellationToken.None);
        await using var server = new SpawnedServer(sandbox, [new("Schedules:OnTime", "00:00:01")]);
        await server.StartAsync();
        using var operating = Client(server, await new SandboxTokens(sandbox).OfAsync(sandbox.DefaultTenant.Operator));
        using var publisher = Client(server, await new SandboxTokens(sandbox).PublisherAsync());
        await SignIns.RunAsync(sandbox, operating, $"/api/v1/connections/{DevelopmentSandbox.ConnectionId}/sign-in", operating.BaseAddress!);
        using var created = await publisher.PutAsync(
            "every-third-second", sandbox.DefaultTenant.Schedule($"*/{Seconds} * * * * *", "Second {{ scheduledFor }}", extra: ""","overlap": "Allow", "catchUp": "All" """));
        Assert.Equal(201, (int)created.StatusCode);

        for (var kill = 0; kill < Kills; kill++)
        {
            await Task.Delay(TimeSpan.FromSeconds(Seconds), enough.Token);
            await server.KillAsync();
            if (kill == 0)
            {
                await Task.Delay(TimeSpan.FromSeconds(Seconds + 1), enough.Token); // so that one time at least passes while nothing runs
            }

            await server.StartAsync();
        }

        using var paused = await publisher.PostJsonAsync("/api/v1/schedules/every-third-second/pause", """{"reason": "Enough"}""");
        var log = await EndAsync(publisher, enough.Token);
        var times = log.Select(o => DateTimeOffset.Parse(o.Text("scheduledFor"), CultureInfo.InvariantCulture)).Order().ToArray();
        Assert.Equal(Enumerable.Range(0, times.Length).Select(i => times[0].AddSeconds(i * Seconds)), times);
        Assert.True(times.Length > Kills, $"Only {times.Length} occurrences: the test shows nothing.");
        Assert.Contains(log, o => o.Text("kind") == "CaughtUp");
        string[] titles = [.. times.Select(static at => $"Second {at:yyyy-MM-dd'T'HH:mm:sszzz}")];
        foreach (var title in titles)
        {
            await sandbox.DefaultTenant.WaitForMessageAsync(m => m.Subject == title, enough.Token);
        }

        Assert.All(titles, title => Assert.Single(sandbox.DefaultTenant.AllMessages(), m => m.Subject == title)); // a second one would be there by now
    }

    private static async Task<System.Text.Json.JsonElement[]> EndAsync(HttpClient publisher, CancellationToken stop)
    {
        while (true)
        {
            var log = (await publisher.GetJsonAsync("/api/v1/schedules/every-third-second/occurrences?limit=200")).GetProperty("occurrences").EnumerateArray().ToArray();
            if (log.All(o => o.Text("state") == "HandedOver"))
            {
                return log;
            }

            await Task.Delay(50, stop);
        }
    }

    private static HttpClient Client(SpawnedServer server, string token)
    {
        var client = new HttpClient { BaseAddress = server.Address };
        client.DefaultRequestHeaders.Authorization = new("Bearer", token);
        return client;
    }
}
