using System.Net;
using TeamsWorkflows.Cli;
using TeamsWorkflows.Cli.Api;

namespace TeamsWorkflows.Server.Tests.Cli;

/// <summary>How the command line takes "not now", silence and somebody else's page.</summary>
public sealed class ApiClientTests
{
    [Theory]
    [InlineData("GET", false, HttpStatusCode.ServiceUnavailable, 2)]
    [InlineData("POST", true, HttpStatusCode.ServiceUnavailable, 2)]
    [InlineData("POST", false, HttpStatusCode.ServiceUnavailable, 1)]
    [InlineData("POST", false, HttpStatusCode.TooManyRequests, 2)]
    [InlineData("GET", false, HttpStatusCode.InternalServerError, 1)]
    public async Task What_is_harmless_twice_is_repeated_when_the_server_says_not_now(string method, bool hasKey, HttpStatusCode status, int calls)
    {
        using var server = new Stub(new(status) { Headers = { { "Retry-After", "0" } } }, new(HttpStatusCode.OK) { Content = new StringContent("""{"id":1}""") });
        using var http = Client(server);
        var api = new ApiClient(http, TimeProvider.System);
        var call = method == "GET" ? api.GetAsync("reports/1", default) : api.PostAsync("reports", "{}", hasKey ? [("Idempotency-Key", "k")] : [], default);

        if (calls == 2)
        {
            Assert.Equal("1", (await call).At("id"));
        }
        else
        {
            Assert.Equal(ExitCodes.NotReached, (await Assert.ThrowsAsync<CommandException>(() => call)).ExitCode);
        }

        Assert.Equal(calls, server.Calls);
    }

    [Fact]
    public async Task Silence_and_the_page_of_a_proxy_are_said_as_what_they_are()
    {
        using var silence = new Stub();
        using var slow = Client(silence);
        slow.Timeout = TimeSpan.FromMilliseconds(50);
        var late = await Assert.ThrowsAsync<CommandException>(() => new ApiClient(slow, TimeProvider.System, "sandbox/") { Hint = "Is it there?" }.GetAsync("faults", default));
        Assert.Equal((ExitCodes.NotReached, "http://nowhere.example/ does not answer in time. Is it there?"), (late.ExitCode, late.Message));

        using var page = new Stub(new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent("<html>Sign in to the proxy</html>") });
        using var behind = Client(page);
        var other = await Assert.ThrowsAsync<CommandException>(() => new ApiClient(behind, TimeProvider.System).GetAsync("reports", default));
        Assert.Contains("not as TeamsWorkflows does", other.Message, StringComparison.Ordinal);
    }

    private static HttpClient Client(Stub server) => new(server, disposeHandler: false) { BaseAddress = new Uri("http://nowhere.example/") };

    /// <summary>Gives its answers one after the other; then it says nothing any more.</summary>
    private sealed class Stub(params HttpResponseMessage[] answers) : HttpMessageHandler
    {
        public int Calls { get; private set; }

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (Calls == answers.Length)
            {
                await Task.Delay(Timeout.Infinite, cancellationToken);
            }

            return answers[Calls++];
        }
    }
}
