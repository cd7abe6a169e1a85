using System.Net;

namespace TeamsWorkflows.Server.Tests;

/// <summary>Operators cancel, decide and send once more: by the API, and by hand.</summary>
public sealed class InterventionApiTests : IAsyncLifetime
{
    private readonly ServerHost _host = new() { Settings = ["--Deliveries:ReadBackDelays:0=00:00:00.050"] };

    public Task InitializeAsync() => _host.InitializeAsync();

    public Task DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task An_operator_cancels_what_waits_and_a_publisher_may_not()
    {
        using var publisher = await _host.PublisherAsync();
        using var operators = await _host.OperatorAsync();
        _host.Tenant.Faults.Apply("throttled", new() { Delay = 3600, Count = 1 });
        using var submitted = await publisher.SubmitAsync(_host.Tenant.Report(Calls.Unique("Cancel")), "key");
        var report = await submitted.JsonAsync();
        var id = report.GetProperty("deliveries")[0].Text("id");
        await WaitForStateAsync(operators, id, "Waiting");

        using var forbidden = await publisher.PostJsonAsync($"api/v1/deliveries/{id}/cancel", """{"reason":"wrong figures"}""");
        using var unexplained = await operators.PostJsonAsync($"api/v1/deliveries/{id}/cancel", """{"reason":" "}""");
        using var undecided = await operators.PostJsonAsync($"api/v1/deliveries/{id}/decide", """{"reason":"looked","decision":"Cancel"}""");
        using var notHeld = await operators.PostJsonAsync($"api/v1/deliveries/{id}/decide", """{"reason":"looked","decision":"PostAgain"}""");
        using var running = await operators.PostJsonAsync($"api/v1/deliveries/{id}/resend", """{"reason":"once more"}""");
        Assert.Equal(
            [HttpStatusCode.Forbidden, HttpStatusCode.UnprocessableEntity, HttpStatusCode.UnprocessableEntity, HttpStatusCode.Conflict, HttpStatusCode.Conflict],
            new[] { forbidden, unexplained, undecided, notHeld, running }.Select(r => r.StatusCode));

        using var cancelled = await operators.PostJsonAsync($"api/v1/reports/{report.Text("id")}/cancel", """{"reason":"wrong figures"}""");
        Assert.Equal(HttpStatusCode.Accepted, cancelled.StatusCode);
        var delivery = await WaitForStateAsync(operators, id, "Cancelled");
        Assert.Equal("wrong figures", delivery.GetProperty("words")[0].Text("reason"));

        using var resent = await operators.PostJsonAsync(delivery.GetProperty("links").Text("resend"), """{"reason":"the figures are right now"}""");
        var second = await resent.JsonAsync();
        Assert.Equal((HttpStatusCode.Accepted, id), (resent.StatusCode, second.Text("resendOf")));
        await WaitForStateAsync(operators, second.Text("id"), "Waiting"); // the channel is asked for a pause
        using var ended = await operators.PostJsonAsync($"api/v1/deliveries/{id}/cancel", """{"reason":"too late"}""");
        using var missing = await operators.PostJsonAsync("api/v1/reports/nothing/cancel", """{"reason":"too late"}""");
        Assert.Equal((HttpStatusCode.Conflict, HttpStatusCode.NotFound), (ended.StatusCode, missing.StatusCode));
    }

    [Fact]
    [Trait("Requirement", "B1")]
    public async Task An_operator_decides_about_a_held_delivery_and_sends_once_more_on_its_page()
    {
        using var publisher = await _host.PublisherAsync();
        using var operators = await _host.OperatorAsync();
        _host.Tenant.Faults.Apply("read-forbidden");
        _host.Tenant.Faults.Apply("accepted-then-504");
        var title = Calls.Unique("Held");
        using var submitted = await publisher.SubmitAsync(_host.Tenant.Report(title, ""","unknown":"Hold" """), "key");
        var id = (await submitted.JsonAsync()).GetProperty("deliveries")[0].Text("id");
        await WaitForStateAsync(operators, id, "Held");

        using var console = await ConsoleSession.SignInAsync(_host, _host.Tenant.Operator.UserName);
        var (unexplained, _) = await console.SendAsync($"/deliveries/{id}", $"/deliveries/{id}/decide", ("reason", " "), ("decision", "ItIsThere"));
        Assert.Contains("Say in a few words", unexplained, StringComparison.Ordinal);
        var (told, _) = await console.SendAsync($"/deliveries/{id}", $"/deliveries/{id}/decide", ("reason", "I see it"), ("decision", "ItIsThere"));
        Assert.Contains("The delivery has been told.", told, StringComparison.Ordinal);
        await WaitForStateAsync(operators, id, "Delivered");
        Assert.Contains("I see it", await console.ReadAsync($"/deliveries/{id}"), StringComparison.Ordinal);

        var (again, address) = await console.SendAsync($"/deliveries/{id}", $"/deliveries/{id}/resend", ("reason", "It was deleted"));
        Assert.Contains("This is the new delivery.", again, StringComparison.Ordinal);
        await WaitForStateAsync(operators, address.Segments[^1], "Delivered");
        Assert.Equal(2, _host.Tenant.MessagesAbout(title).Count);
    }

    private static async Task<System.Text.Json.JsonElement> WaitForStateAsync(HttpClient client, string id, string state)
    {
        using var enough = new CancellationTokenSource(ServerHost.Patience);
        while (true)
        {
            var delivery = await client.GetJsonAsync($"api/v1/deliveries/{id}");
            if (delivery.Text("state") == state)
            {
                return delivery;
            }

            await Task.Delay(20, enough.Token);
        }
    }
}
