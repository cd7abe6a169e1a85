using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;
using TeamsWorkflows.DurableTask.Worker;
using TeamsWorkflows.Server.Hosting;

namespace TeamsWorkflows.Server.Tests.Observing;

/// <summary>One trace from the report's POST to Graph, and what goes over OTLP.</summary>
public sealed class TraceTests
{
    [Fact]
    public async Task One_trace_leads_from_the_POST_over_a_wait_to_the_call_of_graph()
    {
        var host = new ServerHost();
        await host.InitializeAsync();
        try
        {
            ConcurrentQueue<Activity> spans = [];
            using var listener = new ActivityListener
            {
                ShouldListenTo = static s => s.Name is Spans.SourceName || SpanRedaction.Sources.Contains(s.Name, StringComparer.Ordinal),
                Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
                ActivityStopped = spans.Enqueue,
            };
            ActivitySource.AddActivityListener(listener);
            host.Tenant.Faults.Apply("throttled", new() { Count = 1, Delay = 1 });
            using var publisher = await host.PublisherAsync();
            var trace = ActivityTraceId.CreateRandom();
            publisher.DefaultRequestHeaders.Add("traceparent", $"00-{trace}-{ActivitySpanId.CreateRandom()}-01");
            await host.DeliverAsync(publisher, Calls.Unique("Traced"));

            using var enough = new CancellationTokenSource(ServerHost.Patience);
            while (!spans.Any(s => s.TraceId == trace && s.OperationName == "orchestration:DeliverReport"))
            {
                await Task.Delay(20, enough.Token);
            }

            var ours = spans.Where(s => s.TraceId == trace).ToArray();
            Assert.Contains(ours, static s => s.Source.Name == "Microsoft.AspNetCore");
            Assert.Contains(ours, static s => s.OperationName == "create_orchestration:DeliverReport");
            Assert.Contains(ours, static s => s.OperationName == "orchestration:DeliverToDestination");
            Assert.Contains(ours, static s => s.OperationName.StartsWith("timer:", StringComparison.Ordinal));
            var posts = ours.Where(static s => s.OperationName == "activity:PostChannelMessage").ToArray();
            Assert.Equal(2, posts.Length); // the throttled one, and the one after the wait
            Assert.All(posts, post => Assert.Contains(ours, call => call.Source.Name == "System.Net.Http" && IsWithin(call, post, ours)));
        }
        finally
        {
            await host.DisposeAsync();
        }
    }

    [Fact]
    [Trait("Requirement", "R68")]
    public async Task What_goes_over_OTLP_holds_no_token_secret_title_or_person()
    {
        ConcurrentDictionary<string, StringBuilder> received = new(StringComparer.Ordinal);
        await using var collector = await CollectorAsync(received);
        var address = collector.Urls.First();
        var host = new ServerHost
        {
            Settings =
            [
                $"--{Observability.OtlpEndpoint}={address}", "--OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf",
                "--OTEL_BSP_SCHEDULE_DELAY=100", "--OTEL_BLRP_SCHEDULE_DELAY=100", "--OTEL_METRIC_EXPORT_INTERVAL=300", "--Logging:LogLevel:TeamsWorkflows=Information",
            ],
        };
        await host.InitializeAsync();
        string all;
        var title = Calls.Unique("Observed");
        try
        {
            host.Tenant.Faults.Apply("token-expired"); // a renewal is logged
            using var publisher = await host.PublisherAsync();
            await host.DeliverAsync(publisher, title);
            using var enough = new CancellationTokenSource(ServerHost.Patience);
            using var calendar = await publisher.GetAsync(new Uri("/calendar/a-key-that-is-secret.ics?also=secret", UriKind.Relative), enough.Token);
            do
            {
                await Task.Delay(100, enough.Token);
                all = string.Join('\n', received.Values.Select(static v =>
                {
                    lock (v)
                    {
                        return v.ToString();
                    }
                }));
            }
            while (received.Count < 3 || !all.Contains("orchestration:DeliverReport", StringComparison.Ordinal) || !all.Contains("teamsworkflows.deliveries.ended", StringComparison.Ordinal));
        }
        finally
        {
            await host.DisposeAsync();
        }

        Assert.Equal(["/v1/logs", "/v1/metrics", "/v1/traces"], received.Keys.Order(StringComparer.Ordinal));
        foreach (var secret in (string[])[
            title, "eyJ", "a-key-that-is-secret", "also=secret", "sandbox-only-", "svc-teams@", "olivia@"])
        {
            Assert.DoesNotContain(secret, all, StringComparison.OrdinalIgnoreCase);
        }
    }

    [Fact]
    public void A_span_of_a_call_keeps_where_it_went_and_not_which_address()
    {
        using var source = new ActivitySource(SpanRedaction.Sources[1]);
        using var listener = new ActivityListener { ShouldListenTo = s => s == source, Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData };
        ActivitySource.AddActivityListener(listener);
        using var redaction = new SpanRedaction();
        using var span = source.StartActivity("GET")!;
        span.SetTag("server.address", "hooks.slack.example").SetTag("http.response.status_code", 200).SetTag("url.full", "https://hooks.slack.example/services/SECRET").SetTag("url.path", "/SECRET");
        redaction.OnEnd(span);
        Assert.Equal(["http.response.status_code", "server.address"], span.TagObjects.Select(static t => t.Key).Order(StringComparer.Ordinal));
    }

    private static bool IsWithin(Activity span, Activity outer, IReadOnlyCollection<Activity> all)
    {
        for (var parent = span.ParentSpanId; parent != default; parent = all.FirstOrDefault(s => s.SpanId == parent)?.ParentSpanId ?? default)
        {
            if (parent == outer.SpanId)
            {
                return true;
            }
        }

        return false;
    }

    private static async Task<Microsoft.AspNetCore.Builder.WebApplication> CollectorAsync(ConcurrentDictionary<string, StringBuilder> received)
    {
        var builder = Microsoft.AspNetCore.Builder.WebApplication.CreateSlimBuilder();
        builder.Configuration["Urls"] = $"http://127.0.0.1:{ServerHost.FreePort()}";
        var collector = builder.Build();
        Microsoft.AspNetCore.Builder.EndpointRouteBuilderExtensions.MapPost(collector, "/v1/{kind}", async (Microsoft.AspNetCore.Http.HttpContext http) =>
        {
            using var body = new MemoryStream();
            await http.Request.Body.CopyToAsync(body, http.RequestAborted);
            var text = received.GetOrAdd(http.Request.Path, static _ => new());
            lock (text)
            {
                text.Append(Encoding.Latin1.GetString(body.ToArray()));
            }
        });
        await collector.StartAsync(CancellationToken.None);
        return collector;
    }
}
