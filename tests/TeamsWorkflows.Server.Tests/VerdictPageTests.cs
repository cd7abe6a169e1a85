using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.EntityFrameworkCore;
using TeamsWorkflows.Data;
using TeamsWorkflows.Diagnostics;

namespace TeamsWorkflows.Server.Tests;

/// <summary>What was judged, on the page of a delivery and in what is exported of it.</summary>
[Collection(nameof(SharedServer))]
public sealed class VerdictPageTests(ServerHost host)
{
    private static readonly JsonSerializerOptions Stored = new(JsonSerializerDefaults.Web) { Converters = { new JsonStringEnumConverter() } };

    [Fact]
    [Trait("Requirement", "B8")]
    [Trait("Requirement", "R43")]
    [Trait("Requirement", "R73")]
    public async Task The_chain_behind_an_expiry_is_on_the_page_of_its_delivery_and_the_raw_answer_is_exported()
    {
        using var publisher = await host.PublisherAsync();
        var report = await host.DeliverAsync(publisher, Calls.Unique("Chain"));
        var id = report.GetProperty("deliveries")[0].Text("id");
        var now = DateTimeOffset.UtcNow;
        var answer = new FailureEvidence(FailureSurface.GraphResponse, now)
        {
            Status = 401,
            Headers = new Dictionary<string, string> { ["x-ms-ags-diagnostic"] = "seen" },
            Body = """{"error":{"code":"InvalidAuthenticationToken","message":"Lifetime validation failed, the token is expired."}}""",
        };
        var verdict = Diagnostician.Diagnose(answer with { History = new([Throttled(now.AddMinutes(-47)), Throttled(now.AddMinutes(-20)), Expired(now)]) });
        await host.Server.Services.GetRequiredService<Database>().WriteAsync(
            async db =>
            {
                var attempt = await db.Attempts.SingleAsync(a => a.DeliveryId == id);
                (attempt.Status, attempt.Evidence) = (401, JsonSerializer.Serialize(answer, Stored));
                attempt.Outcome = $$"""{"outcome":"authentication-failed","diagnosis":{{JsonSerializer.Serialize(verdict, Stored)}},"generation":1}""";
            },
            CancellationToken.None);

        using var person = await ConsoleSession.SignInAsync(host, host.Tenant.Operator.UserName);
        var page = WebUtility.HtmlDecode(await person.ReadAsync($"/deliveries/{id}"));
        Assert.Contains("47 minutes of throttling: the throttling is the cause", page, StringComparison.Ordinal);
        Assert.Contains("history.throttled-then-expired", page, StringComparison.Ordinal);
        Assert.Contains(FailureClasses.AccessTokenExpired, page, StringComparison.Ordinal);

        var exported = (await publisher.GetJsonAsync($"/api/v1/deliveries/{id}")).GetProperty("attempts")[0].GetProperty("evidence");
        Assert.Equal(answer.Body, exported.Text("body"));
        Assert.Equal("seen", exported.GetProperty("headers").Text("x-ms-ags-diagnostic"));
        Assert.Equal(401, exported.GetProperty("status").GetInt32());
    }

    private static ConnectionEvent Throttled(DateTimeOffset at) => new(at, ConnectionEventKind.Failed, Status: 429, Class: FailureClasses.Throttled);

    private static ConnectionEvent Expired(DateTimeOffset at)
        => new(at, ConnectionEventKind.Failed, Status: 401, Class: FailureClasses.AccessTokenExpired, TokenIssuedAt: at.AddHours(-2));
}
