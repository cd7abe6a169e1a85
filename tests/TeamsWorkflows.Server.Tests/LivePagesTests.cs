using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace TeamsWorkflows.Server.Tests;

/// <summary>Open pages that follow what happens, and keys: the console's script in a real browser.</summary>
public sealed class LivePagesTests : IAsyncLifetime
{
    private readonly ServerHost _host = new();

    public Task InitializeAsync() => _host.InitializeAsync();

    public Task DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task An_open_page_follows_what_happens_and_keeps_what_is_being_typed()
    {
        using var publisher = await _host.PublisherAsync();
        using var oversight = await _host.OperatorAsync();
        var complaints = new List<string>();
        await using var browser = await Browser.StartAsync();
        var home = await browser.OpenAsync(complaints);
        await SignInAsync(home, _host.Tenant.Operator.UserName);
        await Expect(home.GetByText("Nothing waits for a person.")).ToBeVisibleAsync();

        _host.Tenant.Faults.Apply("refresh-revoked");
        var title = Calls.Unique("Cash position");
        using var submitted = await publisher.SubmitAsync(_host.Tenant.Report(title), "live");
        var report = await submitted.JsonAsync();
        var delivery = report.GetProperty("deliveries")[0].Text("id");
        await Expect(home.GetByRole(AriaRole.Heading, new() { Name = "Needs you (1)" })).ToBeVisibleAsync();
        await Expect(home.Locator("#live-status")).ToHaveTextAsync("Needs you (1)");

        var page = await browser.OpenAsync(complaints);
        await SignInAsync(page, _host.Tenant.Operator.UserName);
        await page.GotoAsync(new Uri(_host.Address, $"deliveries/{delivery}").AbsoluteUri);
        await Expect(page.GetByText("waiting for a person").First).ToBeVisibleAsync();
        await page.GetByText("How do we know?").First.ClickAsync();
        await page.GetByText("Cancel this delivery").ClickAsync();
        await page.Locator("#cancel-reason").FillAsync("half a rea");
        var cases = await oversight.GetJsonAsync("/api/v1/cases?open=true");
        await SignIns.RunAsync(_host.Sandbox, oversight, $"/api/v1/cases/{cases.GetProperty("cases")[0].Text("id")}/sign-in", _host.Address);
        await _host.WaitForEndAsync(report.Text("id"));

        await Expect(page.GetByText("delivered").First).ToBeVisibleAsync();
        await Expect(page.GetByText("This has changed while you were writing.")).ToBeVisibleAsync();
        await Expect(page.Locator("#cancel-reason")).ToHaveValueAsync("half a rea");
        Assert.True(await page.Locator("details:has-text('How do we know?')").First.EvaluateAsync<bool>("d => d.open"));
        Assert.Empty(complaints);
    }

    [Fact]
    public async Task Keys_and_the_palette_lead_everywhere()
    {
        var complaints = new List<string>();
        await using var browser = await Browser.StartAsync();
        var page = await browser.OpenAsync(complaints);
        await SignInAsync(page, _host.Tenant.Administrator.UserName);

        await page.Keyboard.PressAsync("Control+k");
        await page.GetByRole(AriaRole.Combobox, new() { Name = "A page, or an identifier" }).FillAsync("deliv");
        await Expect(page.GetByRole(AriaRole.Option)).ToHaveCountAsync(1);
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Deliveries", Level = 1 })).ToBeVisibleAsync();

        await page.Keyboard.PressAsync("g");
        await page.Keyboard.PressAsync("c");
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Connections", Level = 1 })).ToBeVisibleAsync();

        await page.Keyboard.PressAsync("/");
        await Expect(page.GetByRole(AriaRole.Dialog)).ToBeVisibleAsync();
        await page.Keyboard.PressAsync("Escape");
        await Expect(page.GetByRole(AriaRole.Dialog)).ToBeHiddenAsync(); // what is typed before goes into its field
        await page.Keyboard.PressAsync("?");
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Keys" })).ToBeVisibleAsync();
        Assert.Empty(complaints);
    }

    [Fact]
    public async Task A_template_shows_what_it_gives_while_it_is_written_and_times_are_local_on_demand()
    {
        var complaints = new List<string>();
        await using var browser = await Browser.StartAsync();
        var page = await browser.OpenAsync(complaints);
        await SignInAsync(page, _host.Tenant.Operator.UserName);
        await page.GotoAsync(new Uri(_host.Address, "templates").AbsoluteUri);
        await page.GetByLabel("Data, as JSON").FillAsync("""{ "region": "South", "total": 7, "shops": [] }""");
        await Expect(page.Locator("#preview")).ToContainTextAsync("South sold 7 items.");
        await page.GetByLabel("Data, as JSON").FillAsync("{ ");
        await Expect(page.Locator("#preview")).ToContainTextAsync("It is no JSON");

        await page.GotoAsync(new Uri(_host.Address, "connections").AbsoluteUri);
        await Expect(page.Locator("time").First).ToContainTextAsync("ago");
        await page.GetByRole(AriaRole.Button, new() { Name = "local" }).ClickAsync();
        await Expect(page.Locator("time").First).ToHaveTextAsync(new System.Text.RegularExpressions.Regex(@"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$", System.Text.RegularExpressions.RegexOptions.None, TimeSpan.FromSeconds(1)));
        Assert.Empty(complaints);
    }

    private Task SignInAsync(IPage page, string username) => Browser.SignInAsync(page, _host.Address, username);
}
