using System.Net;
using Microsoft.Playwright;
using TeamsWorkflows.Client;
using static Microsoft.Playwright.Assertions;
using static TeamsWorkflows.Server.Tests.PageChecks;

namespace TeamsWorkflows.Server.Tests;

/// <summary>The steps of a case's runbook, ticked by the API and on the case's page.</summary>
public sealed class CaseStepsTests : IAsyncLifetime
{
    private readonly ServerHost _host = new();

    public Task InitializeAsync() => _host.InitializeAsync();

    public Task DisposeAsync() => _host.DisposeAsync();

    [Fact]
    [Trait("Requirement", "B12")]
    [Trait("Requirement", "B15")]
    public async Task A_step_is_ticked_and_taken_back_by_the_api_and_the_audit_log_has_both()
    {
        using var oversight = await _host.OperatorAsync();
        using var publisher = await _host.PublisherAsync();
        using var administrator = await _host.AdministratorAsync();
        var id = await OpenAsync();
        var steps = $"/api/v1/cases/{id}/steps";

        using var forbidden = await SendAsync(publisher, HttpMethod.Put, $"{steps}/confirm-change");
        Assert.Equal(HttpStatusCode.Forbidden, forbidden.StatusCode);
        using var ticked = await SendAsync(oversight, HttpMethod.Put, $"{steps}/confirm-change");
        Assert.Equal(HttpStatusCode.OK, ticked.StatusCode);
        Assert.Equal(_host.Tenant.Operator.UserName, (await ticked.JsonAsync()).Text("tickedBy"));
        var shown = (await oversight.GetJsonAsync($"/api/v1/cases/{id}")).GetProperty("steps");
        Assert.Equal(["confirm-change", "sign-in", "lasting-password"], shown.EnumerateArray().Select(static s => s.Text("id")));
        Assert.False(shown[1].TryGetProperty("tickedBy", out _));
        using var unknown = await SendAsync(oversight, HttpMethod.Put, $"{steps}/dance");
        Assert.Equal(HttpStatusCode.NotFound, unknown.StatusCode);
        using var nowhere = await SendAsync(oversight, HttpMethod.Delete, "/api/v1/cases/nobody/steps/confirm-change");
        Assert.Equal(HttpStatusCode.NotFound, nowhere.StatusCode);

        var client = new TeamsWorkflowsClient(oversight);
        Assert.Equal(_host.Tenant.Operator.UserName, Assert.Single(await client.ListCasesAsync(open: true)).Steps[0].TickedBy);
        await client.UntickStepAsync(id, "confirm-change");
        Assert.Null(Assert.Single(await client.ListCasesAsync(open: true)).Steps[0].TickedBy);
        Assert.NotNull((await client.TickStepAsync(id, "confirm-change")).TickedAt);

        var entries = (await administrator.GetJsonAsync($"/api/v1/audit?target=case/{id}")).GetProperty("entries").EnumerateArray().Select(static e => e.Text("action")).ToArray();
        Assert.Equal(["case.tick", "case.untick", "case.tick"], entries.Where(static a => a.Contains("tick", StringComparison.Ordinal)));
    }

    [Fact]
    [Trait("Requirement", "B12")]
    public async Task A_step_is_ticked_on_a_phone_by_the_keyboard_alone_and_can_be_read_when_the_case_is_closed()
    {
        var id = await OpenAsync();
        List<string> complaints = [];
        await using var browser = await Browser.StartAsync();
        var page = await browser.OpenAsync(complaints, width: 390);
        await Browser.SignInAsync(page, _host.Address, _host.Tenant.Operator.UserName);
        await page.GotoAsync(new Uri(_host.Address, $"cases/{id}").AbsoluteUri);
        var box = page.GetByRole(AriaRole.Checkbox).First;
        await Expect(box).Not.ToBeCheckedAsync();
        await ExpectFitAsync(page, "case-steps");

        await box.FocusAsync();
        await page.Keyboard.PressAsync("Space");
        await Expect(page.GetByText("(1 of 3 done)")).ToBeVisibleAsync();
        await Expect(page.GetByRole(AriaRole.Checkbox).First).ToBeCheckedAsync();
        await Expect(page.Locator("#step-confirm-change").GetByText(_host.Tenant.Operator.UserName)).ToBeVisibleAsync();
        Assert.EndsWith($"/cases/{id}#step-confirm-change", page.Url, StringComparison.Ordinal);
        await ExpectFitAsync(page, "case-steps-ticked");

        await page.GetByRole(AriaRole.Checkbox).Nth(1).ClickAsync();
        await Expect(page.GetByText("(2 of 3 done)")).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Checkbox).Nth(1).ClickAsync();
        await Expect(page.GetByText("(1 of 3 done)")).ToBeVisibleAsync();

