using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using TeamsWorkflows.Client;

namespace TeamsWorkflows.Cli.Api;

/// <summary>Calls of a server: with patience, and a refusal becomes the exit code and the lines that a person needs.</summary>
/// <param name="http">Its base address is the server's.</param>
/// <param name="time">Waits when the server says "not now".</param>
/// <param name="root">What paths are below; its slash is at the end.</param>
internal sealed class ApiClient(HttpClient http, TimeProvider time, string root = "api/v1/")
{
    private readonly PatientCalls _calls = new(http, time);

    public Uri Server => http.BaseAddress!;

    /// <summary>Gets what is said beside that the server does not answer.</summary>
    public string Hint { get; init; } = "";

    /// <param name="path">Parts that come from a person are escaped.</param>
    public Task<JsonElement> GetAsync(string path, CancellationToken cancellationToken) => SendAsync(HttpMethod.Get, path, body: null, headers: [], cancellationToken);

    public Task<JsonElement> PostAsync<T>(string path, T body, CancellationToken cancellationToken)
        => PostAsync(path, JsonSerializer.Serialize(body, JsonText.Serializer), [], cancellationToken);

    public Task<JsonElement> PostAsync(string path, string json, IReadOnlyList<(string Name, string Value)> headers, CancellationToken cancellationToken)
        => SendAsync(HttpMethod.Post, path, json, headers, cancellationToken);

    public Task<JsonElement> DeleteAsync(string path, CancellationToken cancellationToken) => SendAsync(HttpMethod.Delete, path, body: null, headers: [], cancellationToken);

    /// <summary>Text of another kind than JSON, such as a calendar or a history's file.</summary>
    public Task<string> GetTextAsync(string path, CancellationToken cancellationToken) => CallAsync(() => new(HttpMethod.Get, root + path), cancellationToken);

    /// <summary>Something that may be long; whoever asks disposes it.</summary>
    public async Task<Stream> GetStreamAsync(string path, CancellationToken cancellationToken)
        => await (await CallAsync(() => new(HttpMethod.Get, root + path), HttpCompletionOption.ResponseHeadersRead, cancellationToken)).Content.ReadAsStreamAsync(cancellationToken);

    private async Task<JsonElement> SendAsync(
        HttpMethod method, string path, string? body, IReadOnlyList<(string Name, string Value)> headers, CancellationToken cancellationToken)
    {
        var text = await CallAsync(() => Request(method, root + path, body, headers), cancellationToken);
        try
        {
            return text.Length == 0 ? default : JsonElement.Parse(text);
        }
        catch (JsonException e)
        {
            throw new CommandException(ExitCodes.NotReached, $"{Server} answers, but not as TeamsWorkflows does. Is the address right?", e);
        }
    }

    private async Task<string> CallAsync(Func<HttpRequestMessage> make, CancellationToken cancellationToken)
    {
        using var response = await CallAsync(make, HttpCompletionOption.ResponseContentRead, cancellationToken);
        return await response.Content.ReadAsStringAsync(cancellationToken);
    }

    private async Task<HttpResponseMessage> CallAsync(Func<HttpRequestMessage> make, HttpCompletionOption until, CancellationToken cancellationToken)
    {
        try
        {
            var response = await _calls.SendAsync(make, until, cancellationToken);
            if (response.IsSuccessStatusCode)
            {
                return response;
            }

            using (response)
            {
                throw ApiProblem.Of(response.StatusCode, await response.Content.ReadAsStringAsync(cancellationToken), Server);
            }
        }
        catch (HttpRequestException e)
        {
            throw new CommandException(ExitCodes.NotReached, $"{Unreached.Says(Server, e)} {Hint}".TrimEnd(), e);
        }
        catch (TaskCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new CommandException(ExitCodes.NotReached, $"{Server} does not answer in time. {Hint}".TrimEnd(), e);
        }
    }

    private static HttpRequestMessage Request(HttpMethod method, string path, string? body, IReadOnlyList<(string Name, string Value)> headers)
    {
        var request = new HttpRequestMessage(method, path);
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        if (body is not null)
        {
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body)) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
        }

        return request;
    }
}

/// <summary>Reads a refusal: RFC 9457 problem details, or whatever stood in between.</summary>
internal static class ApiProblem
{
    public static CommandException Of(HttpStatusCode status, string body, Uri server)
    {
        var code = status switch
        {
            HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => ExitCodes.NotAllowed,
            HttpStatusCode.NotFound => ExitCodes.NotFound,
            HttpStatusCode.TooManyRequests or >= HttpStatusCode.InternalServerError => ExitCodes.NotReached,
            _ => ExitCodes.Refused,
        };
        return Read(body) is { } problem
            ? new CommandException(code, Lines(problem)) { Problem = problem.GetRawText() }
            : new CommandException(code, Bare(status, server));
    }

    private static JsonElement? Read(string body)
    {
        try
        {
            return body.Length > 0 && JsonElement.Parse(body) is { ValueKind: JsonValueKind.Object } json && json.TryGetProperty("title", out _) ? json : null;
        }
        catch (JsonException)
        {
            return null; // a page of a proxy, or nothing
        }
    }

    private static string Lines(JsonElement problem)
    {
        List<string> lines = [$"{problem.At("title")}. {problem.At("detail")}".TrimEnd()];
        if (problem.TryGetProperty("errors", out var errors) && errors.ValueKind == JsonValueKind.Object)
        {
            lines.AddRange(errors.EnumerateObject().SelectMany(static field => field.Value.EnumerateArray().Select(fix => $"  {Listing.Plain(field.Name)}: {Listing.Plain(fix.ToString())}")));
        }

        if (problem.At("traceId") is { Length: > 0 } trace)
        {
            lines.Add($"  (trace {trace})");
        }

        return string.Join('\n', lines);
    }

    private static string Bare(HttpStatusCode status, Uri server) => status switch
    {
        HttpStatusCode.Unauthorized => $"{server} does not take this sign-in: it is over, or meant for another server. Run '{CommandLine.Name} login'.",
        HttpStatusCode.Forbidden => "Your roles do not allow that. Which you have says 'teamsworkflows token inspect'.",
        HttpStatusCode.NotFound => $"{server} has nothing there. Is the address right?",
        _ => $"{server} answers {(int)status} ({status}).",
    };
}
