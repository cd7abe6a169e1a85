using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace TeamsWorkflows.Client;

/// <summary>Makes a call with patience, and reads the answer.</summary>
internal sealed class ApiCalls(HttpClient http, TimeProvider time)
{
    private readonly PatientCalls _calls = new(http, time);

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
        var response = await _calls.SendAsync(make, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        if (response.IsSuccessStatusCode)
        {
            return response;
        }

        using (response)
        {
            throw new ApiProblemException(response.StatusCode, await ProblemAsync(response, cancellationToken));
        }
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
