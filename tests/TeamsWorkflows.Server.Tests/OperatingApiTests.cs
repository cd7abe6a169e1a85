using System.Net;

namespace TeamsWorkflows.Server.Tests;

[Collection(nameof(SharedServer))]
public sealed class OperatingApiTests(ServerHost host)
{
    [Fact]
    public async Task Connections_show_who_they_act_as_and_no_secret()
    {
        using var oversight = await host.OperatorAsync();
        var list = await oversight.GetJsonAsync("/api/v1/connections");
        var connection = await oversight.GetJsonAsync("/api/v1/connections/finance-posts");

        Assert.Equal("finance-posts", list.GetProperty("connections")[0].Text("id"));
        Assert.Equal("Healthy", connection.Text("state"));
        Assert.Equal(host.Tenant.Service.UserName, connection.Text("username"));
        Assert.DoesNotContain(host.Tenant.Connector.ClientSecret, list.ToString() + connection, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Requirement", "R49")]
    public async Task Orchestrations_show_their_history_without_tokens()
    {
        using var publisher = await host.PublisherAsync();
        using var administrator = await host.AdministratorAsync();
        var report = await host.DeliverAsync(publisher, Calls.Unique("Followed"));
        var address = report.GetProperty("deliveries")[0].GetProperty("links").Text("orchestration");

        var instance = await administrator.GetJsonAsync(address);
        var history = await administrator.GetJsonAsync(address + "/history");
        var list = await administrator.GetJsonAsync($"/api/v1/orchestrations?status=completed&prefix=delivery-{report.Text("id")}");

        Assert.Equal("Completed", instance.Text("status"));
        Assert.Equal(instance.Text("id"), list.GetProperty("orchestrations")[0].Text("id"));
        var types = history.GetProperty("events").EnumerateArray().Select(e => e.Text("type")).ToList();
        Assert.Equal("OrchestratorStarted", types[0]);
        Assert.Contains("TaskScheduled", types);
        Assert.Equal("ExecutionCompleted", types[^1]);
        Assert.DoesNotContain("eyJ", instance.ToString() + history, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Orchestrations_come_in_pages()
    {
        using var publisher = await host.PublisherAsync();
        using var administrator = await host.AdministratorAsync();
        await host.DeliverAsync(publisher, Calls.Unique("Paged"));

        var first = await administrator.GetJsonAsync("/api/v1/orchestrations?limit=1");
        var second = await administrator.GetJsonAsync($"/api/v1/orchestrations?limit=1&continuationToken={first.Text("continuationToken")}");
        Assert.NotEqual(first.GetProperty("orchestrations")[0].Text("id"), second.GetProperty("orchestrations")[0].Text("id"));
    }

    [Fact]
    public async Task Terminating_needs_a_reason_and_something_to_terminate()
    {
        using var publisher = await host.PublisherAsync();
        using var administrator = await host.AdministratorAsync();
        var report = await host.DeliverAsync(publisher, Calls.Unique("Ended"));
        var address = $"/api/v1/orchestrations/report-{report.Text("id")}/terminate";

        using var silent = await administrator.PostJsonAsync(address, """{"reason":" "}""");
        Assert.Equal(HttpStatusCode.UnprocessableEntity, silent.StatusCode);
        using var late = await administrator.PostJsonAsync(address, """{"reason":"tidying up"}""");
        Assert.Equal(HttpStatusCode.Conflict, late.StatusCode);
        Assert.EndsWith("orchestration-ended", (await late.JsonAsync()).Text("type"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/api/v1/deliveries?state=lost", "Delivered")]
    [InlineData("/api/v1/deliveries?state=4", "Delivered")]
    [InlineData("/api/v1/deliveries?limit=0", "200")]
    [InlineData("/api/v1/deliveries?limit=many", "limit")]
    [InlineData("/api/v1/cases?open=perhaps", "open")]
    [InlineData("/api/v1/orchestrations?status=gone", "Completed")]
    [InlineData("/api/v1/orchestrations?limit=5000", "1,000")]
    [InlineData("/api/v1/orchestrations?continuationToken=x", "continuationToken")]
    public async Task A_parameter_that_cannot_be_is_refused_with_what_can(string path, string named)
    {
        using var administrator = await host.AdministratorAsync();
        using var response = await administrator.GetAsync(new Uri(path, UriKind.Relative));
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        var problem = await response.JsonAsync();
        Assert.EndsWith("invalid-parameter", problem.Text("type"), StringComparison.Ordinal);
        Assert.Contains(named, problem.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_sign_in_can_be_begun_for_a_connection()
    {
        using var oversight = await host.OperatorAsync();
        using var begun = await oversight.PostJsonAsync("/api/v1/connections/finance-posts/sign-in", "{}");
        var url = (await begun.JsonAsync()).Text("signInUrl");
        Assert.Contains("code_challenge_method=S256", url, StringComparison.Ordinal);
        Assert.Contains("response_mode=form_post", url, StringComparison.Ordinal);
    }
}
