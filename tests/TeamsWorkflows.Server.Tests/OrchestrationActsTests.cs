using System.Net;
using System.Xml.Linq;
using TeamsWorkflows.DurableTask.Client;

namespace TeamsWorkflows.Server.Tests;

/// <summary>What administrators do to orchestrations, over the API and in the console.</summary>
public sealed class OrchestrationActsTests : IAsyncLifetime
{
    private readonly ServerHost _host = new() { Settings = ["--Logging:LogLevel:TeamsWorkflows.Server.Orchestrations.OrchestrationDesk=Information"] };

    public Task InitializeAsync() => _host.InitializeAsync();

    public Task DisposeAsync() => _host.DisposeAsync();

    private DurableTaskClient Client => _host.Server.Services.GetRequiredService<DurableTaskClient>();

    [Fact]
    public async Task An_open_orchestration_is_suspended_resumed_and_terminated_with_who_and_why()
    {
        using var administrator = await _host.AdministratorAsync();
        var (address, id) = await ParkAsync();

        using var suspended = await administrator.PostJsonAsync(address + "/suspend", """{"reason":"the channel moves"}""");
        Assert.Equal(HttpStatusCode.Accepted, suspended.StatusCode);
        Assert.Equal("Suspended", (await administrator.GetJsonAsync(address)).Text("status"));
        using var rewound = await administrator.PostJsonAsync(address + "/rewind", """{"reason":"try it"}""");
        Assert.Equal(HttpStatusCode.Conflict, rewound.StatusCode);
        Assert.EndsWith("orchestration-state", (await rewound.JsonAsync()).Text("type"), StringComparison.Ordinal);
        using var purged = await administrator.PostJsonAsync(address + "/purge", """{"reason":"try it"}""");
        Assert.Equal(HttpStatusCode.Conflict, purged.StatusCode);
        using var resumed = await administrator.PostJsonAsync(address + "/resume", """{"reason":"it has moved"}""");
        Assert.Equal(HttpStatusCode.Accepted, resumed.StatusCode);
        using var ended = await administrator.PostJsonAsync(address + "/terminate", """{"reason":"not needed","recursive":true}""");
        Assert.Equal(HttpStatusCode.Accepted, ended.StatusCode);

        var end = await Client.WaitForInstanceCompletionAsync(id).WaitAsync(ServerHost.Patience);
        Assert.Equal($"{_host.Tenant.Administrator.UserName}: not needed", end.Output);
        var history = (await administrator.GetJsonAsync(address + "/history")).ToString();
        Assert.Contains("the channel moves", history, StringComparison.Ordinal);

        using var restarted = await administrator.PostJsonAsync(address + "/restart", """{"reason":"after all"}""");
        var again = (await restarted.JsonAsync()).Text("id");
        Assert.NotEqual(id, again);
        Assert.NotNull(await Client.GetInstanceAsync(again));
        using var gone = await administrator.PostJsonAsync(address + "/purge", """{"reason":"tidy","recursive":true}""");
        Assert.Equal(HttpStatusCode.Accepted, gone.StatusCode);
        Assert.Null(await Client.GetInstanceAsync(id));
    }

    [Fact]
    public async Task An_event_needs_a_name_that_fits_and_an_instance_that_listens()
    {
        using var administrator = await _host.AdministratorAsync();
        var (address, _) = await ParkAsync();
        using var raised = await administrator.PostJsonAsync(address + "/raise-event/Remark", """{"reason":"to see","data":{"x":1}}""");
        Assert.Equal(HttpStatusCode.Accepted, raised.StatusCode);
        using var tooLong = await administrator.PostJsonAsync($"{address}/raise-event/{new string('n', 1_500)}", """{"reason":"to see"}""");
        Assert.Equal(HttpStatusCode.UnprocessableEntity, tooLong.StatusCode);
        Assert.Contains("name", (await tooLong.JsonAsync()).GetProperty("errors").ToString(), StringComparison.Ordinal);
        using var nobody = await administrator.PostJsonAsync("/api/v1/orchestrations/nobody/raise-event/Remark", """{"reason":"to see"}""");
        Assert.Equal(HttpStatusCode.NotFound, nobody.StatusCode);
    }

