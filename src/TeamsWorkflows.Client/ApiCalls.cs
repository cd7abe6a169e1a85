using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace TeamsWorkflows.Client;

/// <summary>Makes a call, once more when the server says that it could not take it at the moment, and reads the answer.</summary>
internal sealed class ApiCalls(HttpClient http, TimeProvider time)
{
    private const int MaxRepeats = 5;

    private static readonly TimeSpan DefaultPause = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan MaxPause = TimeSpan.FromMinutes(1);

    /// <param name="make">Makes the request; asked anew for each time.</param>
    /// <exception cref="ApiProblemException">The server refused the call.</exception>
    public async Task<T> SendAsync<T>(Func<HttpRequestMessage> make, JsonTypeInfo<T> answer, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(make, cancellationToken);
        await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
        return await JsonSerializer.DeserializeAsync(body, answer, cancellationToken) ?? throw new ApiProblemException(response.StatusCode, problem: null);
    }

    /// <inheritdoc cref="SendAsync{T}"/>
    public async Task<HttpResponseMessage> SendAsync(Func<HttpRequestMessage> make, CancellationToken cancellationToken)
    {
        for (var repeats = 0; ; repeats++)
        {
            using var request = make();
            var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            if (response.IsSuccessStatusCode)
            {
                return response;
            }

            using (response)
            {
                if (repeats == MaxRepeats || response.StatusCode is not (HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable))
                {
                    throw new ApiProblemException(response.StatusCode, await ProblemAsync(response, cancellationToken));
                }

                await Task.Delay(Pause(response), time, cancellationToken);
            }
        }
    }

    private TimeSpan Pause(HttpResponseMessage response)
    {
        var told = response.Headers.RetryAfter switch
        {
            { Delta: { } delta } => delta,
            { Date: { } date } => date - time.GetUtcNow(),
            _ => DefaultPause,
        };
        return told < TimeSpan.Zero ? TimeSpan.Zero : told > MaxPause ? MaxPause : told;
    }

    private static async Task<ApiProblem?> ProblemAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        if (response.Content.Headers.ContentType?.MediaType != "application/problem+json")
        {
            return null; // something between here and the server
        }

        try
        {
            await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
            return await JsonSerializer.DeserializeAsync(body, ClientJson.Default.ApiProblem, cancellationToken);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
