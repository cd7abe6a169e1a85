using Microsoft.Kiota.Abstractions;
using Microsoft.Kiota.Http.HttpClientLibrary.Extensions;
using TeamsWorkflows.Diagnostics;

namespace TeamsWorkflows.Graph;

/// <summary>What was really exchanged by one call: the SDK keeps neither raw bodies nor every header.</summary>
internal sealed class ExchangeRecord : IRequestOption
{
    public string? Method { get; private set; }

    /// <summary>Gets the path of the last request that was made; a query may hold what must not be kept.</summary>
    public string? Endpoint { get; private set; }

    public int? Status { get; private set; }

    public IReadOnlyDictionary<string, string> Headers { get; private set; } = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);

    /// <summary>Gets the body of a failure; successes are not kept.</summary>
    public string? Body { get; private set; }

    public TimeSpan? RetryAfter { get; private set; }

    /// <summary>Gets the claims challenge as JSON, read before the header was redacted: base64 of JSON looks like a token.</summary>
    public string? Claims { get; private set; }

    /// <summary>Gets a value indicating whether the connection itself failed, so that no byte of the request was read.</summary>
    public bool IsNeverSent { get; private set; }

    /// <summary>Gets how far our clock was ahead of the service's when the answer came; null when it did not say its time.</summary>
    public TimeSpan? ClockOffset { get; private set; }

    public string? RequestId => Headers.GetValueOrDefault("request-id");

    public FailureEvidence ToEvidence(DateTimeOffset now, string clientRequestId, Exception? exception) => new(FailureSurface.GraphResponse, now)
    {
        Method = Method,
        Endpoint = Endpoint,
        Status = Status,
        Headers = Headers,
        Body = Body,
        RetryAfter = RetryAfter,
        Claims = Claims,
        RequestId = RequestId,
        ClientRequestId = clientRequestId,
        ClockOffset = ClockOffset,
        Exception = Status is null ? exception?.GetType().Name : null,
    };

    /// <summary>Fills the record of a request that carries one.</summary>
    internal sealed class Handler(TimeProvider time) : DelegatingHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var record = request.GetRequestOption<ExchangeRecord>();
            if (record is not null)
            {
                (record.Method, record.Endpoint) = (request.Method.Method, Redaction.Body(request.RequestUri?.AbsolutePath));
            }

            try
            {
                var response = await base.SendAsync(request, cancellationToken);
                if (record is not null)
                {
                    await FillAsync(record, response, cancellationToken);
                }

                return response;
            }
            catch (HttpRequestException e) when (record is not null && e.HttpRequestError is HttpRequestError.NameResolutionError
                or HttpRequestError.ConnectionError or HttpRequestError.SecureConnectionError or HttpRequestError.ProxyTunnelError)
            {
                record!.IsNeverSent = true;
                throw;
            }
        }

        private async Task FillAsync(ExchangeRecord record, HttpResponseMessage response, CancellationToken cancellationToken)
        {
            record.Status = (int)response.StatusCode;
            record.Headers = Redaction.Headers(response.Headers.Concat(response.Content.Headers)
                .Select(h => (h.Key, string.Join(", ", h.Value))));
            record.Claims = ClaimsChallenge.Read(string.Join(", ", response.Headers.WwwAuthenticate));
            record.ClockOffset = time.GetUtcNow() - response.Headers.Date;
            record.RetryAfter = Http.RetryAfter.Of(response.Headers.RetryAfter, time.GetUtcNow());
            if (!response.IsSuccessStatusCode)
            {
                record.Body = Redaction.Body(await response.Content.ReadAsStringAsync(cancellationToken));
            }
        }
    }
}
