using TeamsWorkflows.Server.Console;

namespace TeamsWorkflows.Server.Tests;

/// <summary>Finding things, times, templates, settings and the plan: as they work without the script.</summary>
[Collection(nameof(SharedServer))]
public sealed class ConsoleToolsTests(ServerHost host)
{
    [Fact]
    public async Task Things_are_found_by_identifier_and_pages_by_name_and_only_what_one_may_see()
    {
        using var publisher = await host.PublisherAsync();
        using var administrator = await ConsoleSession.SignInAsync(host, host.Tenant.Administrator.UserName);
        using var oversight = await ConsoleSession.SignInAsync(host, host.Tenant.Operator.UserName);
        var report = await host.DeliverAsync(publisher, Calls.Unique("Found"));
        var delivery = report.GetProperty("deliveries")[0].Text("id");

        Assert.Contains($"<a href=\"/deliveries/{delivery}\">", await oversight.ReadAsync($"/go?q={report.Text("id")}"), StringComparison.Ordinal);
        Assert.Contains($"<a href=\"/deliveries/{delivery}\">", await oversight.ReadAsync($"/go?q={delivery}"), StringComparison.Ordinal);
        Assert.Contains("<a href=\"/connections/finance-posts\">", await oversight.ReadAsync("/go?q=FINANCE"), StringComparison.Ordinal);
        Assert.Contains($"<a href=\"/orchestrations/report-{report.Text("id")}\">", await administrator.ReadAsync($"/go?q=report-{report.Text("id")[..20]}"), StringComparison.Ordinal);
        Assert.DoesNotContain("<a href=\"/orchestrations/", await oversight.ReadAsync($"/go?q=report-{report.Text("id")[..20]}"), StringComparison.Ordinal);
        Assert.Contains("<a href=\"/settings\"", await administrator.ReadAsync("/go"), StringComparison.Ordinal);
        Assert.DoesNotContain("<a href=\"/settings\"", await oversight.ReadAsync("/go"), StringComparison.Ordinal);
        Assert.Contains("Nothing of that name", await oversight.ReadAsync("/go?q=%3Cnobody%3E"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Times_are_shown_as_somebody_wants_them_and_the_way_back_stays_here()
    {
        using var person = await ConsoleSession.SignInAsync(host, host.Tenant.Operator.UserName);
        Assert.Contains("data-time=\"relative\"", await person.ReadAsync("/connections"), StringComparison.Ordinal);

        var (page, address) = await person.SendAsync("/connections", "/time", ("mode", "utc"));
        Assert.Equal("/connections", address.AbsolutePath);
        Assert.Contains("data-time=\"utc\"", page, StringComparison.Ordinal);
        Assert.Matches("data-when>20\\d\\d-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d UTC</time>", page);

        var (_, elsewhere) = await person.SendAsync("/connections", "/time", ("mode", "relative"), ("back", "//evil.example/"));
        Assert.Equal(host.Address.Authority, elsewhere.Authority);
    }

    [Fact]
    public async Task A_template_is_filled_in_and_what_is_wrong_with_it_is_said()
    {
        using var person = await ConsoleSession.SignInAsync(host, host.Tenant.Operator.UserName);
        Assert.Contains("<strong>North</strong> sold 42 items", await person.ReadAsync("/templates"), StringComparison.Ordinal);

        var (page, _) = await person.SendAsync(
            "/templates", "/templates", ("title", "T {{ a }}"), ("format", "Html"), ("body", "<p onclick=\"x\">{{ a }}</p><script>alert(1)</script>"), ("data", """{"a":"<b>"}"""));
        Assert.Contains("<p>&lt;b&gt;</p>", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<script>alert", page, StringComparison.Ordinal);

        var (wrong, _) = await person.SendAsync("/templates", "/templates", ("title", "T"), ("format", "Markdown"), ("body", "{{ missing }}"), ("data", "{\"a\":1}"));
        Assert.Contains("It cannot be filled in yet", wrong, StringComparison.Ordinal);
        var (noJson, _) = await person.SendAsync("/templates", "/templates", ("title", "T"), ("format", "Card"), ("body", "{"), ("data", ""));
        Assert.Contains("It is no JSON", noJson, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Requirement", "R68")]
    public async Task Settings_are_for_administrators_and_show_no_secret()
    {
        using var administrator = await ConsoleSession.SignInAsync(host, host.Tenant.Administrator.UserName);
        var page = await administrator.ReadAsync("/settings");

        Assert.Contains("MaxBodyBytes", page, StringComparison.Ordinal);
        Assert.Contains("<code>65536</code>", page, StringComparison.Ordinal);
        Assert.Contains("set, and not shown", page, StringComparison.Ordinal);
        Assert.Contains("<h2>Audit</h2> <span class=\"muted\">as it comes</span>", page, StringComparison.Ordinal);
        Assert.Contains("<dt>sandbox:DisplayName</dt>", page, StringComparison.Ordinal);
        Assert.DoesNotContain(host.Tenant.Connector.ClientSecret, page, StringComparison.Ordinal);
        Assert.DoesNotContain(host.Tenant.Api.ClientSecret, page, StringComparison.Ordinal);

        using var oversight = await ConsoleSession.SignInAsync(host, host.Tenant.Operator.UserName);
        await Assert.ThrowsAsync<HttpRequestException>(() => oversight.ReadAsync("/settings"));
    }

    [Fact]
    public void Every_section_that_there_is_is_among_the_settings()
        => Assert.Equal(Documents.SettingList.Types.Keys.Select(static name => name.Replace(":0", "", StringComparison.Ordinal)), SettingsView.Sections);

    [Fact]
    [Trait("Requirement", "B14")]
    public async Task The_plan_shows_when_schedules_occur_and_what_they_come_to()
    {
        using var publisher = await host.PublisherAsync();
        var name = "plan-" + Guid.NewGuid().ToString("N")[..8];
        using var put = await publisher.PutAsync(name, host.Tenant.Schedule("0 9 * * *", "Planned"));
        using var person = await ConsoleSession.SignInAsync(host, host.Tenant.Operator.UserName);

        var page = await person.ReadAsync("/schedules/plan?days=7");
        Assert.Contains("Plan of the next 7 days", page, StringComparison.Ordinal);
        Assert.Equal(7, System.Text.RegularExpressions.Regex.Count(page, $"<a href=\"/schedules/{name}\">", System.Text.RegularExpressions.RegexOptions.None, TimeSpan.FromSeconds(1)));
        Assert.Contains("of 3,000", page, StringComparison.Ordinal);
        Assert.Contains("Plan of the next 31 days", await person.ReadAsync("/schedules/plan?days=9999"), StringComparison.Ordinal);
        using var deleted = await publisher.DeleteAsync(new Uri($"/api/v1/schedules/{name}", UriKind.Relative));
    }
}
