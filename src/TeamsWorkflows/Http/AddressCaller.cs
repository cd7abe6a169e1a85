using System.Net.Http.Headers;
using System.Text;
using TeamsWorkflows.Diagnostics;
using TeamsWorkflows.Ways;

namespace TeamsWorkflows.Http;

/// <summary>What an address answered, or that it did not.</summary>
/// <param name="Status">Null: there was no answer.</param>
/// <param name="IsNeverSent">Whether the connection itself failed, so that nothing can have happened.</param>
/// <param name="IsBlocked">Whether the address leads into a private network.</param>
internal sealed record AddressAnswer(int? Status, string Body, bool IsNeverSent, bool IsBlocked, FailureEvidence Evidence)
{
    public bool IsSuccess => Status is >= 200 and < 300;

    public string? Header(string name) => Evidence.Headers.GetValueOrDefault(name);
}

/// <summary>Sends one request to an address that a user gave. Never repeats anything.</summary>
internal sealed class AddressCaller(GuardedHttp http, TimeProvider time)
{
    private const int MaxBodyBytes = 64 * 1024;

    public async Task<AddressAnswer> PostAsync(
        Uri address,
        string contentType,
        ReadOnlyMemory<byte> body,
        IReadOnlyList<(string Name, string Value)> headers,
        CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, address) { Content = new ReadOnlyMemoryContent(body) };
        request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(contentType);
        request.Headers.UserAgent.Add(new ProductInfoHeaderValue(new ProductHeaderValue("TeamsWorkflows")));
        foreach (var (name, value) in headers)
        {
            request.Headers.Add(name, value);
        }

        try
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            limit.CancelAfter(http.Timeout);
            using var response = await http.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limit.Token);
            return Answer(address, response, await ReadAsync(response, limit.Token));
        }
        catch (HttpRequestException e)
        {
            var isNeverSent = e.HttpRequestError is HttpRequestError.NameResolutionError or HttpRequestError.ConnectionError
                or HttpRequestError.SecureConnectionError or HttpRequestError.ProxyTunnelError;
            var isBlocked = e.InnerException is BlockedAddressException;
            return NoAnswer(address, e.InnerException ?? e, isNeverSent || isBlocked, isBlocked);
        }
        catch (Exception e) when (e is IOException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return NoAnswer(address, e, isNeverSent: false, isBlocked: false);
        }
    }

    // The beginning, whatever the charset is said to be: how long an answer is must not change what its status means.
    private static async Task<string> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
        var buffer = new byte[MaxBodyBytes];
        var length = await body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken);
        return Encoding.UTF8.GetString(buffer, 0, length);
    }

    private FailureEvidence Evidence(Uri address) => new(FailureSurface.WebhookResponse, time.GetUtcNow())
    {
        Method = HttpMethod.Post.Method,
        Endpoint = AddressRules.Shown(address.AbsoluteUri), // its path is a secret
    };

    private AddressAnswer Answer(Uri address, HttpResponseMessage response, string text)
    {
        var evidence = Evidence(address) with
        {
            Status = (int)response.StatusCode,
            Headers = Redaction.Headers(response.Headers.Concat(response.Content.Headers).Select(static h => (h.Key, string.Join(", ", h.Value)))),
            Body = Redaction.Body(text),
            RetryAfter = RetryAfter.Of(response.Headers.RetryAfter, time.GetUtcNow()),
            ClockOffset = time.GetUtcNow() - response.Headers.Date,
        };
        return new(evidence.Status, text, IsNeverSent: false, IsBlocked: false, evidence);
    }

    // Only the kind of the failure: its text may name the address, which is a secret.
    private AddressAnswer NoAnswer(Uri address, Exception e, bool isNeverSent, bool isBlocked) => new(
        null, "", isNeverSent, isBlocked, Evidence(address) with { Exception = e.GetType().Name });
}
