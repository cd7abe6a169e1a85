using System.Net.Http.Headers;

namespace TeamsWorkflows.Http;

/// <summary>What came of reading an address.</summary>
internal abstract record ReadAnswer
{
    private ReadAnswer()
    {
    }

    /// <summary>A 2xx, whole.</summary>
    public sealed record Body(byte[] Bytes) : ReadAnswer;

    /// <summary>Another status.</summary>
    public sealed record Status(int Code, TimeSpan? RetryAfter) : ReadAnswer;

    public sealed record TooLarge : ReadAnswer;

    /// <summary>The address leads into a private network; nothing was sent.</summary>
    public sealed record Blocked : ReadAnswer;

    /// <param name="Exception">The kind of the failure, without its text, which may name the address.</param>
    public sealed record None(string Exception) : ReadAnswer;
}

/// <summary>Reads JSON from an address that a user gave. Never repeats anything.</summary>
internal sealed class AddressReader(GuardedHttp http, TimeProvider time)
{
    /// <param name="header">A header that proves who asks; null: none.</param>
    /// <param name="timeout">For the whole answer.</param>
    public async Task<ReadAnswer> GetAsync(
        Uri address, (string Name, string Value)? header, TimeSpan timeout, int maxBytes, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        request.Headers.UserAgent.Add(new ProductInfoHeaderValue(new ProductHeaderValue("TeamsWorkflows")));
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        if (header is { } proof)
        {
            request.Headers.TryAddWithoutValidation(proof.Name, proof.Value);
        }

        using var limit = new CancellationTokenSource(timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        try
        {
            using var response = await http.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token);
            return !response.IsSuccessStatusCode ? new ReadAnswer.Status((int)response.StatusCode, RetryAfter.Of(response.Headers.RetryAfter, time.GetUtcNow()))
                : response.Content.Headers.ContentLength > maxBytes ? new ReadAnswer.TooLarge()
                : await ReadAsync(response, maxBytes, either.Token);
        }
        catch (HttpRequestException e)
        {
            return e.InnerException is BlockedAddressException ? new ReadAnswer.Blocked() : new ReadAnswer.None((e.InnerException ?? e).GetType().Name);
        }
        catch (Exception e) when (e is IOException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return new ReadAnswer.None(e.GetType().Name);
        }
    }

    private static async Task<ReadAnswer> ReadAsync(HttpResponseMessage response, int maxBytes, CancellationToken cancellationToken)
    {
        await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
        var buffer = new byte[maxBytes + 1];
        var length = await body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken);
        return length > maxBytes ? new ReadAnswer.TooLarge() : new ReadAnswer.Body(buffer[..length]);
    }
}
