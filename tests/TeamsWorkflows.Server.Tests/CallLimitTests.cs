using System.Net;

namespace TeamsWorkflows.Server.Tests;

/// <summary>Who asks for too much is told when to come again; the others notice nothing.</summary>
public sealed class CallLimitTests : IAsyncLifetime
{
    private const int Burst = 20;

    private readonly ServerHost _host = new() { Settings = [$"--Api:Burst={Burst}", "--Api:CallsPerSecond=1"] };

    public Task InitializeAsync() => _host.InitializeAsync();

    public Task DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task A_caller_over_the_limit_is_refused_with_429_and_another_is_not()
    {
        using var publisher = await _host.PublisherAsync();
        using var administrator = await _host.AdministratorAsync();
        using var anonymous = _host.Anonymous();
        var refused = await UntilRefusedAsync(publisher, "/api/v1/deliveries");
        Assert.InRange(refused.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 60);
        Assert.EndsWith(":too-many-requests", (await refused.JsonAsync()).Text("type"), StringComparison.Ordinal);

        using var other = await administrator.GetAsync(new Uri("/api/v1/deliveries", UriKind.Relative));
        Assert.Equal(HttpStatusCode.OK, other.StatusCode);
        (await UntilRefusedAsync(anonymous, "/api/v1/deliveries")).Dispose(); // guessing tokens
        using var healthy = await anonymous.GetAsync(new Uri("/health/ready", UriKind.Relative));
        Assert.Equal(HttpStatusCode.OK, healthy.StatusCode);
        refused.Dispose();
    }

    private static async Task<HttpResponseMessage> UntilRefusedAsync(HttpClient client, string path)
    {
        for (var i = 0; i <= 3 * Burst; i++)
        {
            var response = await client.GetAsync(new Uri(path, UriKind.Relative));
            if (response.StatusCode == HttpStatusCode.TooManyRequests)
            {
                return response;
            }

            response.Dispose();
        }

        throw new InvalidOperationException("Nobody was refused.");
    }
}
