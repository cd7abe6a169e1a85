using System.Globalization;
using System.Text.Json.Nodes;
using TeamsWorkflows.Sandbox.Common;

namespace TeamsWorkflows.Sandbox.Graph;

/// <summary>A refusal as Graph words it.</summary>
/// <seealso href="https://learn.microsoft.com/graph/errors"/>
internal sealed record GraphError(int Status, string Code, string Message)
{
    private const string Challenge =
        "Bearer realm=\"\", authorization_uri=\"https://login.microsoftonline.com/common/oauth2/authorize\", "
        + "client_id=\"00000003-0000-0000-c000-000000000000\"";

    /// <summary>JSON of a claims challenge; sent base64-coded.</summary>
    public string? Claims { get; init; }

    public Reply ToReply(Exchange exchange)
    {
        var reply = Reply.OfJson(Status, ToJson(
            exchange.RequestId,
            exchange.ClientRequestId ?? exchange.RequestId,
            exchange.Now.UtcDateTime.ToString("s", CultureInfo.InvariantCulture)));
        return Status == 401 ? reply.With("WWW-Authenticate", Authenticate()) : reply;
    }

    /// <summary>The same refusal as a fault's body, with placeholders in place of the ids.</summary>
    public string ToTemplate() => ToJson("{request-id}", "{client-request-id}", "{date}").ToJsonString();

    public string Authenticate() => Claims is null
        ? Challenge
        : $"{Challenge}, error=\"insufficient_claims\", claims=\""
            + Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(Claims)) + "\"";

    private JsonObject ToJson(string requestId, string clientRequestId, string date) => new()
    {
        ["error"] = new JsonObject
        {
            ["code"] = Code,
            ["message"] = Message,
            ["innerError"] = new JsonObject
            {
                ["date"] = date,
                ["request-id"] = requestId,
                ["client-request-id"] = clientRequestId,
            },
        },
    };
}
