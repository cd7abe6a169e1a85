using System.Net;
using System.Text;
using System.Text.Json;
using TeamsWorkflows.DurableTask.Client;

namespace TeamsWorkflows.Server.Tests;

/// <summary>The HTTP API of Durable Functions: addresses, codes, headers and fields as its clients know them.</summary>
public sealed class ManagementTests(ServerHost host) : IClassFixture<ServerHost>
{
    private const string Root = "/runtime/webhooks/durabletask";

    private DurableTaskClient Client => host.Server.Services.GetRequiredService<DurableTaskClient>();

    [Fact]
    public async Task A_status_is_answered_with_202_while_it_runs_and_with_200_when_it_has_ended()
    {
        using var administrator = await host.AdministratorAsync();
        var open = await ParkAsync();
        using var running = await administrator.GetAsync(Address($"/instances/{open}?showInput=false"));
        Assert.Equal(HttpStatusCode.Accepted, running.StatusCode);
        Assert.Equal(new Uri(host.Address, $"{Root}/instances/{open}?showInput=false"), running.Headers.Location);
        Assert.Equal(TimeSpan.FromSeconds(5), running.Headers.RetryAfter!.Delta);
        var status = await running.JsonAsync();
        Assert.Equal(
            ["createdTime", "customStatus", "input", "instanceId", "lastUpdatedTime", "name", "output", "runtimeStatus"],
            status.EnumerateObject().Select(static p => p.Name).Order(StringComparer.Ordinal));
        Assert.Equal(("DeliverReport", open, "Running"), (status.Text("name"), status.Text("instanceId"), status.Text("runtimeStatus")));
        Assert.Equal(JsonValueKind.Null, status.GetProperty("input").ValueKind);
        Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$", status.Text("createdTime"));

        var ended = await EndedAsync();
        var full = await administrator.GetJsonAsync($"{Root}/instances/{ended}?showHistory=true&showHistoryOutput=true&taskHub=teamsworkflows&connection=Storage");
        Assert.Equal("Completed", full.Text("runtimeStatus"));
        Assert.Equal(JsonValueKind.Object, full.GetProperty("input").ValueKind);
        var events = full.GetProperty("historyEvents").EnumerateArray().ToArray();
        Assert.Equal(("ExecutionStarted", "DeliverReport"), (events[0].Text("EventType"), events[0].Text("FunctionName")));
        Assert.Equal(("ExecutionCompleted", "Completed"), (events[^1].Text("EventType"), events[^1].Text("OrchestrationStatus")));
        Assert.DoesNotContain(events, static e => e.Text("EventType") is "OrchestratorStarted" or "TaskScheduled");
        var child = events.First(static e => e.Text("EventType") == "SubOrchestrationInstanceCompleted");
        Assert.Equal("DeliverToDestination", child.Text("FunctionName"));
        Assert.True(child.TryGetProperty("ScheduledTime", out _) && child.TryGetProperty("Result", out _));
        Assert.False(events[0].TryGetProperty("EventId", out _));

        var without = await administrator.GetJsonAsync($"{Root}/instances/{ended}?showHistory=true");
        Assert.DoesNotContain(without.GetProperty("historyEvents").EnumerateArray(), static e => e.TryGetProperty("Result", out _));
        using var nobody = await administrator.GetAsync(Address("/instances/nobody"));
        Assert.Equal(HttpStatusCode.NotFound, nobody.StatusCode);
        using var elsewhere = await administrator.GetAsync(Address($"/instances/{ended}?taskHub=Another"));
        Assert.Equal(HttpStatusCode.BadRequest, elsewhere.StatusCode);
    }

