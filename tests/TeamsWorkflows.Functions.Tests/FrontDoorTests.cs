using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Web;
using Microsoft.Extensions.Hosting;
using TeamsWorkflows.Connections;
using TeamsWorkflows.DurableTask.Tests.Postgres;
using TeamsWorkflows.Server.Development;
using TeamsWorkflows.Server.Hosting;
using TeamsWorkflows.Server.Tests;

namespace TeamsWorkflows.Functions.Tests;

/// <summary>The product in the Functions host, from the HTTP trigger to the channel.</summary>
[Collection(PostgresServer.Name)]
public sealed class FrontDoorTests(PostgresCluster cluster)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task A_report_parks_behind_a_case_and_goes_out_once_after_the_sign_in()
    {
        await using var functions = await FunctionsUnderTest.StartAsync(cluster);
        SandboxTokens tokens = new(functions.Sandbox);
        using var publisher = functions.With(await tokens.PublisherAsync());
        using var people = functions.With(await tokens.OfAsync(functions.Sandbox.DefaultTenant.Operator));

        var id = await SubmitAsync(functions, publisher, "Sales from a function");
        await UntilAsync(publisher, id, "Parked"); // nobody has signed in yet
        Assert.Equal(1, await ParkedAsync(functions.Services));
        var cases = await people.GetFromJsonAsync<JsonElement>("/api/v1/cases?open=true");
        var found = Assert.Single(cases.GetProperty("cases").EnumerateArray()).GetProperty("id").GetString();
        await SignIns.RunAsync(functions.Sandbox, people, $"/api/v1/cases/{found}/sign-in", functions.Address);
        await UntilAsync(publisher, id, "Delivered");

        Assert.Single(functions.Sandbox.DefaultTenant.AllMessages(), static m => m.Subject == "Sales from a function");
    }

    [Fact]
    public async Task The_key_ring_in_the_database_is_encrypted_with_the_vaults_certificate()
    {
        await using var functions = await FunctionsUnderTest.StartAsync(cluster);

        var key = (string)cluster.Read($"SELECT xml FROM {functions.Schema}.data_protection_key ORDER BY id LIMIT 1")!;

        Assert.Contains("EncryptedData", key, StringComparison.Ordinal);
        Assert.DoesNotContain("<value>", key, StringComparison.Ordinal);
        var protector = functions.Services.GetRequiredService<ISecretProtector>();
        Assert.Equal("secret"u8.ToArray(), protector.Unprotect("test", protector.Protect("test", "secret"u8.ToArray())));
    }

    [Fact]
    public async Task The_functions_host_lets_in_nobody_whom_the_front_door_would_not()
    {
        await using var functions = await FunctionsUnderTest.StartAsync(cluster);
        SandboxTokens tokens = new(functions.Sandbox);
        using var anonymous = functions.Anonymous();
        using var publisher = functions.With(await tokens.PublisherAsync());

        using var unknown = await anonymous.GetAsync(new Uri("/api/v1/cases", UriKind.Relative));
        using var forbidden = await publisher.GetAsync(new Uri("/api/v1/cases", UriKind.Relative));
        using var nothing = await publisher.GetAsync(new Uri("/api/v1/nothing", UriKind.Relative));
        using var live = await anonymous.GetAsync(new Uri("/health/ready", UriKind.Relative));

        Assert.Equal(
            [HttpStatusCode.Unauthorized, HttpStatusCode.Forbidden, HttpStatusCode.NotFound, HttpStatusCode.OK],
            new[] { unknown.StatusCode, forbidden.StatusCode, nothing.StatusCode, live.StatusCode });
        Assert.Contains("frame-ancestors 'none'", live.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task People_are_sent_back_to_the_public_address_whatever_the_request_says()
    {
        await using var functions = await FunctionsUnderTest.StartAsync(cluster);
        using var handler = new SocketsHttpHandler { AllowAutoRedirect = false };
        using var browser = new HttpClient(handler) { BaseAddress = functions.Address };

        using var answer = await browser.GetAsync(new Uri("/", UriKind.Relative));

        Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);
        var back = HttpUtility.ParseQueryString(answer.Headers.Location!.Query)["redirect_uri"];
        Assert.StartsWith(FunctionsUnderTest.PublicAddress, back, StringComparison.Ordinal);
    }

    private static async Task<string> SubmitAsync(FunctionsUnderTest functions, HttpClient publisher, string title)
    {
        var team = functions.Sandbox.DefaultTenant.Team("Finance");
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/reports");
        request.Headers.Add("Idempotency-Key", title.Replace(' ', '-'));
        request.Content = JsonContent.Create(new
        {
            title,
            body = "Up by **4** %.",
            destinations = new[] { new { connection = DevelopmentSandbox.ConnectionId, teamId = team.Id, channelId = team.Channel("Reports").Id } },
        });
        using var accepted = await publisher.SendAsync(request);
        Assert.Equal(HttpStatusCode.Accepted, accepted.StatusCode);
        return (await accepted.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetString()!;
    }

    private static async Task<double?> ParkedAsync(IServiceProvider services)
    {
        var gauges = services.GetServices<IHostedService>().OfType<WorkGauges>().Single();
        await gauges.LookAsync(CancellationToken.None);
        double? parked = null;
        using MeterListener listener = new();
        listener.InstrumentPublished = static (instrument, l) =>
        {
            if (instrument.Name == WorkGauges.Parked)
            {
                l.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<double>((_, value, _, _) => parked = Math.Max(parked ?? 0, value));
        listener.Start();
        listener.RecordObservableInstruments();
        return parked;
    }

    private static async Task UntilAsync(HttpClient publisher, string id, string state)
    {
        var since = Stopwatch.StartNew();
        while (true)
        {
            var report = await publisher.GetFromJsonAsync<JsonElement>($"/api/v1/reports/{id}");
            var now = report.GetProperty("deliveries")[0].GetProperty("state").GetString();
            if (now == state)
            {
                return;
            }

            Assert.True(since.Elapsed < Patience, $"The delivery is {now} and not {state}.");
            await Task.Delay(50);
        }
    }
}