        await page.GetByRole(AriaRole.Button, new() { Name = $"Sign in as {_host.Tenant.Service.UserName}" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = _host.Tenant.Service.UserName }).First.ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Signed in" })).ToBeVisibleAsync();
        using var oversight = await _host.OperatorAsync();
        while ((await oversight.GetJsonAsync($"/api/v1/cases/{id}")).GetProperty("isOpen").GetBoolean())
        {
            await Task.Delay(50);
        }

        await page.GotoAsync(new Uri(_host.Address, $"cases/{id}").AbsoluteUri);
        await page.GetByText("(1 of 3 done)").ClickAsync();
        await Expect(page.GetByRole(AriaRole.Checkbox)).ToHaveCountAsync(0);
        await Expect(page.Locator("#step-confirm-change").GetByText(_host.Tenant.Operator.UserName)).ToBeVisibleAsync();
        await ExpectFitAsync(page, "case-steps-closed");
        using var late = await SendAsync(oversight, HttpMethod.Delete, $"/api/v1/cases/{id}/steps/confirm-change");
        Assert.Equal(HttpStatusCode.Conflict, late.StatusCode);
        Assert.Empty(complaints);
    }

    [Fact]
    public async Task Another_sites_page_ticks_nothing()
    {
        var id = await OpenAsync();
        using var session = await ConsoleSession.SignInAsync(_host, _host.Tenant.Operator.UserName);

        Assert.Equal(400, (await session.AskAsync("POST", $"/cases/{id}/steps/confirm-change/tick")).Status);
        Assert.DoesNotContain("of 3 done", await session.ReadAsync($"/cases/{id}"), StringComparison.Ordinal);
        var (ticked, _) = await session.SendAsync($"/cases/{id}", $"/cases/{id}/steps/confirm-change/tick");
        Assert.Contains("(1 of 3 done)", ticked, StringComparison.Ordinal);
        Assert.Contains($"<a href=\"/cases/{id}\">", await session.ReadAsync("/cases?state=open&label=password-changed"), StringComparison.Ordinal);
        Assert.Contains("None of these.", await session.ReadAsync("/cases?state=closed"), StringComparison.Ordinal);
    }

    private async Task<string> OpenAsync()
    {
        using var publisher = await _host.PublisherAsync();
        using var oversight = await _host.OperatorAsync();
        using var enough = new CancellationTokenSource(ServerHost.Patience);
        _host.Tenant.Faults.Apply("refresh-revoked");
        using var submitted = await publisher.SubmitAsync(_host.Tenant.Report(Calls.Unique("Stopped")), "stopped");
        await _host.Tenant.WaitForMailAsync(m => m.To.Contains(_host.Tenant.Operator.UserName), enough.Token);
        return Assert.Single((await oversight.GetJsonAsync("/api/v1/cases?open=true")).GetProperty("cases").EnumerateArray()).Text("id");
    }

    private static async Task<HttpResponseMessage> SendAsync(HttpClient client, HttpMethod method, string path)
    {
        using var request = new HttpRequestMessage(method, path);
        return await client.SendAsync(request);
    }

    private static async Task ExpectFitAsync(IPage page, string name)
    {
        await ExpectNoSidewaysScrollAsync(page);
        await ExpectAccessibleAsync(page);
        await ScreenshotAsync(page, name);
    }
}
