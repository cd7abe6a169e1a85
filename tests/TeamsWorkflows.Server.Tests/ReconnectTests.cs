using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using TeamsWorkflows.Data;
using TeamsWorkflows.DurableTask.Client;
using TeamsWorkflows.DurableTask.Core;

namespace TeamsWorkflows.Server.Tests;

/// <summary>A broken sign-in, from the failed renewal to the message in the channel, by the API alone.</summary>
public sealed partial class ReconnectTests : IAsyncLifetime
{
    private readonly ServerHost _host = new();

    public Task InitializeAsync() => _host.InitializeAsync();

    public Task DisposeAsync() => _host.DisposeAsync();

    [Fact]
    [Trait("Requirement", "R84")]
    [Trait("Requirement", "R49")]
    public async Task A_revoked_sign_in_parks_the_report_until_the_right_account_signs_in_and_then_posts_it_once()
    {
        using var enough = new CancellationTokenSource(ServerHost.Patience);
        using var publisher = await _host.PublisherAsync();
        using var oversight = await _host.OperatorAsync();
        _host.Tenant.Faults.Apply("refresh-revoked");
        var title = Calls.Unique("Parked");
        using var submitted = await publisher.SubmitAsync(_host.Tenant.Report(title), "parked");
        var report = await submitted.JsonAsync();
        await _host.Tenant.WaitForMailAsync(m => m.To.Contains(_host.Tenant.Operator.UserName), enough.Token);

        var open = (await oversight.GetJsonAsync("/api/v1/cases?open=true")).GetProperty("cases");
        var found = Assert.Single(open.EnumerateArray());
        Assert.Equal("Reconnect", found.Text("cause"));
        Assert.Equal(report.GetProperty("deliveries")[0].Text("id"), found.GetProperty("waitingDeliveries")[0].Text("id"));
        var links = found.GetProperty("links");

        // Somebody's word does not resolve it; another person's sign-in does not either; looking changes nothing.
        using var word = await oversight.PostJsonAsync(links.Text("self") + "/resolve", """{"reason":"I looked at it"}""");
        Assert.Equal(HttpStatusCode.Conflict, word.StatusCode);
        Assert.EndsWith("sign-in-required", (await word.JsonAsync()).Text("type"), StringComparison.Ordinal);
        Assert.Contains("That was another account", await SignInAsync(oversight, links, _host.Tenant.Outsider.UserName), StringComparison.Ordinal);
        Assert.True((await oversight.GetJsonAsync(links.Text("self"))).GetProperty("isOpen").GetBoolean());
        Assert.Empty(_host.Tenant.MessagesAbout(title));

        Assert.Contains("Signed in", await SignInAsync(oversight, links, _host.Tenant.Service.UserName), StringComparison.Ordinal);
        await _host.WaitForEndAsync(report.Text("id"));
        Assert.Single(_host.Tenant.MessagesAbout(title));

        var client = _host.Server.Services.GetRequiredService<DurableTaskClient>();
        await client.WaitForInstanceCompletionAsync($"reconnect-{found.Text("id")}", enough.Token);
        var closed = await oversight.GetJsonAsync(links.Text("self"));
        Assert.False(closed.GetProperty("isOpen").GetBoolean());
        using var again = await oversight.PostJsonAsync(links.Text("signIn"), "{}");
        Assert.Equal(HttpStatusCode.Conflict, again.StatusCode);
        Assert.EndsWith("case-closed", (await again.JsonAsync()).Text("type"), StringComparison.Ordinal);

        // No token, secret or code in anything that the API says about all this.
        using var administrator = await _host.AdministratorAsync();
        var delivery = report.GetProperty("deliveries")[0].GetProperty("links");
        string[] addresses =
        [
            links.Text("self"), links.Text("connection"), delivery.Text("self"), delivery.Text("report"), delivery.Text("orchestration"),
            delivery.Text("orchestration") + "/history", $"/api/v1/orchestrations/reconnect-{found.Text("id")}/history",
            delivery.Text("orchestration") + "/history/export", $"/api/v1/orchestrations/reconnect-{found.Text("id")}/history/export",
        ];
        foreach (var address in addresses)
        {
            var said = (await administrator.GetJsonAsync(address)).ToString();
            Assert.DoesNotContain("eyJ", said, StringComparison.Ordinal);
            Assert.DoesNotContain(_host.Tenant.Connector.ClientSecret, said, StringComparison.Ordinal);
        }
    }

