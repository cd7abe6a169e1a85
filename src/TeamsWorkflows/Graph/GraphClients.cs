using Microsoft.Extensions.Options;
using Microsoft.Graph;
using Microsoft.Kiota.Abstractions;
using Microsoft.Kiota.Abstractions.Authentication;
using Microsoft.Kiota.Http.HttpClientLibrary.Middleware;
using TeamsWorkflows.Http;

namespace TeamsWorkflows.Graph;

/// <summary>Makes Microsoft.Graph clients that send each request once: no retry, no redirect, no replay of a claims challenge.</summary>
/// <remarks>
/// The SDK's RetryHandler repeats a POST after 504, when the message may be in the channel already; and its adapter
/// repeats a POST by itself when a 401 carries claims. Both belong to the durable layer (docs/decisions/0004).
/// </remarks>
internal sealed class GraphClients : IDisposable
{
    // Each client that is made puts the SDK's writers under its backing store, in registries of the process, and looks before
    // it does; two at once put them there twice, and every null is then written twice for as long as the process lives.
    private static readonly Lock Registration = new();

    private readonly HttpClient _http;
    private readonly GraphOptions _options;

    public GraphClients(OutboundHttp outbound, IOptions<GraphOptions> options, TimeProvider time)
    {
        _options = options.Value;
        List<DelegatingHandler> handlers =
        [
            .. GraphClientFactory.CreateDefaultHandlers().Where(static h => h is not RetryHandler and not RedirectHandler),
            new ExchangeRecord.Handler(time),
        ];
        _http = GraphClientFactory.Create(handlers: handlers, finalHandler: new Shared(outbound.Handler));
        _http.Timeout = _options.Timeout;
    }

    /// <summary>Makes a client for one activity, with the token that it has just acquired.</summary>
    public GraphServiceClient Create(string accessToken)
    {
        lock (Registration)
        {
            return new(_http, new OneToken(accessToken, _options.BaseAddress), _options.BaseAddress.AbsoluteUri.TrimEnd('/'));
        }
    }

    public void Dispose() => _http.Dispose();

    /// <summary>Sets the token that is there, for Graph alone; a service that wants another token gets none from here.</summary>
    private sealed class OneToken(string accessToken, Uri graph) : IAuthenticationProvider
    {
        public Task AuthenticateRequestAsync(
            RequestInformation request,
            Dictionary<string, object>? additionalAuthenticationContext = null,
            CancellationToken cancellationToken = default)
        {
            if (additionalAuthenticationContext?.ContainsKey("claims") == true)
            {
                throw new ClaimsChallengeException();
            }

            if (request.URI.GetLeftPart(UriPartial.Authority) != graph.GetLeftPart(UriPartial.Authority))
            {
                // The address of a next page comes from an answer; a token goes nowhere but where it belongs.
                throw new InvalidOperationException($"Graph pointed to another host: {request.URI.Host}.");
            }

            request.Headers.Add("Authorization", $"Bearer {accessToken}");
            return Task.CompletedTask;
        }
    }

    // The transport outlives this client.
    private sealed class Shared(HttpMessageHandler transport) : HttpMessageHandler
    {
        private readonly HttpMessageInvoker _transport = new(transport, disposeHandler: false);

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
            => _transport.SendAsync(request, cancellationToken);

        protected override void Dispose(bool disposing)
        {
            _transport.Dispose();
            base.Dispose(disposing);
        }
    }
}

/// <summary>The service answered 401 with a claims challenge; the record of the exchange holds it.</summary>
internal sealed class ClaimsChallengeException : Exception
{
    public ClaimsChallengeException()
        : base("The service asks for a token with other claims.")
    {
    }
}
