using System.Net;
using TeamsWorkflows.DurableTask.Client;

namespace TeamsWorkflows.Server.Tests;

/// <summary>A proxy ends TLS: this process sees plain HTTP, and browsers see what the settings say.</summary>
public sealed class BehindProxyTests : IAsyncLifetime
{
    private const string PublicAddress = "https://localhost:7443/"; // the sandbox sends people back to this machine alone

    private readonly ServerHost _host = new() { Settings = [$"--Entra:PublicAddress={PublicAddress}"] };

    public Task InitializeAsync() => _host.InitializeAsync();

    public Task DisposeAsync() => _host.DisposeAsync();

    [Fact]
    [Trait("Requirement", "R68")]
    public async Task Every_cookie_is_for_TLS_alone_and_programs_are_told_the_public_address()
    {
        using var publisher = await _host.PublisherAsync();
        using var anonymous = _host.Anonymous();
        var title = Calls.Unique("Behind a proxy");
        await _host.SubmitForApprovalAsync(publisher, title, """ "approvers": [{ "email": "cfo@contoso.example" }] """);
        using var form = await anonymous.GetAsync(new Uri(await _host.Tenant.LinkAsync("cfo@contoso.example", title), UriKind.Relative));
        using var signIn = await anonymous.GetAsync(new Uri("/", UriKind.Relative));
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.Redirect), (form.StatusCode, signIn.StatusCode));
        string[] cookies = [.. form.Headers.GetValues("Set-Cookie"), .. signIn.Headers.GetValues("Set-Cookie")];
        Assert.Contains(cookies, static c => c.StartsWith("teamsworkflows-antiforgery=", StringComparison.Ordinal));
        Assert.All(cookies, static c => Assert.Contains("; secure", c, StringComparison.OrdinalIgnoreCase));

        using var asked = new HttpRequestMessage(HttpMethod.Get, "/.well-known/oauth-protected-resource");
        asked.Headers.Host = "evil.example";
        using var told = await anonymous.SendAsync(asked);
        Assert.Equal(PublicAddress, (await told.JsonAsync()).Text("resource"));
    }

    [Fact]
    [Trait("Requirement", "R68")]
    public async Task What_others_write_is_one_line_of_the_log()
    {
        using var logged = new LoggedMessages();
        using var administrator = await _host.AdministratorAsync();
        var mark = Calls.Unique("Critical: forged");
        var id = $"x\u2028{mark}"; // the task hub takes no control characters, and this is none
        using var started = await administrator.PostJsonAsync($"/runtime/webhooks/durabletask/orchestrators/DeliverReport/{Uri.EscapeDataString(id)}", "\"no report at all\"");
        Assert.True(started.StatusCode == HttpStatusCode.Accepted, await started.Content.ReadAsStringAsync());
        await WaitForEndAsync(id);
        using var ended = await administrator.PostJsonAsync($"/api/v1/orchestrations/{Uri.EscapeDataString(id)}/terminate", """{"reason":"to see"}""");
        Assert.True(ended.StatusCode is HttpStatusCode.Accepted or HttpStatusCode.Conflict, await ended.Content.ReadAsStringAsync());

        // A sign-in that the authority, or whoever plays it, refuses in words of its own.
        using var browser = _host.Anonymous();
        using var begun = await browser.GetAsync(new Uri("/", UriKind.Relative));
        using var refused = new HttpRequestMessage(HttpMethod.Get, $"/signin-oidc?error=access_denied&error_description={Uri.EscapeDataString($"AADSTS65004\n\u2028{mark}")}&state={State(begun)}");
        refused.Headers.Add("Cookie", string.Join("; ", begun.Headers.GetValues("Set-Cookie").Select(static c => c.Split(';')[0])));
        using var answer = await browser.SendAsync(refused);
        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);

        string[] messages = [.. logged.OfCategory("TeamsWorkflows.Server.").Where(m => m.Contains(mark, StringComparison.Ordinal))]; // others' servers log as well
        Assert.Contains(messages, m => m.StartsWith($"An administrator asked for terminate of orchestration x {mark}: ", StringComparison.Ordinal));
        Assert.Contains(messages, static m => m.StartsWith("A sign-in to the console did not succeed: ", StringComparison.Ordinal) && m.Contains("AADSTS65004 ", StringComparison.Ordinal));
        Assert.All(messages, static m => Assert.DoesNotContain(m, static c => char.IsControl(c) || c is '\u2028' or '\u2029'));
    }

    private async Task WaitForEndAsync(string id)
    {
        using var enough = new CancellationTokenSource(ServerHost.Patience);
        await _host.Server.Services.GetRequiredService<DurableTaskClient>().WaitForInstanceCompletionAsync(id, enough.Token);
    }

    private static string State(HttpResponseMessage redirect)
        => redirect.Headers.Location!.Query.Split('&').Single(static p => p.StartsWith("state=", StringComparison.Ordinal))["state=".Length..];
}
