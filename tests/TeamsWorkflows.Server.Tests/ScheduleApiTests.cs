using System.Globalization;
using System.Net;
using System.Text;
using TeamsWorkflows.Sandbox;

namespace TeamsWorkflows.Server.Tests;

[Collection(nameof(SharedServer))]
public sealed class ScheduleApiTests(ServerHost host)
{
    [Fact]
    [Trait("Requirement", "R87")]
    public async Task A_schedule_is_put_seen_triggered_and_deleted()
    {
        using var publisher = await host.PublisherAsync();
        var (id, title) = (Name(), Calls.Unique("Figures"));
        using var created = await publisher.PutAsync(id, host.Tenant.Schedule("0 9 * * MON-FRI", title));
        Assert.Equal(HttpStatusCode.Created, created.StatusCode);
        var made = await created.JsonAsync();
        Assert.Equal(id, made.GetProperty("schedule").Text("id"));
        Assert.Equal($"/api/v1/schedules/{id}", created.Headers.Location!.OriginalString);

        var seen = await publisher.GetJsonAsync($"/api/v1/schedules/{id}");
        Assert.EndsWith("T09:00:00+00:00", seen.Text("nextAt"), StringComparison.Ordinal);
        Assert.Equal(title, seen.GetProperty("report").Text("title"));
        Assert.Contains(id, (await publisher.GetJsonAsync("/api/v1/schedules")).ToString(), StringComparison.Ordinal);
        Assert.Equal(3, (await publisher.GetJsonAsync($"/api/v1/schedules/{id}/upcoming?count=3")).GetProperty("upcoming").GetArrayLength());

        using var triggered = await publisher.PostJsonAsync($"/api/v1/schedules/{id}/trigger", """{"reason": "The board asks"}""");
        Assert.Equal(HttpStatusCode.Accepted, triggered.StatusCode);
        using var enough = new CancellationTokenSource(ServerHost.Patience);
        await host.Tenant.WaitForMessageAsync(m => Calls.IsAbout(m, title), enough.Token);
        Assert.Single(host.Tenant.MessagesAbout(title));
        var log = (await publisher.GetJsonAsync($"/api/v1/schedules/{id}/occurrences")).GetProperty("occurrences")[0];
        Assert.Equal("Triggered", log.Text("kind"));

        Assert.Equal(204, await StatusAsync(publisher, HttpMethod.Delete, $"/api/v1/schedules/{id}"));
        Assert.Equal(404, await StatusAsync(publisher, HttpMethod.Get, $"/api/v1/schedules/{id}"));
    }

