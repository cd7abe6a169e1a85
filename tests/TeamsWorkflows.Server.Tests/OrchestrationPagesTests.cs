using System.Net;
using System.Text.RegularExpressions;
using TeamsWorkflows.DurableTask;
using TeamsWorkflows.Server.Console;
using TeamsWorkflows.Server.Orchestrations;

namespace TeamsWorkflows.Server.Tests;

/// <summary>The list of orchestrations and the page for an exported history, by their forms.</summary>
[Collection(nameof(SharedServer))]
public sealed class OrchestrationPagesTests(ServerHost host)
{
    [Fact]
    [Trait("Requirement", "R49")]
    public async Task What_is_left_out_is_not_listed_and_not_counted()
    {
        using var publisher = await host.PublisherAsync();
        using var administrator = await host.AdministratorAsync();
        var report = await host.DeliverAsync(publisher, Calls.Unique("Left out"));
        var id = report.Text("id");

        var all = await administrator.GetJsonAsync($"/api/v1/orchestrations?prefix=report-{id}");
        var noName = await administrator.GetJsonAsync($"/api/v1/orchestrations?prefix=report-{id}&notName=DELIVERREPORT");
        var noStatus = await administrator.GetJsonAsync($"/api/v1/orchestrations?prefix=report-{id}&notStatus=completed&notStatus=running");
        Assert.Equal(1, all.GetProperty("orchestrations").GetArrayLength());
        Assert.Equal(0, noName.GetProperty("orchestrations").GetArrayLength());
        Assert.Equal(0, noStatus.GetProperty("orchestrations").GetArrayLength());
        using var nothing = await administrator.GetAsync(new Uri("/api/v1/orchestrations?status=failed&notStatus=failed", UriKind.Relative));
        Assert.Equal(HttpStatusCode.BadRequest, nothing.StatusCode);

        var counted = await administrator.GetJsonAsync($"/api/v1/orchestrations/histogram?prefix=report-{id}");
        var bucket = counted.GetProperty("buckets").EnumerateArray().Single();
        Assert.Equal("1", bucket.GetProperty("counts").Text("Completed"));
        Assert.Equal("True", counted.Text("isComplete"));
        Assert.Equal(0, (await administrator.GetJsonAsync($"/api/v1/orchestrations/histogram?prefix=report-{id}&notName=DeliverReport")).GetProperty("buckets").GetArrayLength());
    }