    [Fact]
    [Trait("Requirement", "B6")]
    public async Task Looking_at_everything_changes_nothing_and_an_administrator_may_end_what_waits()
    {
        using var enough = new CancellationTokenSource(ServerHost.Patience);
        using var publisher = await _host.PublisherAsync();
        using var administrator = await _host.AdministratorAsync();
        _host.Tenant.Faults.Apply("refresh-revoked");
        using var submitted = await publisher.SubmitAsync(_host.Tenant.Report(Calls.Unique("Looked at")), "looked-at");
        var delivery = (await submitted.JsonAsync()).GetProperty("deliveries")[0];
        await _host.Tenant.WaitForMailAsync(m => m.To.Contains(_host.Tenant.Operator.UserName), enough.Token);
        var found = (await administrator.GetJsonAsync("/api/v1/cases?open=true")).GetProperty("cases")[0];
        var instance = delivery.GetProperty("links").Text("orchestration");
        var before = await EverythingAsync();

        foreach (var path in (string[])[
            "/api/v1/cases", found.GetProperty("links").Text("self"), found.GetProperty("links").Text("signIn"), "/api/v1/connections",
            "/api/v1/connections/finance-posts", "/api/v1/deliveries", delivery.GetProperty("links").Text("self"), instance,
            instance + "/history", instance + "/terminate", "/api/v1/orchestrations", "/", "/deliveries", "/connections", "/health/ready",
            $"/cases/{found.Text("id")}", $"/cases/{found.Text("id")}/sign-in", "/signin/callback?code=x&state=y"])
        {
            using var answer = await administrator.GetAsync(new Uri(path, UriKind.Relative), enough.Token);
            Assert.True((int)answer.StatusCode is 200 or 302 or 405, $"{path}: {answer.StatusCode}");
        }

        Assert.Equal(before, await EverythingAsync());
        using var ended = await administrator.PostJsonAsync(instance + "/terminate", """{"reason":"nobody needs it"}""");
        Assert.Equal(HttpStatusCode.Accepted, ended.StatusCode);
        var client = _host.Server.Services.GetRequiredService<DurableTaskClient>();
        var last = await client.WaitForInstanceCompletionAsync($"delivery-{delivery.Text("id")}", enough.Token);
        Assert.Equal(OrchestrationRuntimeStatus.Terminated, last.Status);
    }

    // Every row of the product's data, as text.
    private Task<string> EverythingAsync() => _host.Server.Services.GetRequiredService<Database>().ReadAsync(
        static async db => JsonSerializer.Serialize(new
        {
            Cases = await db.Cases.Include(c => c.ParkedRuns).OrderBy(c => c.Id).ToListAsync(),
            Connections = await db.Connections.OrderBy(c => c.Id).ToListAsync(),
            Reports = await db.Reports.Include(r => r.Deliveries).ThenInclude(d => d.Attempts).OrderBy(r => r.Id).ToListAsync(),
            SignIns = await db.SignIns.OrderBy(s => s.StateHash).ToListAsync(),
            TokenCaches = await db.TokenCaches.OrderBy(c => c.ConnectionId).ToListAsync(),
        }),
        CancellationToken.None);

    // As a browser would, with the sandbox's page in between; the state works once.
    private async Task<string> SignInAsync(HttpClient oversight, JsonElement links, string username)
    {
        using var begun = await oversight.PostJsonAsync(links.Text("signIn"), "{}");
        var url = new Uri((await begun.JsonAsync()).Text("signInUrl"));
        using var browser = _host.Anonymous();
        using var choice = new FormUrlEncodedContent([new("username", username)]);
        using var answer = await browser.PostAsync(url, choice);
        var fields = Hidden().Matches(await answer.Content.ReadAsStringAsync()).ToDictionary(
            static m => WebUtility.HtmlDecode(m.Groups["name"].Value), static m => WebUtility.HtmlDecode(m.Groups["value"].Value), StringComparer.Ordinal);

        using var back = new FormUrlEncodedContent(fields);
        using var result = await browser.PostAsync(new Uri("/signin/callback", UriKind.Relative), back);
        using var repeated = new FormUrlEncodedContent(fields);
        using var twice = await browser.PostAsync(new Uri("/signin/callback", UriKind.Relative), repeated);
        Assert.Contains("This sign-in is over", await twice.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        return await result.Content.ReadAsStringAsync();
    }

    [GeneratedRegex("<input type=\"hidden\" name=\"(?<name>[^\"]*)\" value=\"(?<value>[^\"]*)\">", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Hidden();
}
