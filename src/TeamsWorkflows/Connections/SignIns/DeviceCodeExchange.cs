using System.Net;
using System.Net.Mime;
using System.Text;
using System.Text.Json;
using Microsoft.Identity.Client;
using TeamsWorkflows.Http;

namespace TeamsWorkflows.Connections.SignIns;

/// <summary>Ends MSAL's loop after one poll, so that a durable timer waits in its place.</summary>
/// <remarks>
/// MSAL begins a device sign-in and polls for a quarter of an hour, in one process, and gives up at <c>slow_down</c>. Here the
/// authority's answer to the beginning is kept, and given to MSAL again for the next poll, on whichever node that is.
/// </remarks>
/// <param name="answer">What the authority answered when the sign-in began; null: it begins now.</param>
internal sealed class DeviceCodeExchange(string? answer) : HttpMessageHandler, IMsalHttpClientFactory
{
    private HttpMessageInvoker? _transport;
    private HttpClient? _http;

    /// <summary>Gets the authority's answer to the beginning: with the device code, so it is never kept in the clear.</summary>
    public string? Answer { get; private set; } = answer;

    public DeviceCodeExchange Over(OutboundHttp outbound, TimeSpan timeout)
    {
        _transport = new(outbound.Handler, disposeHandler: false);
        _http = OutboundHttp.CreateClient(timeout, this);
        return this;
    }

    public HttpClient GetHttpClient() => _http ?? throw new InvalidOperationException("The exchange has no transport yet.");

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var isBeginning = request.RequestUri!.AbsolutePath.EndsWith("/devicecode", StringComparison.OrdinalIgnoreCase);
        if (isBeginning && Answer is { } known)
        {
            return new(HttpStatusCode.OK) { RequestMessage = request, Content = new StringContent(known, Encoding.UTF8, MediaTypeNames.Application.Json) };
        }

        var response = await _transport!.SendAsync(request, cancellationToken);
        if (isBeginning && response.IsSuccessStatusCode)
        {
            await response.Content.LoadIntoBufferAsync(cancellationToken);
            Answer = await response.Content.ReadAsStringAsync(cancellationToken);
        }
        else if (response.StatusCode == HttpStatusCode.BadRequest)
        {
            await response.Content.LoadIntoBufferAsync(cancellationToken);
            ThrowIfPending(await response.Content.ReadAsStringAsync(cancellationToken));
        }

        return response;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _http?.Dispose();
            _transport?.Dispose();
        }

        base.Dispose(disposing);
    }

    private static void ThrowIfPending(string body)
    {
        try
        {
            using var json = JsonDocument.Parse(body);
            switch (json.RootElement.ValueKind == JsonValueKind.Object && json.RootElement.TryGetProperty("error", out var error) ? error.ToString() : null)
            {
                case "authorization_pending":
                    throw new DeviceCodePendingException(isTooFast: false);
                case "slow_down":
                    throw new DeviceCodePendingException(isTooFast: true);
            }
        }
        catch (JsonException)
        {
            // An answer that is no JSON is MSAL's to judge.
        }
    }
}

/// <summary>The person has not decided yet.</summary>
internal sealed class DeviceCodePendingException(bool isTooFast) : Exception("The device sign-in is not finished yet.")
{
    /// <summary>Gets a value indicating whether the authority wants to be asked less often.</summary>
    public bool IsTooFast => isTooFast;
}
