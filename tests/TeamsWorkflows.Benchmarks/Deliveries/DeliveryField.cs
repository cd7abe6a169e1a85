using System.Net.Http.Json;
using System.Text.Json;
using TeamsWorkflows.Sandbox;
using TeamsWorkflows.Server.Development;

namespace TeamsWorkflows.Benchmarks.Deliveries;

/// <summary>A sandbox with channels, a server with connections, all signed in, and the two people who talk to it.</summary>
internal sealed class DeliveryField : IAsyncDisposable
{
    private static readonly string[] Running = ["Accepted", "Posting", "Waiting", "Parked", "Held"];

    private readonly BenchSandbox _people;
    private readonly HttpClient _publisher;
    private readonly HttpClient _operator;

    private DeliveryField(
        SandboxServer sandbox, KillableServer server, BenchSandbox people, HttpClient publisher, HttpClient @operator, IReadOnlyList<string> channels, IReadOnlyList<string> connections)
    {
        (Sandbox, Server, _people, _publisher, _operator, Channels, Connections) = (sandbox, server, people, publisher, @operator, channels, connections);
    }

    public SandboxServer Sandbox { get; }

    public SandboxTenant Tenant => Sandbox.DefaultTenant;

    public KillableServer Server { get; }

    public IReadOnlyList<string> Channels { get; }

    public IReadOnlyList<string> Connections { get; }

    public static async Task<DeliveryField> StartAsync(int channels, int connections, IReadOnlyDictionary<string, string?> settings)
    {
        var sandbox = await SandboxServer.StartAsync(new() { HttpsPort = 0, HttpPort = 0, SmtpPort = 0 }, TimeProvider.System, CancellationToken.None);
        var people = new BenchSandbox(sandbox);
        var ids = Enumerable.Range(1, connections - 1).Select(static i => $"posts-{i}").Prepend(DevelopmentSandbox.ConnectionId).ToArray();
        var server = new KillableServer(sandbox, ids.Skip(1).Aggregate(new Dictionary<string, string?>(settings), (all, id) => Add(all, sandbox, id)));
        await server.StartAsync();
        var field = new DeliveryField(
            sandbox,
            server,
            people,
            server.Client(await people.PublisherTokenAsync()),
            server.Client(await people.OperatorTokenAsync()),
            await people.AddChannelsAsync(sandbox.DefaultTenant.Team("Finance"), channels),
            ids);
        foreach (var id in ids)
        {
            await people.SignInAsync(field._operator, $"/api/v1/connections/{id}/sign-in");
        }

        return field;
    }

    /// <summary>Hands a report over as any caller does: the same key again until there is an answer.</summary>
    public async Task SubmitAsync(string title, int channel, int connection)
    {
        while (true)
        {
            try
            {
                using var request = new HttpRequestMessage(HttpMethod.Post, new Uri("/api/v1/reports", UriKind.Relative));
                request.Headers.Add("Idempotency-Key", title.Replace(' ', '-'));
                request.Content = JsonContent.Create(new
                {
                    title,
                    body = "Sales were **up** by 4 %.",
                    destinations = new[] { new { connection = Connections[connection], teamId = Tenant.Team("Finance").Id, channelId = Channels[channel] } },
                });
                using var response = await _publisher.SendAsync(request);
                if (response.IsSuccessStatusCode)
                {
                    return;
                }
            }
            catch (Exception e) when (e is HttpRequestException or IOException or TaskCanceledException)
            {
                // It was killed under the call.
            }

            await Task.Delay(50);
        }
    }

    /// <summary>Signs in for every open case, as an operator does.</summary>
    public async Task SignInToCasesAsync()
    {
        var cases = await _operator.GetFromJsonAsync<JsonElement>(new Uri("/api/v1/cases?open=true", UriKind.Relative));
        foreach (var found in cases.GetProperty("cases").EnumerateArray().Where(static c => c.GetProperty("cause").GetString() == "Reconnect"))
        {
            await _people.SignInAsync(_operator, $"/api/v1/cases/{found.GetProperty("id").GetString()}/sign-in");
        }
    }

    /// <summary>Whether some deliveries have not ended.</summary>
    public Task<bool> AnyRunningAsync() => AnyInAsync(Running);

    /// <summary>Whether some deliveries are in one of these states.</summary>
    public async Task<bool> AnyInAsync(params string[] states)
    {
        foreach (var state in states)
        {
            var page = await _operator.GetFromJsonAsync<JsonElement>(new Uri($"/api/v1/deliveries?state={state}&limit=1", UriKind.Relative));
            if (page.GetProperty("deliveries").GetArrayLength() > 0)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The ledger: each delivery's title with its state and the outcomes of its attempts.</summary>
    public async Task<IReadOnlyList<(string Title, string State, string[] Outcomes)>> LedgerAsync()
    {
        List<(string, string, string[])> all = [];
        for (var next = "/api/v1/deliveries?limit=200"; next is not null;)
        {
            var page = await _operator.GetFromJsonAsync<JsonElement>(new Uri(next, UriKind.Relative));
            all.AddRange(page.GetProperty("deliveries").EnumerateArray().Select(static d => (
                d.GetProperty("title").GetString()!,
                d.GetProperty("state").GetString()!,
                d.GetProperty("attempts").EnumerateArray().Select(static a => a.TryGetProperty("outcome", out var o) ? o.GetString() ?? "none" : "none").ToArray())));
            next = page.TryGetProperty("next", out var link) ? link.GetString() : null;
        }

        return all;
    }

    public async ValueTask DisposeAsync()
    {
        _publisher.Dispose();
        _operator.Dispose();
        await Server.DisposeAsync();
        await Sandbox.DisposeAsync();
    }

    // The same account and registration under another name: a connection of its own for everything that connections have.
    private static Dictionary<string, string?> Add(Dictionary<string, string?> settings, SandboxServer sandbox, string id)
    {
        const string first = "Connections:sandbox:";
        foreach (var (key, value) in DevelopmentSandbox.Settings(sandbox, "").Where(static s => s.Key.StartsWith(first, StringComparison.OrdinalIgnoreCase)))
        {
            settings[$"Connections:{id}:{key[first.Length..]}"] = value;
        }

        settings[$"Connections:{id}:Id"] = id;
        return settings;
    }
}