    [Fact]
    [Trait("Requirement", "R49")]
    public async Task A_bar_of_the_histogram_leads_to_the_instances_that_it_counts()
    {
        using var publisher = await host.PublisherAsync();
        using var person = await ConsoleSession.SignInAsync(host, host.Tenant.Administrator.UserName);
        var report = await host.DeliverAsync(publisher, Calls.Unique("Counted"));

        var page = await person.ReadAsync($"/orchestrations?prefix=report-{report.Text("id")}");
        var bar = Regex.Match(page, "(?<=<a href=\")/orchestrations\\?[^\"]*createdFrom[^\"]*", RegexOptions.None, TimeSpan.FromSeconds(1)).Value;

        var inside = await person.ReadAsync(WebUtility.HtmlDecode(bar));
        Assert.Contains($">report-{report.Text("id")}</code>", inside, StringComparison.Ordinal);
        var before = await person.ReadAsync($"/orchestrations?prefix=report-{report.Text("id")}&createdTo=2020-01-01");
        Assert.DoesNotContain($">report-{report.Text("id")}</code>", before, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_time_that_ends_before_it_begins_is_refused_and_the_edges_of_time_are_counted()
    {
        using var administrator = await host.AdministratorAsync();
        using var person = await ConsoleSession.SignInAsync(host, host.Tenant.Administrator.UserName);
        foreach (var list in (string[])["", "/histogram"])
        {
            using var refused = await administrator.GetAsync(new Uri($"/api/v1/orchestrations{list}?createdFrom=2026-02-01&createdTo=2026-01-01", UriKind.Relative));
            Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
            Assert.Contains("createdTo", (await refused.JsonAsync()).GetProperty("errors").ToString(), StringComparison.Ordinal);
        }

        foreach (var edge in (string[])["createdTo=0001-01-01", "createdFrom=9999-12-31T23:59:59Z", "createdFrom=2990-01-01", "createdFrom=0001-01-01&createdTo=9999-12-31"])
        {
            var counted = await administrator.GetJsonAsync($"/api/v1/orchestrations/histogram?{edge}");
            Assert.True(counted.GetProperty("from").GetDateTimeOffset() < counted.GetProperty("to").GetDateTimeOffset(), edge);
            await administrator.GetJsonAsync($"/api/v1/orchestrations?{edge}");
            Assert.Contains("<h1>", await person.ReadAsync($"/orchestrations?{edge}"), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void The_first_bar_begins_and_the_last_ends_with_the_time_that_is_asked_for()
    {
        var from = new DateTimeOffset(2026, 11, 26, 9, 3, 7, 500, TimeSpan.Zero);
        var to = from.AddHours(1);
        var counted = new CountedInstances(from, to, TimeSpan.FromMinutes(5), new InstanceHistogram([], IsComplete: true));
        var asked = OrchestrationHistogram.Of(counted, new OrchestrationFilter(CreatedFrom: "2026-11-26T09:03:07.5Z", CreatedTo: "2026-11-26T10:03:07.5Z")).Chart.Buckets;
        Assert.Equal("/orchestrations?createdFrom=2026-11-26T09%3A03%3A07.5Z&createdTo=2026-11-26T09%3A05%3A00Z", asked[0].Address);
        Assert.Equal("/orchestrations?createdFrom=2026-11-26T10%3A00%3A00Z&createdTo=2026-11-26T10%3A03%3A07.5Z", asked[^1].Address);

        var open = OrchestrationHistogram.Of(counted, new OrchestrationFilter()).Chart.Buckets;
        Assert.EndsWith("createdTo=2026-11-26T10%3A05%3A00Z", open[^1].Address, StringComparison.Ordinal); // what begins meanwhile is in it, too
    }

    [Fact]
    public async Task Views_and_columns_are_kept_for_each_person()
    {
        using var publisher = await host.PublisherAsync();
        using var person = await ConsoleSession.SignInAsync(host, host.Tenant.Administrator.UserName);
        await host.DeliverAsync(publisher, Calls.Unique("Listed")); // a list without instances has no columns
        var name = "Mine " + Guid.NewGuid().ToString("N")[..8];

        var (saved, address) = await person.SendAsync("/orchestrations?status=Failed&notName=PlanOccurrences&evil=1", "/orchestrations/views", ("name", name));
        Assert.Contains("The view is saved for you.", saved, StringComparison.Ordinal);
        Assert.Equal("?status=Failed&notName=PlanOccurrences&note=view-saved", address.Query);
        Assert.Contains($"<a href=\"/orchestrations?status=Failed&amp;notName=PlanOccurrences\" aria-current=\"true\">{name}</a>", saved, StringComparison.Ordinal);
        var (unfit, _) = await person.SendAsync("/orchestrations", "/orchestrations/views", ("name", new string('x', 61)));
        Assert.Contains("A view needs a name", unfit, StringComparison.Ordinal);

        var (shown, _) = await person.SendAsync("/orchestrations", "/orchestrations/columns", ("columns", "Tags"), ("columns", "Parent"), ("columns", "Nonsense"));
        Assert.Matches("<th scope=\"col\">Parent</th>\\s*<th scope=\"col\">Tags</th>", shown);
        Assert.DoesNotContain("<th scope=\"col\">Started</th>", shown, StringComparison.Ordinal);
        Assert.Matches("<th scope=\"col\">Parent</th>\\s*<th scope=\"col\">Tags</th>", await person.ReadAsync("/orchestrations"));
        await person.SendAsync("/orchestrations", "/orchestrations/columns", ("columns", "Started"), ("columns", "Took"));

        var (gone, _) = await person.SendAsync("/orchestrations", "/orchestrations/views/delete", ("name", name));
        Assert.DoesNotContain(name, gone, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Requirement", "B13")]
    public async Task An_exported_history_is_shown_and_replayed_and_not_stored()
    {
        using var publisher = await host.PublisherAsync();
        using var administrator = await host.AdministratorAsync();
        using var person = await ConsoleSession.SignInAsync(host, host.Tenant.Administrator.UserName);
        var report = await host.DeliverAsync(publisher, Calls.Unique("Exported"));
        var history = await person.ReadAsync($"/orchestrations/report-{report.Text("id")}/history.json");

        var elsewhere = history.Replace($"report-{report.Text("id")}", "elsewhere-1", StringComparison.Ordinal);
        var page = await person.UploadAsync("/orchestrations/import", "file", "history.json", elsewhere);
        Assert.Contains("s code decides", page, StringComparison.Ordinal);
        Assert.Contains("<code>elsewhere-1</code>", page, StringComparison.Ordinal);
        Assert.Contains("<svg", page, StringComparison.Ordinal);
        using var unknown = await administrator.GetAsync(new Uri("/api/v1/orchestrations/elsewhere-1", UriKind.Relative));
        Assert.Equal(HttpStatusCode.NotFound, unknown.StatusCode);

        var same = await person.UploadAsync("/orchestrations/import", "file", "history.json", history);
        Assert.Contains("Matches in", same, StringComparison.Ordinal);
        var wrong = await person.UploadAsync("/orchestrations/import", "file", "history.json", "{\"format\":7}");
        Assert.Contains("this release reads format 1", wrong, StringComparison.Ordinal);
        var nothing = await person.UploadAsync("/orchestrations/import", "file", "history.json", "");
        Assert.Contains("Choose a file", nothing, StringComparison.Ordinal);
    }
}
