using System.Globalization;
using System.Text.Json.Nodes;
using TeamsWorkflows.Sandbox.Common;

namespace TeamsWorkflows.Sandbox.Entra;

/// <summary>A refusal as Entra words it.</summary>
/// <param name="Error">The OAuth error.</param>
/// <param name="Code">The AADSTS number.</param>
/// <seealso href="https://learn.microsoft.com/entra/identity-platform/reference-error-codes"/>
internal sealed record EntraError(string Error, int Code, string Message, int Status = 400)
{
    public string? SubError { get; init; }

    /// <summary>JSON of the claims that the next sign-in must bring.</summary>
    public string? Claims { get; init; }

    public string Aadsts => string.Create(CultureInfo.InvariantCulture, $"AADSTS{Code}: {Message}");

    public Reply ToReply(Exchange exchange) => Reply.OfJson(Status, ToJson(
        exchange.RequestId,
        exchange.ClientRequestId ?? exchange.RequestId,
        exchange.Now.UtcDateTime.ToString("u", CultureInfo.InvariantCulture)))
        .With("x-ms-request-id", exchange.RequestId)
        .With("Cache-Control", "no-store, no-cache");

    /// <summary>The same refusal as a fault's body, with placeholders in place of the ids.</summary>
    public string ToTemplate() => ToJson("{request-id}", "{client-request-id}", "{timestamp}").ToJsonString();

    private JsonObject ToJson(string traceId, string correlationId, string timestamp)
    {
        var json = new JsonObject
        {
            ["error"] = Error,
            ["error_description"] =
                $"{Aadsts} Trace ID: {traceId} Correlation ID: {correlationId} Timestamp: {timestamp}",
            ["error_codes"] = new JsonArray(Code),
            ["timestamp"] = timestamp,
            ["trace_id"] = traceId,
            ["correlation_id"] = correlationId,
            ["error_uri"] = string.Create(
                CultureInfo.InvariantCulture, $"https://login.microsoftonline.com/error?code={Code}"),
        };
        if (SubError is not null)
        {
            json["suberror"] = SubError;
        }

        if (Claims is not null)
        {
            json["claims"] = Claims;
        }

        return json;
    }
}
