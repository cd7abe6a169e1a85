using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using TeamsWorkflows.DurableTask.Client;

namespace TeamsWorkflows.Server.Tests;

/// <summary>A broken sign-in, from the failed renewal to the message in the channel, by the API alone.</summary>
public sealed partial class ReconnectTests : IAsyncLifetime
{
    private readonly ServerHost _host = new();

    public Task InitializeAsync() => _host.InitializeAsync();

    public Task DisposeAsync() => _host.DisposeAsync();

    [Fact]
    [Trait("Requirement", "R84")]
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
        Assert.Equal(report.GetProperty("deliveries")[0].Text("id"), found.GetProperty("waitingDeliveries")[0].ToString());
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
    }

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