    [Fact]
    public async Task Many_are_done_at_once_and_those_that_cannot_be_are_counted()
    {
        using var administrator = await _host.AdministratorAsync();
        using var publisher = await _host.PublisherAsync();
        var report = await _host.DeliverAsync(publisher, Calls.Unique("Ended"));
        var ended = $"report-{report.Text("id")}";
        var (_, open) = await ParkAsync();

        using var logged = new LoggedMessages();
        using var bulk = await administrator.PostJsonAsync(
            "/api/v1/orchestrations/bulk", $$"""{"action":"suspend","reason":"maintenance","ids":["{{open}}","{{ended}}","nobody"]}""");
        var result = await bulk.JsonAsync();
        Assert.Equal((1, 2), (result.GetProperty("succeeded").GetInt32(), result.GetProperty("skipped").GetInt32()));
        var said = logged.OfCategory("TeamsWorkflows.Server.Orchestrations.OrchestrationDesk");
        Assert.Contains("An administrator asked for suspend of many orchestrations: 1 done, 2 left as they were, 0 failed", said);
        Assert.DoesNotContain(said, m => m.Contains(open, StringComparison.Ordinal)); // one entry for all of them

        using var filtered = await administrator.PostJsonAsync(
            "/api/v1/orchestrations/bulk", """{"action":"resume","reason":"maintenance is over","filter":{"status":["Suspended"]}}""");
        Assert.Equal(1, (await filtered.JsonAsync()).GetProperty("succeeded").GetInt32());

        foreach (var (body, field) in new[]
        {
            ("""{"action":"explode","reason":"to see","ids":["x"]}""", "action"),
            ("""{"action":"suspend","reason":"to see"}""", "ids"),
            ("""{"action":"suspend","reason":"to see","ids":[]}""", "ids"),
            ("""{"action":"suspend","ids":["x"]}""", "reason"),
            ("""{"action":"suspend","reason":"to see","filter":{"status":["Gone"]}}""", "filter.status"),
        })
        {
            using var refused = await administrator.PostJsonAsync("/api/v1/orchestrations/bulk", body);
            Assert.Equal(HttpStatusCode.UnprocessableEntity, refused.StatusCode);
            Assert.Contains(field, (await refused.JsonAsync()).GetProperty("errors").ToString(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task The_console_finds_shows_and_steers_them()
    {
        using var session = await ConsoleSession.SignInAsync(_host, _host.Tenant.Administrator.UserName);
        var (_, id) = await ParkAsync();

        var list = await session.ReadAsync("/orchestrations?status=Running&prefix=delivery-");
        Assert.Contains(id, list, StringComparison.Ordinal);
        Assert.DoesNotContain(id, await session.ReadAsync("/orchestrations?status=Failed"), StringComparison.Ordinal);
        Assert.Contains("Give a time such as", await session.ReadAsync("/orchestrations?createdFrom=yesterday"), StringComparison.Ordinal);

        var page = await session.ReadAsync($"/orchestrations/{id}");
        Assert.Contains("What it did", page, StringComparison.Ordinal);
        Assert.Contains("PostChannelMessage", page, StringComparison.Ordinal);
        Assert.DoesNotContain("eyJ", page, StringComparison.Ordinal);
        var diagram = XDocument.Parse(await session.ReadAsync($"/orchestrations/{id}/diagram.svg"));
        Assert.Equal("svg", diagram.Root!.Name.LocalName);
        Assert.Contains("\"events\"", await session.ReadAsync($"/orchestrations/{id}/history.json"), StringComparison.Ordinal);
        Assert.StartsWith("{", await session.ReadAsync($"/orchestrations/{id}/input.json"), StringComparison.Ordinal);

        var (silent, _) = await session.SendAsync($"/orchestrations/{id}", $"/orchestrations/{id}/act", ("action", "suspend"), ("reason", ""));
        Assert.Contains("Say in a few words", silent, StringComparison.Ordinal);
        var (paused, _) = await session.SendAsync($"/orchestrations/{id}", $"/orchestrations/{id}/act", ("action", "suspend"), ("reason", "a look"));
        Assert.Contains("Resume: let it go on", paused, StringComparison.Ordinal);
        var (late, _) = await session.SendAsync($"/orchestrations/{id}", $"/orchestrations/{id}/act", ("action", "purge"), ("reason", "a look"));
        Assert.Contains("cannot be done as the orchestration stands", late, StringComparison.Ordinal);
        var (none, _) = await session.SendAsync("/orchestrations", "/orchestrations/bulk", ("action", "resume"), ("reason", "a look"));
        Assert.Contains("Choose at least one", none, StringComparison.Ordinal);
        var (many, run) = await session.SendAsync("/orchestrations", "/orchestrations/bulk", ("action", "resume"), ("reason", "a look"), ("ids", id));
        Assert.Contains("<dt>Done</dt><dd>1</dd>", many, StringComparison.Ordinal);
        Assert.Contains("a look", await session.ReadAsync(run.AbsolutePath), StringComparison.Ordinal);
        var (unfiltered, _) = await session.SendAsync("/orchestrations", "/orchestrations/bulk", ("action", "suspend"), ("reason", "a look"), ("all", "true"));
        Assert.Contains("Filter first", unfiltered, StringComparison.Ordinal);
        var (all, _) = await session.SendAsync($"/orchestrations?prefix={id}", $"/orchestrations/bulk?prefix={id}", ("action", "suspend"), ("reason", "a look"), ("all", "true"));
        Assert.Contains(">ended<", all, StringComparison.Ordinal);
        Assert.Contains("Resume: let it go on", await session.ReadAsync($"/orchestrations/{id}"), StringComparison.Ordinal);
        Assert.Equal(404, (await session.AskAsync("GET", "/orchestrations/bulk/nobody")).Status);
    }

    [Fact]
    public async Task An_operator_who_is_no_administrator_sees_none_of_it()
    {
        using var session = await ConsoleSession.SignInAsync(_host, _host.Tenant.Operator.UserName);
        Assert.DoesNotContain("/orchestrations", await session.ReadAsync("/"), StringComparison.Ordinal);
        await Assert.ThrowsAsync<HttpRequestException>(() => session.ReadAsync("/orchestrations"));
    }

    // A delivery whose sign-in is dead: it waits for a person, so it stays open.
    private async Task<(string Address, string Id)> ParkAsync()
    {
        using var enough = new CancellationTokenSource(ServerHost.Patience);
        using var publisher = await _host.PublisherAsync();
        _host.Tenant.Faults.Apply("refresh-revoked");
        using var submitted = await publisher.SubmitAsync(_host.Tenant.Report(Calls.Unique("Parked")), Guid.NewGuid().ToString());
        var report = await submitted.JsonAsync();
        await _host.Tenant.WaitForMailAsync(m => m.To.Contains(_host.Tenant.Operator.UserName), enough.Token);
        var address = report.GetProperty("deliveries")[0].GetProperty("links").Text("orchestration");
        return (address, Uri.UnescapeDataString(address[(address.LastIndexOf('/') + 1)..]));
    }
}
