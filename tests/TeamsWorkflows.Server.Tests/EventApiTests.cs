using System.Net.ServerSentEvents;
using System.Text.Json;

namespace TeamsWorkflows.Server.Tests;

/// <summary>What changes, told to whoever listens.</summary>
[Collection(nameof(SharedServer))]
public sealed class EventApiTests(ServerHost host)
{
    [Fact]
    public async Task A_listener_hears_of_a_delivery_and_its_orchestration_and_goes_on_where_it_stopped()
    {
        using var publisher = await host.PublisherAsync();
        using var administrator = await host.AdministratorAsync();
        using var enough = new CancellationTokenSource(ServerHost.Patience);
        using var stream = await OpenAsync(administrator, "/api/v1/events", lastEventId: null, enough.Token);
        Assert.Equal("text/event-stream", stream.Content.Headers.ContentType?.MediaType);
        await using var events = ReadAsync(stream, enough.Token).GetAsyncEnumerator(enough.Token);
        Assert.True(await events.MoveNextAsync());
        Assert.Equal("ready", events.Current.EventType);
        var begin = events.Current.EventId;

        var report = await host.DeliverAsync(publisher, Calls.Unique("Heard"));
        var delivery = report.GetProperty("deliveries")[0].Text("id");
        HashSet<(string?, string?)> heard = [];
        while (!(heard.Contains(("Deliveries", delivery)) && heard.Contains(("Orchestrations", $"delivery-{delivery}"))))
        {
            Assert.True(await events.MoveNextAsync());
            heard.Add(About(events.Current));
        }

        using var again = await OpenAsync(administrator, "/api/v1/events?topics=deliveries", begin, enough.Token);
        await foreach (var e in ReadAsync(again, enough.Token))
        {
            Assert.NotEqual("reset", e.EventType);
            if (About(e) == ("Deliveries", delivery))
            {
                break;
            }
        }

        using var another = await OpenAsync(administrator, "/api/v1/events", "0badc0de-17", enough.Token);
        await foreach (var e in ReadAsync(another, enough.Token))
        {
            if (e.EventType == "reset")
            {
                break; // another process's position: everything is to be read anew
            }
        }
    }

    [Fact]
    public async Task An_operator_hears_of_no_orchestrations_and_is_told_so_when_asking_for_them()
    {
        using var oversight = await host.OperatorAsync();
        using var publisher = await host.PublisherAsync();
        using var enough = new CancellationTokenSource(ServerHost.Patience);
        using var stream = await OpenAsync(oversight, "/api/v1/events", lastEventId: null, enough.Token);
        var report = await host.DeliverAsync(publisher, Calls.Unique("Heard by an operator"));
        var delivery = report.GetProperty("deliveries")[0].Text("id");
        await foreach (var e in ReadAsync(stream, enough.Token))
        {
            var (topic, id) = About(e);
            Assert.NotEqual("Orchestrations", topic);
            if (topic == "Deliveries" && id == delivery)
            {
                break;
            }
        }

        using var refused = await oversight.GetAsync(new Uri("/api/v1/events?topics=orchestrations", UriKind.Relative), enough.Token);
        Assert.Equal(403, (int)refused.StatusCode);
        using var wrong = await oversight.GetAsync(new Uri("/api/v1/events?topics=cases,moons", UriKind.Relative), enough.Token);
        Assert.Equal(400, (int)wrong.StatusCode);
        Assert.Contains("Deliveries", (await wrong.JsonAsync()).Text("detail"), StringComparison.Ordinal);
        using var anonymous = host.Anonymous();
        using var stranger = await anonymous.GetAsync(new Uri("/api/v1/events", UriKind.Relative), enough.Token);
        Assert.Equal(401, (int)stranger.StatusCode);
        using var another = await publisher.GetAsync(new Uri("/api/v1/events", UriKind.Relative), enough.Token);
        Assert.Equal(403, (int)another.StatusCode);
        using var forPages = await oversight.GetAsync(new Uri("/live", UriKind.Relative), enough.Token);
        Assert.Equal(401, (int)forPages.StatusCode);
    }

    [Fact]
    public async Task One_caller_gets_so_many_streams_and_a_stream_that_ends_makes_room()
    {
        using var administrator = await host.AdministratorAsync();
        using var enough = new CancellationTokenSource(ServerHost.Patience);
        List<HttpResponseMessage> open = [];
        while (open.Count < 64)
        {
            var response = await administrator.GetAsync(new Uri("/api/v1/events", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead, enough.Token);
            open.Add(response);
            if ((int)response.StatusCode == 503)
            {
                break;
            }
        }

        Assert.Equal(503, (int)open[^1].StatusCode);
        Assert.EndsWith("too-many-streams", (await open[^1].JsonAsync()).Text("type"), StringComparison.Ordinal);
        Assert.NotNull(open[^1].Headers.RetryAfter);
        open.ForEach(static r => r.Dispose());
        while (true)
        {
            using var later = await administrator.GetAsync(new Uri("/api/v1/events", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead, enough.Token);
            if ((int)later.StatusCode == 200)
            {
                return;
            }

            await Task.Delay(50, enough.Token);
        }
    }

    private static async Task<HttpResponseMessage> OpenAsync(HttpClient client, string address, string? lastEventId, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        if (lastEventId is not null)
        {
            request.Headers.Add("Last-Event-ID", lastEventId);
        }

        var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        Assert.Equal(200, (int)response.StatusCode);
        return response;
    }

    private static async IAsyncEnumerable<SseItem<string>> ReadAsync(
        HttpResponseMessage response, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
        await foreach (var e in SseParser.Create(body).EnumerateAsync(cancellationToken))
        {
            yield return e;
        }
    }

    private static (string? Topic, string? Id) About(SseItem<string> e)
    {
        using var json = JsonDocument.Parse(e.Data);
        var root = json.RootElement;
        return (root.TryGetProperty("topic", out var topic) ? topic.GetString() : null, root.TryGetProperty("id", out var id) ? id.GetString() : null);
    }
}