    [Fact]
    public async Task A_change_names_the_version_that_it_changes()
    {
        using var publisher = await host.PublisherAsync();
        var (id, body) = (Name(), host.Tenant.Schedule("0 9 * * *", "x"));
        using var created = await publisher.PutAsync(id, body);
        using var blind = await publisher.PutAsync(id, body);
        using var stale = await publisher.PutAsync(id, body, "\"stale\"");
        using var changed = await publisher.PutAsync(id, body, created.Headers.ETag!.Tag);
        using var again = await publisher.PutAsync(id, body, created.Headers.ETag!.Tag);

        Assert.Equal([201, 428, 412, 200, 412], new[] { created, blind, stale, changed, again }.Select(r => (int)r.StatusCode));
        Assert.NotEqual(created.Headers.ETag, changed.Headers.ETag);
        Assert.EndsWith(":precondition-failed", (await again.JsonAsync()).Text("type"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Publishers_see_their_own_operators_pause_them_all_and_administrators_change_them_all()
    {
        using var publisher = await host.PublisherAsync();
        using var administrator = await host.AdministratorAsync();
        using var oversight = await host.OperatorAsync();
        var (id, own) = (Name(), Name());
        using var foreign = await administrator.PutAsync(id, host.Tenant.Schedule("0 9 * * *", "x"));
        using var mine = await publisher.PutAsync(own, host.Tenant.Schedule("0 9 * * *", "x"));
        Assert.Equal((201, 201), ((int)foreign.StatusCode, (int)mine.StatusCode));

        using var taken = await publisher.PutAsync(id, host.Tenant.Schedule("0 9 * * *", "x"));
        Assert.Equal(409, (int)taken.StatusCode);
        Assert.Equal(404, await StatusAsync(publisher, HttpMethod.Get, $"/api/v1/schedules/{id}"));
        Assert.Equal(404, await StatusAsync(publisher, HttpMethod.Delete, $"/api/v1/schedules/{id}"));
        using var hidden = await publisher.PostJsonAsync($"/api/v1/schedules/{id}/pause", """{"reason": "not mine"}""");
        Assert.Equal(404, (int)hidden.StatusCode);
        Assert.DoesNotContain(id, (await publisher.GetJsonAsync("/api/v1/schedules")).ToString(), StringComparison.Ordinal);

        using var unsaid = await oversight.PostJsonAsync($"/api/v1/schedules/{own}/pause", "{}");
        using var paused = await oversight.PostJsonAsync($"/api/v1/schedules/{own}/pause", """{"reason": "Month end"}""");
        Assert.Equal((422, 204), ((int)unsaid.StatusCode, (int)paused.StatusCode));
        var seen = await oversight.GetJsonAsync($"/api/v1/schedules/{own}");
        Assert.True(seen.GetProperty("isPaused").GetBoolean());
        Assert.Equal("Month end", seen.GetProperty("lastAction").Text("reason"));
        using var resumed = await oversight.PostJsonAsync($"/api/v1/schedules/{own}/resume", """{"reason": "Done"}""");
        Assert.Equal(204, (int)resumed.StatusCode);
        Assert.Equal(204, await StatusAsync(administrator, HttpMethod.Delete, $"/api/v1/schedules/{own}"));
        Assert.Equal(204, await StatusAsync(administrator, HttpMethod.Delete, $"/api/v1/schedules/{id}"));
    }

    [Fact]
    public async Task What_is_wrong_is_a_problem_that_names_field_and_fix()
    {
        using var publisher = await host.PublisherAsync();
        using var refused = await publisher.PutAsync(Name(), host.Tenant.Schedule("0 25 * * *", "{{ nothing }}"));
        Assert.Equal(422, (int)refused.StatusCode);
        var errors = (await refused.JsonAsync()).GetProperty("errors");
        Assert.True(errors.TryGetProperty("cron", out _) && errors.TryGetProperty("report.title", out _));

        using var unknown = await publisher.PutAsync(Name(), """{"corn": "* * * * *"}""");
        Assert.EndsWith(":unknown-field", (await unknown.JsonAsync()).Text("type"), StringComparison.Ordinal);

        using var preview = await publisher.PostJsonAsync("/api/v1/schedules/new/preview", host.Tenant.Schedule("30 2 * * *", "At {{ scheduledTime }}", "Europe/Berlin"));
        var shown = await preview.JsonAsync();
        Assert.Equal(10, shown.GetProperty("upcoming").GetArrayLength());
        Assert.Contains("At 02:30", shown.GetProperty("report").ToString(), StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Requirement", "B14")]
    public async Task The_plan_shows_publishers_what_they_have_a_part_in_and_operators_everything()
    {
        using var publisher = await host.PublisherAsync();
        using var oversight = await host.OperatorAsync();
        using var administrator = await host.AdministratorAsync();
        var (own, foreign) = (Name(), Name());
        using var mine = await publisher.PutAsync(own, host.Tenant.Schedule("0 9 * * *", "x"));
        using var other = await administrator.PutAsync(foreign, host.Tenant.Schedule("0 9 * * *", "x"));
        Assert.Empty((await mine.JsonAsync()).GetProperty("warnings").EnumerateArray());

        var all = await oversight.GetJsonAsync("/api/v1/schedules/plan?days=2");
        var seen = (await publisher.GetJsonAsync("/api/v1/schedules/plan?days=2")).ToString();
        Assert.Contains(all.GetProperty("scopes").EnumerateArray(), s => s.Text("kind") == "channel" && s.ToString().Contains(foreign, StringComparison.Ordinal));
        Assert.Contains(own, seen, StringComparison.Ordinal);
        Assert.DoesNotContain(foreign, seen, StringComparison.Ordinal);
        Assert.Equal(400, await StatusAsync(publisher, HttpMethod.Get, "/api/v1/schedules/plan?days=99"));
        Assert.Equal(204, await StatusAsync(administrator, HttpMethod.Delete, $"/api/v1/schedules/{foreign}"));
    }

    [Fact]
    public async Task Yesterday_is_made_up_for_once()
    {
        using var publisher = await host.PublisherAsync();
        var (id, title) = (Name(), Calls.Unique("Backfill"));
        using var created = await publisher.PutAsync(id, host.Tenant.Schedule("0 */8 * * *", title + " {{ scheduledFor }}"));
        var to = DateTimeOffset.UtcNow.Date;
        var body = string.Create(CultureInfo.InvariantCulture, $$"""{"from": "{{to.AddDays(-1):yyyy-MM-dd}}T00:00:00Z", "to": "{{to:yyyy-MM-dd}}T00:00:00Z", "reason": "Outage"}""");
        using var first = await publisher.PostJsonAsync($"/api/v1/schedules/{id}/backfill", body);
        using var second = await publisher.PostJsonAsync($"/api/v1/schedules/{id}/backfill", body);
        Assert.Equal(3, (await first.JsonAsync()).GetProperty("begun").GetArrayLength());
        Assert.Equal("3", (await second.JsonAsync()).Text("alreadyThere"));

        using var enough = new CancellationTokenSource(ServerHost.Patience);
        await host.Tenant.WaitForMessageAsync(m => Calls.IsAbout(m, $"{title} {to.AddHours(-8):yyyy-MM-dd'T'HH}"), enough.Token);
        Assert.Equal(3, host.Tenant.MessagesAbout(title).Count);
    }

    private static string Name() => "s-" + Guid.NewGuid().ToString("N")[..12];

    private static async Task<int> StatusAsync(HttpClient client, HttpMethod method, string address)
    {
        using var request = new HttpRequestMessage(method, address);
        using var response = await client.SendAsync(request);
        return (int)response.StatusCode;
    }
}

/// <summary>What the tests say to the API about schedules.</summary>
internal static class ScheduleCalls
{
    public static string Schedule(this SandboxTenant tenant, string cron, string title, string zone = "UTC", string extra = "")
    {
        var report = tenant.Report(title).ReplaceLineEndings("");
        return $$"""{"cron": "{{cron}}", "timeZone": "{{zone}}", "owner": "finance@{{tenant.Domain}}", "report": {{report}}{{extra}}}""";
    }

    public static async Task<HttpResponseMessage> PutAsync(this HttpClient client, string id, string body, string? ifMatch = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Put, $"/api/v1/schedules/{id}");
        request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        if (ifMatch is not null)
        {
            request.Headers.TryAddWithoutValidation("If-Match", ifMatch);
        }

        return await client.SendAsync(request);
    }
}
