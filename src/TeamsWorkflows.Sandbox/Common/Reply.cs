using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace TeamsWorkflows.Sandbox.Common;

/// <summary>An answer before it is sent, so that a fault can change it and the log can record it.</summary>
internal sealed record Reply
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public required int Status { get; init; }

    public string? ContentType { get; init; }

    public ReadOnlyMemory<byte> Body { get; init; }

    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = [];

    /// <summary>Abort the connection in place of answering.</summary>
    public bool Cut { get; init; }

    public static Reply OfJson(int status, JsonNode body) =>
        OfText(status, "application/json; charset=utf-8", body.ToJsonString(Json));

    public static Reply OfHtml(int status, string html) => OfText(status, "text/html; charset=utf-8", html);

    public static Reply OfText(int status, string contentType, string text) =>
        new() { Status = status, ContentType = contentType, Body = Encoding.UTF8.GetBytes(text) };

    public static Reply Empty(int status) => new() { Status = status };

    public static Reply Redirect(string location) => Empty(302).With("Location", location);

    public static Reply SeeOther(string location) => Empty(303).With("Location", location);

    public Reply With(string header, string value) =>
        this with { Headers = [.. Headers, new KeyValuePair<string, string>(header, value)] };
}
