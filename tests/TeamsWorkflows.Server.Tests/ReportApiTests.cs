using System.Net;
using Microsoft.EntityFrameworkCore;
using TeamsWorkflows.Data;
using TeamsWorkflows.Reports;
using TeamsWorkflows.Server.Development;
using TeamsWorkflows.Ways;

namespace TeamsWorkflows.Server.Tests;

[Collection(nameof(SharedServer))]
public sealed class ReportApiTests(ServerHost host)
{
    [Fact]
    [Trait("Requirement", "R81")]
    public async Task A_report_is_accepted_at_once_and_found_in_the_channel()
    {
        using var publisher = await host.PublisherAsync();
        var title = Calls.Unique("Month end");

        using var response = await publisher.SubmitAsync(host.Tenant.Report(title), "key " + "x");
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode); // a blank is not a visible character

        using var accepted = await publisher.SubmitAsync(host.Tenant.Report(title), title.Replace(' ', '-'));
        Assert.Equal(HttpStatusCode.Accepted, accepted.StatusCode);
        var report = await accepted.JsonAsync();
        var self = report.GetProperty("links").Text("self");
        Assert.Equal(self, accepted.Headers.Location!.ToString());

        await host.WaitForEndAsync(report.Text("id"));
        Assert.Single(host.Tenant.MessagesAbout(title));
        var delivery = await publisher.GetJsonAsync(report.GetProperty("links").GetProperty("deliveries")[0].ToString());
        Assert.Equal("Delivered", delivery.Text("state"));
        Assert.Equal("posted", delivery.GetProperty("attempts")[0].Text("outcome"));
        Assert.Equal(self, delivery.GetProperty("links").Text("report"));
    }

    [Fact]
    [Trait("Requirement", "R82")]
    public async Task The_same_key_and_body_give_the_same_answer_and_one_message()
    {
        using var publisher = await host.PublisherAsync();
        var title = Calls.Unique("Twice");
        var key = Guid.NewGuid().ToString();

        using var first = await publisher.SubmitAsync(host.Tenant.Report(title), key);
        using var second = await publisher.SubmitAsync(host.Tenant.Report(title), key);

        Assert.Equal(HttpStatusCode.Accepted, second.StatusCode);
        Assert.False(first.Headers.Contains("Idempotency-Replayed"));
        Assert.Equal("true", second.Headers.GetValues("Idempotency-Replayed").Single());
        var id = (await first.JsonAsync()).Text("id");
        Assert.Equal(id, (await second.JsonAsync()).Text("id"));
        await host.WaitForEndAsync(id);
        Assert.Single(host.Tenant.MessagesAbout(title));
    }

    [Fact]
    public async Task The_same_key_with_another_body_is_refused_by_a_type_of_its_own()
    {
        using var publisher = await host.PublisherAsync();
        var key = Guid.NewGuid().ToString();
        using var first = await publisher.SubmitAsync(host.Tenant.Report(Calls.Unique("One")), key);
        using var other = await publisher.SubmitAsync(host.Tenant.Report(Calls.Unique("Other")), key);

        Assert.Equal(HttpStatusCode.UnprocessableEntity, other.StatusCode);
        var problem = await other.JsonAsync();
        Assert.EndsWith("idempotency-key-reused", problem.Text("type"), StringComparison.Ordinal);
        Assert.Contains((await first.JsonAsync()).Text("id"), problem.Text("detail"), StringComparison.Ordinal);
    }

    public static TheoryData<string, int, string, string> BadReports => new()
    {
        { """{"title":"x","body":""", 400, "malformed-json", "line 1" },
        { "", 400, "body-missing", "JSON object" },
        { """{"title":7,"body":"b","destinations":[]}""", 400, "wrong-type", "title" },
        { """{"title":"t","body":"b","destinations":[],"format":2}""", 400, "wrong-type", "format" },
        { """{"title":"t","body":"b","destinations":[],"patience":"soon"}""", 400, "wrong-type", "patience" },
        { "[]", 400, "wrong-type", "'$'" },
        { """{"titel":"t","body":"b","destinations":[]}""", 400, "unknown-field", "titel" },
        { """{"title":"t","body":"b","destinations":[{"conection":"x"}]}""", 400, "unknown-field", "\"destinations[0].conection\"" },
        { """{"title":"t","body":"b","destinations":[{"kind":"slack","url":7}]}""", 400, "wrong-type", "destinations[0].url" },
        { """{"body":"b","destinations":[{"connection":"finance-posts"}]}""", 422, "invalid-report", "title" },
        { """{"title":"t","body":"b"}""", 422, "invalid-report", "destinations" },
        { """{"title":"t","body":"b","destinations":[{"connection":"nobody"}]}""", 422, "invalid-report", "finance-posts" },
        { """{"title":"t","body":"b","destinations":[{"kind":"pigeon"}]}""", 422, "invalid-report", "pigeon" },
        { """{"title":"t","table":{"csv":"a,b\n1"},"destinations":[]}""", 422, "invalid-report", "Line 2" },
        { "BAD-ADDRESS", 422, "invalid-report", "fallback.email[0]" },
    };

    [Theory]
    [MemberData(nameof(BadReports))]
    public async Task A_bad_report_is_refused_with_its_field_and_leaves_nothing_behind(
        string body, int status, string type, string named)
    {
        using var publisher = await host.PublisherAsync();
        var before = await CountAsync();

        using var response = await publisher.SubmitAsync(
            body switch
            {
                "BAD-ADDRESS" => host.Tenant.Report("Mail", """,  "fallback":{"email":["nobody"]}"""),
                _ => body,
            },
            Guid.NewGuid().ToString());

        Assert.Equal(status, (int)response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        var problem = await response.JsonAsync();
        Assert.EndsWith($":{type}", problem.Text("type"), StringComparison.Ordinal);
        Assert.Contains(named, problem.ToString(), StringComparison.Ordinal);
        Assert.NotEmpty(problem.Text("traceId"));
        Assert.Equal(before, await CountAsync());
    }

    [Fact]
    [Trait("Requirement", "B14")]
    public async Task A_preview_shows_payload_and_size_and_needs_no_key()
    {
        using var publisher = await host.PublisherAsync();
        var before = await CountAsync();
        var large = host.Tenant.Report("Large").Replace("Figures", new string('x', 30_000), StringComparison.Ordinal);

        var small = await publisher.PostJsonAsync("/api/v1/reports/preview", host.Tenant.Report("Small"));
        using var file = await publisher.PostJsonAsync("/api/v1/reports/preview", large);
        using var invalid = await publisher.PostJsonAsync("/api/v1/reports/preview", "{}");

        var shown = (await small.JsonAsync()).GetProperty("destinations")[0];
        Assert.Equal("channel", shown.Text("kind"));
        Assert.Contains("Figures for Small", shown.Text("payload"), StringComparison.Ordinal);
        Assert.Empty(shown.GetProperty("files").EnumerateArray());
        Assert.EndsWith(".html", (await file.JsonAsync()).GetProperty("destinations")[0].GetProperty("files")[0].ToString(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, invalid.StatusCode);
        Assert.Equal(before, await CountAsync());
    }

    [Theory]
    [InlineData("")]
    [InlineData("LONG")]
    [InlineData("two words")]
    public async Task A_missing_or_impossible_key_is_refused_and_leaves_nothing_behind(string key)
    {
        using var publisher = await host.PublisherAsync();
        var before = await CountAsync();

        using var response = await publisher.SubmitAsync(
            host.Tenant.Report("Keyless"), key == "LONG" ? new string('k', ReportLimits.MaxIdempotencyKeyLength + 1) : key);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Contains("Idempotency-Key", (await response.JsonAsync()).Text("detail"), StringComparison.Ordinal);
        Assert.Equal(before, await CountAsync());
    }

    [Fact]
    public async Task A_body_over_the_limit_and_another_content_type_are_refused()
    {
        using var publisher = await host.PublisherAsync();
        var before = await CountAsync();

        using var large = await publisher.SubmitAsync(host.Tenant.Report(new string('x', 70_000)), "large");
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, large.StatusCode);
        Assert.Contains("65,536", (await large.JsonAsync()).Text("detail"), StringComparison.Ordinal);

        using var text = await publisher.SubmitAsync(host.Tenant.Report("Text"), "text", "text/plain");
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, text.StatusCode);
        Assert.Contains("application/json", (await text.JsonAsync()).Text("detail"), StringComparison.Ordinal);
        Assert.Equal(before, await CountAsync());
    }

    [Fact]
    public async Task A_publisher_sees_its_own_reports_and_nobody_elses()
    {
        using var publisher = await host.PublisherAsync();
        using var oversight = await host.OperatorAsync();
        var own = await host.DeliverAsync(publisher, Calls.Unique("Own"));
        var team = host.Tenant.Team("Finance");
        var submitted = await host.Server.Services.GetRequiredService<ReportDesk>().SubmitAsync(
            "somebody-else",
            Guid.NewGuid().ToString(),
            new ReportRequest("Foreign", "b", [new ChannelDestination(DevelopmentSandbox.ConnectionId, team.Id, team.Channel("Reports").Id)]),
            CancellationToken.None);
        var foreign = Assert.IsType<SubmitResult.Accepted>(submitted).Report;
        await host.WaitForEndAsync(foreign.Id);

        using var report = await publisher.GetAsync(new Uri($"/api/v1/reports/{foreign.Id}", UriKind.Relative));
        using var delivery = await publisher.GetAsync(new Uri($"/api/v1/deliveries/{foreign.Deliveries[0].Id}", UriKind.Relative));
        Assert.Equal(HttpStatusCode.NotFound, report.StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, delivery.StatusCode);

        var mine = await publisher.GetJsonAsync("/api/v1/deliveries?limit=200");
        var all = await oversight.GetJsonAsync("/api/v1/deliveries?limit=200");
        Assert.Contains(own.Text("id"), mine.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(foreign.Id, mine.ToString(), StringComparison.Ordinal);
        Assert.Contains(foreign.Id, all.ToString(), StringComparison.Ordinal);
        Assert.Equal(foreign.Id, (await oversight.GetJsonAsync($"/api/v1/reports/{foreign.Id}")).Text("id"));
    }

    [Fact]
    public async Task Deliveries_come_in_pages_by_state()
    {
        using var publisher = await host.PublisherAsync();
        using var oversight = await host.OperatorAsync();
        var title = Calls.Unique("Page one");
        await host.DeliverAsync(publisher, title);
        await host.DeliverAsync(publisher, Calls.Unique("Page two"));

        var first = await oversight.GetJsonAsync("/api/v1/deliveries?state=delivered&limit=1");
        var second = await oversight.GetJsonAsync(first.Text("next"));
        Assert.NotEqual(first.GetProperty("deliveries")[0].Text("id"), second.GetProperty("deliveries")[0].Text("id"));
        Assert.Contains("state=delivered", second.Text("next") + first.Text("next"), StringComparison.Ordinal);

        var since = first.GetProperty("deliveries")[0].Text("createdAt")[..10];
        var found = await oversight.GetJsonAsync($"/api/v1/deliveries?limit=1&connection=finance-posts&from={since}");
        Assert.Contains($"connection=finance-posts&from={since}", found.Text("next"), StringComparison.Ordinal);
        Assert.Empty((await oversight.GetJsonAsync($"/api/v1/deliveries?to={since}")).GetProperty("deliveries").EnumerateArray());
        Assert.Empty((await oversight.GetJsonAsync("/api/v1/deliveries?publisher=nobody")).GetProperty("deliveries").EnumerateArray());
        Assert.Empty((await oversight.GetJsonAsync("/api/v1/deliveries?state=failed")).GetProperty("deliveries").EnumerateArray());
        var titled = await oversight.GetJsonAsync($"/api/v1/deliveries?title={Uri.EscapeDataString(title.ToUpperInvariant())}");
        Assert.Equal(title, Assert.Single(titled.GetProperty("deliveries").EnumerateArray()).Text("title"));
        Assert.Empty((await oversight.GetJsonAsync("/api/v1/deliveries?title=%25")).GetProperty("deliveries").EnumerateArray());
        using var tooLong = await oversight.GetAsync(new Uri($"/api/v1/deliveries?title={new string('x', 201)}", UriKind.Relative));
        Assert.Equal(System.Net.HttpStatusCode.BadRequest, tooLong.StatusCode);
    }

    [Fact]
    [Trait("Requirement", "R85")]
    public async Task The_ledger_is_searched_on_its_page()
    {
        using var publisher = await host.PublisherAsync();
        var title = Calls.Unique("Searched for");
        await host.DeliverAsync(publisher, title);
        using var person = await ConsoleSession.SignInAsync(host, host.Tenant.Operator.UserName);

        var found = await person.ReadAsync($"/deliveries?title={Uri.EscapeDataString(title[5..])}&connection=finance-posts&state=&channel=&publisher=&from=2020-01-01&to=");
        Assert.Contains(title, found, StringComparison.Ordinal);
        Assert.Contains("state=Parked&amp;connection=finance-posts", found, StringComparison.Ordinal);
        Assert.Contains("Nothing that fits", await person.ReadAsync($"/deliveries?title={Uri.EscapeDataString(title)}&connection=nobody"), StringComparison.Ordinal);
        Assert.Contains("Give a time such as", await person.ReadAsync("/deliveries?from=yesterday"), StringComparison.Ordinal);
    }

    private Task<int> CountAsync() => host.Server.Services.GetRequiredService<Database>()
        .ReadAsync(static db => db.Reports.CountAsync(r => r.Title != "Foreign"), CancellationToken.None);
}