    [Fact]
    public async Task Instances_are_listed_page_by_page_with_the_token_in_the_header()
    {
        using var administrator = await host.AdministratorAsync();
        string[] ended = [await EndedAsync(), await EndedAsync(), await EndedAsync()];
        HashSet<string> seen = [];
        string? token = null;
        do
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, Address("/instances?top=2&instanceIdPrefix=report-&runtimeStatus=Completed,Failed&createdTimeFrom=2020-01-01T00:00:00Z&showInput=false"));
            request.Headers.TryAddWithoutValidation("x-ms-continuation-token", token);
            using var page = await administrator.SendAsync(request);
            Assert.Equal(HttpStatusCode.OK, page.StatusCode);
            var instances = (await page.JsonAsync()).EnumerateArray().ToArray();
            Assert.All(instances, i => Assert.True(seen.Add(i.Text("instanceId"))));
            token = page.Headers.TryGetValues("x-ms-continuation-token", out var values) ? values.Single() : null;
        }
        while (!string.IsNullOrEmpty(token));

        Assert.Superset(ended.ToHashSet(StringComparer.Ordinal), seen);
        foreach (var wrong in (string[])["runtimeStatus=Done", "createdTimeFrom=yesterday", "top=0"])
        {
            using var refused = await administrator.GetAsync(Address($"/instances?{wrong}"));
            Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        }
    }

    [Fact]
    public async Task A_start_answers_with_the_addresses_that_manage_it()
    {
        using var administrator = await host.AdministratorAsync();
        var input = (await Client.GetInstanceAsync(await EndedAsync()))!.Input!;
        using var started = await administrator.PostJsonAsync($"{Root}/orchestrators/DeliverReport/by-hand", input);
        Assert.Equal(HttpStatusCode.Accepted, started.StatusCode);
        Assert.Equal(TimeSpan.FromSeconds(10), started.Headers.RetryAfter!.Delta);
        var payload = await started.JsonAsync();
        Assert.Equal("by-hand", payload.Text("id"));
        Assert.Equal(started.Headers.Location!.AbsoluteUri, payload.Text("statusQueryGetUri"));
        string[] names = ["sendEventPostUri", "terminatePostUri", "rewindPostUri", "purgeHistoryDeleteUri", "restartPostUri", "suspendPostUri", "resumePostUri"];
        Assert.All(names, n => Assert.StartsWith($"{host.Address}runtime/webhooks/durabletask/instances/by-hand", payload.Text(n), StringComparison.Ordinal));
        Assert.Contains("/raiseEvent/{eventName}?", payload.Text("sendEventPostUri"), StringComparison.Ordinal);
        await Client.WaitForInstanceCompletionAsync("by-hand").WaitAsync(ServerHost.Patience);
        using var followed = await administrator.GetAsync(started.Headers.Location);
        Assert.Equal(HttpStatusCode.OK, followed.StatusCode);

        using var waited = await administrator.PostJsonAsync($"{Root}/orchestrators/DeliverReport/by-hand?timeout=60&pollingInterval=1", input);
        Assert.Equal(HttpStatusCode.OK, waited.StatusCode); // the output itself; the one before made room
        using var unknown = await administrator.PostJsonAsync($"{Root}/orchestrators/NoSuchThing", "{}");
        Assert.Equal(HttpStatusCode.BadRequest, unknown.StatusCode);
        using var broken = await administrator.PostJsonAsync($"{Root}/orchestrators/DeliverReport", "{");
        Assert.Equal(HttpStatusCode.BadRequest, broken.StatusCode);
        var open = await ParkAsync();
        using var taken = await administrator.PostJsonAsync($"{Root}/orchestrators/DeliverReport/{open}", "{}");
        Assert.Equal(HttpStatusCode.Conflict, taken.StatusCode);
    }

    [Fact]
    public async Task A_failed_instance_is_an_error_only_where_that_is_asked_for()
    {
        using var administrator = await host.AdministratorAsync();
        using var started = await administrator.PostJsonAsync($"{Root}/orchestrators/DeliverReport/fails", "\"no report at all\"");
        Assert.Equal(HttpStatusCode.Accepted, started.StatusCode);
        await Client.WaitForInstanceCompletionAsync("fails").WaitAsync(ServerHost.Patience);
        using var quiet = await administrator.GetAsync(Address("/instances/fails"));
        Assert.Equal(HttpStatusCode.OK, quiet.StatusCode);
        Assert.Equal("Failed", (await quiet.JsonAsync()).Text("runtimeStatus"));
        using var loud = await administrator.GetAsync(Address("/instances/fails?returnInternalServerErrorOnFailure=true"));
        Assert.Equal(HttpStatusCode.InternalServerError, loud.StatusCode);
        Assert.Equal("Failed", (await loud.JsonAsync()).Text("runtimeStatus"));
        using var rewound = await administrator.PostAsync(Address("/instances/fails/rewind?reason=once more"), null);
        Assert.Equal(HttpStatusCode.Accepted, rewound.StatusCode);
    }

    [Fact]
    public async Task An_instance_is_steered_and_a_reason_given_in_the_address_is_recorded()
    {
        using var administrator = await host.AdministratorAsync();
        var id = await ParkAsync();
        Assert.Equal(202, await PostAsync(administrator, $"/instances/{id}/suspend?reason=wait%20a%20moment"));
        Assert.Equal("Suspended", (await administrator.GetJsonAsync($"{Root}/instances/{id}")).Text("runtimeStatus"));
        Assert.Equal(202, await PostAsync(administrator, $"/instances/{id}/resume"));
        Assert.Equal(202, await PostAsync(administrator, $"/instances/{id}/raiseEvent/Remark", """{"x":1}"""));
        Assert.Equal(400, await PostAsync(administrator, $"/instances/{id}/raiseEvent/Remark", "{"));
        Assert.Equal(415, await PostAsync(administrator, $"/instances/{id}/raiseEvent/Remark", "x", "text/plain"));
        Assert.Equal(202, await PostAsync(administrator, $"/instances/{id}/terminate?reason=enough"));
        await Client.WaitForInstanceCompletionAsync(id).WaitAsync(ServerHost.Patience);
        foreach (var act in (string[])["terminate", "suspend", "resume", "rewind", "raiseEvent/Remark"])
        {
            Assert.Equal(410, await PostAsync(administrator, $"/instances/{id}/{act}", "1"));
            Assert.Equal(404, await PostAsync(administrator, $"/instances/nobody/{act}", "1"));
        }

        var entries = (await administrator.GetJsonAsync($"/api/v1/audit?target=orchestration/{id}")).GetProperty("entries").EnumerateArray();
        Assert.Contains(entries, static e => e.Text("action") == "orchestration.suspend" && e.TryGetProperty("reason", out var why) && why.GetString() == "wait a moment");
        using var restarted = await administrator.PostAsync(Address($"/instances/{id}/restart?restartWithNewInstanceId=true"), null);
        Assert.Equal(HttpStatusCode.Accepted, restarted.StatusCode);
        Assert.NotEqual(id, (await restarted.JsonAsync()).Text("id"));
    }

    [Fact]
    public async Task What_has_ended_is_purged_by_identifier_and_by_filter()
    {
        using var administrator = await host.AdministratorAsync();
        var (first, open) = (await EndedAsync(), await ParkAsync());
        using var one = await administrator.DeleteAsync(Address($"/instances/{first}"));
        Assert.Equal((HttpStatusCode.OK, 1), (one.StatusCode, (await one.JsonAsync()).GetProperty("instancesDeleted").GetInt32()));
        using var again = await administrator.DeleteAsync(Address($"/instances/{first}"));
        Assert.Equal(HttpStatusCode.NotFound, again.StatusCode);
        using var running = await administrator.DeleteAsync(Address($"/instances/{open}"));
        Assert.Equal(HttpStatusCode.Conflict, running.StatusCode);

        await EndedAsync();
        using var without = await administrator.DeleteAsync(Address("/instances?runtimeStatus=Completed"));
        Assert.Equal(HttpStatusCode.BadRequest, without.StatusCode);
        using var typo = await administrator.DeleteAsync(Address("/instances?createdTimeFrom=2020-01-01&runtimeStatus=Complete"));
        Assert.Equal(HttpStatusCode.BadRequest, typo.StatusCode);
        using var many = await administrator.DeleteAsync(Address("/instances?createdTimeFrom=2020-01-01T00:00:00Z&runtimeStatus=Completed"));
        Assert.True((await many.JsonAsync()).GetProperty("instancesDeleted").GetInt32() >= 1);
        using var none = await administrator.DeleteAsync(Address("/instances?createdTimeFrom=2020-01-01T00:00:00Z&createdTimeTo=2020-01-02T00:00:00Z"));
        Assert.Equal(HttpStatusCode.NotFound, none.StatusCode);
        Assert.NotNull(await Client.GetInstanceAsync(open));
    }

    [Fact]
    public async Task Nobody_but_administrators_gets_in_and_a_key_in_the_address_is_none()
    {
        using var anonymous = host.Anonymous();
        using var oversight = await host.OperatorAsync();
        using var stranger = await anonymous.GetAsync(Address("/instances?code=made-up"));
        Assert.Equal(HttpStatusCode.Unauthorized, stranger.StatusCode);
        Assert.Equal("application/problem+json", stranger.Content.Headers.ContentType!.MediaType);
        using var other = await oversight.GetAsync(Address("/instances"));
        Assert.Equal(HttpStatusCode.Forbidden, other.StatusCode);
    }

    private static Uri Address(string path) => new(Root + path, UriKind.Relative);

    private static async Task<int> PostAsync(HttpClient client, string path, string? body = null, string type = "application/json")
    {
        using var content = body is null ? null : new StringContent(body, Encoding.UTF8, type);
        using var response = await client.PostAsync(Address(path), content);
        return (int)response.StatusCode;
    }

    private async Task<string> EndedAsync()
    {
        using var publisher = await host.PublisherAsync();
        return $"report-{(await host.DeliverAsync(publisher, Calls.Unique("Ended"))).Text("id")}";
    }

    private async Task<string> ParkAsync()
    {
        using var publisher = await host.PublisherAsync();
        var report = await host.SubmitForApprovalAsync(publisher, Calls.Unique("Waits"), $$"""
            "approvers":[{"email":"{{host.Tenant.Operator.UserName}}"}]
            """);
        return $"report-{report.Text("id")}";
    }
}
