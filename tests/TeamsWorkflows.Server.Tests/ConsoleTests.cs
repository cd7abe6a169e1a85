using System.Text.RegularExpressions;
using Microsoft.Playwright;
using TeamsWorkflows.Doctor;
using static Microsoft.Playwright.Assertions;
using static TeamsWorkflows.Server.Tests.PageChecks;

namespace TeamsWorkflows.Server.Tests;

/// <summary>The console in a real browser, by what a person sees and clicks.</summary>
public sealed class ConsoleTests : IAsyncLifetime
{
    private readonly ServerHost _host = new();

    public Task InitializeAsync() => _host.InitializeAsync();

    public Task DisposeAsync() => _host.DisposeAsync();

    [Fact]
    [Trait("Requirement", "R84")]
    public async Task An_operator_signs_in_reconnects_and_the_parked_report_arrives_exactly_once()
    {
        using var enough = new CancellationTokenSource(ServerHost.Patience);
        using var publisher = await _host.PublisherAsync();
        _host.Tenant.Faults.Apply("refresh-revoked");
        var title = Calls.Unique("Cash position");
        using var submitted = await publisher.SubmitAsync(_host.Tenant.Report(title), "browser");
        var report = await submitted.JsonAsync();
        await _host.Tenant.WaitForMailAsync(m => m.To.Contains(_host.Tenant.Operator.UserName), enough.Token);

        var complaints = new List<string>();
        await using var browser = await Browser.StartAsync();
        var page = await browser.OpenAsync(complaints);
        await SignInAsync(page, _host.Tenant.Operator.UserName);
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Needs you (1)" })).ToBeVisibleAsync();
        await ExpectAccessibleAsync(page);
        await ScreenshotAsync(page, "home");

        await page.GetByRole(AriaRole.Link, new() { Name = "Finance posts" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Reconnect required: Finance posts" })).ToBeVisibleAsync();
        await page.GetByText("How do we know?").ClickAsync();
        await Expect(page.GetByText("AADSTS50173").First).ToBeVisibleAsync();
        await ExpectAccessibleAsync(page);
        await ScreenshotAsync(page, "case");
        await ExpectNoSidewaysScrollAsync(page);

        await page.GetByRole(AriaRole.Button, new() { Name = $"Sign in as {_host.Tenant.Service.UserName}" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = _host.Tenant.Service.UserName }).First.ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Signed in" })).ToBeVisibleAsync();
        await ScreenshotAsync(page, "signed-in");

        await _host.WaitForEndAsync(report.Text("id"));
        Assert.Single(_host.Tenant.MessagesAbout(title));
        await page.GotoAsync(new Uri(_host.Address, $"deliveries/{report.GetProperty("deliveries")[0].Text("id")}").AbsoluteUri);
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = title })).ToBeVisibleAsync();
        await Expect(page.GetByText("delivered").First).ToBeVisibleAsync();
        await ExpectAccessibleAsync(page);
        await ScreenshotAsync(page, "delivery");
        Assert.Empty(complaints);
    }

    [Fact]
    [Trait("Requirement", "B6")]
    public async Task An_approver_decides_on_a_phone_by_the_link_and_an_operator_in_the_console()
    {
        using var publisher = await _host.PublisherAsync();
        var (first, second) = (Calls.Unique("Q3 outlook"), Calls.Unique("Q4 outlook"));
        const string cfo = "cfo@contoso.example";
        var approved = await _host.SubmitForApprovalAsync(publisher, first, $$""" "approvers": [{ "email": "{{cfo}}" }], "note": "Look at March" """);
        var refused = await _host.SubmitForApprovalAsync(publisher, second, """ "approvers": [{ "role": "Operator" }, { "role": "Administrator" }], "quorum": 2 """);
        var link = await _host.Tenant.LinkAsync(cfo, first);

        var complaints = new List<string>();
        await using var browser = await Browser.StartAsync();
        var phone = await browser.OpenAsync(complaints, width: 390);
        await phone.GotoAsync(new Uri(_host.Address, link).AbsoluteUri);
        await Expect(phone.GetByRole(AriaRole.Heading, new() { Name = first })).ToBeVisibleAsync();
        await Expect(phone.GetByText("Look at March")).ToBeVisibleAsync();
        await phone.GetByText("channel,").ClickAsync();
        await Expect(phone.GetByText("As it is sent")).ToBeVisibleAsync();
        await ExpectNoSidewaysScrollAsync(phone);
        await ExpectAccessibleAsync(phone);
        await ScreenshotAsync(phone, "approval-link");
        await phone.GetByRole(AriaRole.Button, new() { Name = "Approve" }).ClickAsync();
        await Expect(phone.GetByRole(AriaRole.Heading, new() { Name = "Thank you" })).ToBeVisibleAsync();
        await _host.WaitForEndAsync(approved.Text("id"));
        Assert.Single(_host.Tenant.MessagesAbout(first));

        var page = await browser.OpenAsync(complaints, width: 390, isDark: true);
        await SignInAsync(page, _host.Tenant.Operator.UserName);
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Needs you (1)" })).ToBeVisibleAsync();
        await ExpectNoSidewaysScrollAsync(page);
        await ExpectAccessibleAsync(page);
        await ScreenshotAsync(page, "approval-home");
        await page.GetByRole(AriaRole.Link, new() { Name = "Approvals" }).ClickAsync();
        await ExpectNoSidewaysScrollAsync(page);
        await ScreenshotAsync(page, "approvals");
        await page.GetByRole(AriaRole.Link, new() { Name = second }).ClickAsync();
        await Expect(page.GetByText("the report waits for 1 more approval")).ToBeVisibleAsync();
        await ExpectNoSidewaysScrollAsync(page);
        await page.GetByRole(AriaRole.Button, new() { Name = "Refuse" }).ClickAsync();
        await Expect(page.GetByText("Say in a few words why you refuse")).ToBeVisibleAsync();
        await page.GetByLabel("Comment").FillAsync("April is missing");
        await page.GetByRole(AriaRole.Button, new() { Name = "Refuse" }).ClickAsync();
        await Expect(page.GetByText("Your decision is kept.")).ToBeVisibleAsync();
        await Expect(page.GetByText($"Refused by {_host.Tenant.Operator.UserName}: April is missing").First).ToBeVisibleAsync();
        await ExpectAccessibleAsync(page);
        await ScreenshotAsync(page, "approval");
        await _host.WaitForEndAsync(refused.Text("id"));
        Assert.Empty(_host.Tenant.MessagesAbout(second));
        Assert.Empty(complaints);
    }

    [Fact]
    public async Task Every_page_fits_a_phone_and_a_wide_screen_in_both_themes()
    {
        using var publisher = await _host.PublisherAsync();
        var report = await _host.DeliverAsync(publisher, Calls.Unique("Phone"));
        var orchestration = report.GetProperty("deliveries")[0].GetProperty("links").Text("orchestration").Split('/')[^1];
        using var schedule = await publisher.PutAsync("daily-sales", _host.Tenant.Schedule("0 9 * * *", "Daily sales"));
        await _host.Server.Services.GetRequiredService<DoctorRecord>().ExamineAsync(connectionId: null, default);
        var complaints = new List<string>();
        await using var browser = await Browser.StartAsync();
        foreach (var width in (int[])[390, 1440])
        {
            var page = await browser.OpenAsync(complaints, width);
            await SignInAsync(page, _host.Tenant.Administrator.UserName);
            Assert.InRange(await page.Locator("header").EvaluateAsync<double>("h => h.offsetHeight"), 1, width == 390 ? 200 : 64); // in one row
            foreach (var path in (string[])["", "deliveries", "deliveries?state=delivered", "approvals", "cases", "doctor", "connections", "connections/finance-posts", "connections/compare?left=finance-posts&right=finance-posts", "schedules", "schedules/daily-sales", "schedules/plan", "orchestrations", $"orchestrations/{orchestration}", "orchestrations/import", "diagnose", "runbooks/refresh-broken/revoked", "templates", "settings", "go", "signed-out"])
            {
                await page.GotoAsync(new Uri(_host.Address, path).AbsoluteUri);
                await Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToBeVisibleAsync();
                foreach (var isDark in (bool[])[false, true])
                {
                    await page.EmulateMediaAsync(new() { ColorScheme = isDark ? ColorScheme.Dark : ColorScheme.Light });
                    await ExpectNoSidewaysScrollAsync(page);
                    if (isDark == (width == 390)) // each theme and each width once: axe is what takes the time
                    {
                        await ExpectAccessibleAsync(page);
                    }

                    await ScreenshotAsync(page, $"{width}-{(isDark ? "dark" : "light")}-{Regex.Replace(path, "[^a-z]+", "-", RegexOptions.None, TimeSpan.FromSeconds(1))}");
                }
            }

            await page.CloseAsync();
        }

        Assert.Empty(complaints);
    }

    [Fact]
    public async Task An_operator_pauses_a_schedule_triggers_it_and_lets_it_go_on()
    {
        using var enough = new CancellationTokenSource(ServerHost.Patience);
        using var publisher = await _host.PublisherAsync();
        var title = Calls.Unique("Triggered");
        using var created = await publisher.PutAsync("daily-sales", _host.Tenant.Schedule("0 9 * * MON-FRI", title, "Europe/Berlin", ""","name": "Daily sales" """));
        Assert.Equal(201, (int)created.StatusCode);

        var complaints = new List<string>();
        await using var browser = await Browser.StartAsync();
        var page = await browser.OpenAsync(complaints);
        await SignInAsync(page, _host.Tenant.Operator.UserName);
        await page.GetByRole(AriaRole.Link, new() { Name = "Schedules" }).ClickAsync();
        await ScreenshotAsync(page, "schedules");
        await page.GetByRole(AriaRole.Link, new() { Name = "Daily sales" }).ClickAsync();
        await Expect(page.GetByText("Mon 09:00 (+0").First).ToBeVisibleAsync();
        await page.GetByLabel("Why?").FillAsync("Month end");
        await page.GetByRole(AriaRole.Button, new() { Name = "Pause" }).ClickAsync();
        await Expect(page.GetByText("It is paused.")).ToBeVisibleAsync();
        await Expect(page.GetByText("Month end")).ToBeVisibleAsync();

        await page.GetByLabel("Why?").FillAsync("The board asks");
        await page.GetByRole(AriaRole.Button, new() { Name = "Trigger" }).ClickAsync();
        await _host.Tenant.WaitForMessageAsync(m => Calls.IsAbout(m, title), enough.Token);
        await page.ReloadAsync();
        await Expect(page.GetByText($"triggered by {_host.Tenant.Operator.UserName}").First).ToBeVisibleAsync();
        await ScreenshotAsync(page, "schedule");
        await page.GetByRole(AriaRole.Link, new() { Name = "Open its delivery" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = title })).ToBeVisibleAsync();

        await page.GotoAsync(new Uri(_host.Address, "schedules/daily-sales").AbsoluteUri);
        await page.GetByLabel("Why?").FillAsync("Month end is over");
        await page.GetByRole(AriaRole.Button, new() { Name = "Resume" }).ClickAsync();
        await Expect(page.GetByText("It occurs again")).ToBeVisibleAsync();
        Assert.Single(_host.Tenant.MessagesAbout(title));
        Assert.Empty(complaints);
    }

    [Fact]
    public async Task Administrators_read_on_any_screen_who_changed_what()
    {
        var complaints = new List<string>();
        await using var browser = await Browser.StartAsync();
        using var administrator = await _host.AdministratorAsync();
        using var change = await administrator.PostJsonAsync(
            "/api/v1/connections/finance-posts/changes", """{"change":"PolicyChanged","note":"MFA for everybody from Monday"}""");
        Assert.True(change.IsSuccessStatusCode);
        var page = await browser.OpenAsync(complaints);
        await SignInAsync(page, _host.Tenant.Administrator.UserName);
        await page.GetByRole(AriaRole.Link, new() { Name = "Audit" }).ClickAsync();
        await Expect(page.GetByText("none changed since")).ToBeVisibleAsync();
        await Expect(page.GetByText("MFA for everybody from Monday").First).ToBeVisibleAsync();
        await page.Locator("summary", new() { HasText = "What it changed" }).First.ClickAsync();
        await Expect(page.GetByText("PolicyChanged").First).ToBeVisibleAsync();
        foreach (var (width, isDark) in new[] { (1440, false), (1440, true), (390, false), (390, true) })
        {
            await page.SetViewportSizeAsync(width, 900);
            await page.EmulateMediaAsync(new() { ColorScheme = isDark ? ColorScheme.Dark : ColorScheme.Light });
            await ExpectNoSidewaysScrollAsync(page);
            await ScreenshotAsync(page, $"audit-{width}-{(isDark ? "dark" : "light")}");
        }

        Assert.Empty(complaints);
    }

    [Fact]
    public async Task Whoever_has_no_role_is_told_so_and_whoever_signs_out_is_out()
    {
        var complaints = new List<string>();
        await using var browser = await Browser.StartAsync();
        var page = await browser.OpenAsync(complaints);
        await SignInAsync(page, _host.Tenant.Outsider.UserName);
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Your account may not see this" })).ToBeVisibleAsync();

        await page.GetByRole(AriaRole.Button, new() { Name = "Sign out" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "You are signed out" })).ToBeVisibleAsync();
        var cookies = await page.Context.CookiesAsync();
        Assert.DoesNotContain(cookies, static c => c.Name == "teamsworkflows");
    }

    [Fact]
    public async Task A_post_without_the_anti_forgery_token_is_refused_and_the_cookie_is_kept_from_scripts_and_other_sites()
    {
        var complaints = new List<string>();
        await using var browser = await Browser.StartAsync();
        var page = await browser.OpenAsync(complaints);
        await SignInAsync(page, _host.Tenant.Operator.UserName);
        var cookie = (await page.Context.CookiesAsync()).Single(static c => c.Name == "teamsworkflows");
        Assert.True(cookie.HttpOnly);
        Assert.Equal(SameSiteAttribute.Lax, cookie.SameSite);

        foreach (var path in (string[])["/connections/finance-posts/sign-in", "/cases/none/resolve", "/cases/none/sign-in", "/cases/none/steps/none/tick", "/cases/none/steps/none/untick", "/doctor", "/connections/finance-posts/doctor", "/schedules/none/act", "/approvals/none/decide", "/approve", "/signout"])
        {
            var refused = await page.Context.APIRequest.PostAsync(new Uri(_host.Address, path).AbsoluteUri, new() { MaxRedirects = 0 });
            Assert.Equal(400, refused.Status);
        }
    }

    private Task SignInAsync(IPage page, string username) => Browser.SignInAsync(page, _host.Address, username);
}
