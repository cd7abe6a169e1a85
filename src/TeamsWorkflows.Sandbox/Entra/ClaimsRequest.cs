using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace TeamsWorkflows.Sandbox.Entra;

/// <summary>The "claims" parameter: client capabilities, and the answer to a claims challenge.</summary>
/// <param name="DeclaresCp1">The client says that it handles claims challenges.</param>
/// <param name="AnswersChallenge">The client passes on a challenge's demand.</param>
internal sealed record ClaimsRequest(bool DeclaresCp1, bool AnswersChallenge)
{
    public static ClaimsRequest None { get; } = new(false, false);

    /// <returns>Null when the parameter is no JSON object.</returns>
    public static ClaimsRequest? Parse(string? text)
    {
        if (string.IsNullOrEmpty(text))
        {
            return None;
        }

        try
        {
            if (JsonNode.Parse(text) is not JsonObject json)
            {
                return null;
            }

            var accessToken = json["access_token"] as JsonObject;
            var capabilities = accessToken?["xms_cc"]?["values"] as JsonArray;
            var cp1 = capabilities?.Any(value =>
                value is JsonValue v && v.TryGetValue<string>(out var name) && string.Equals(name, "cp1", StringComparison.OrdinalIgnoreCase));
            return new ClaimsRequest(cp1 == true, accessToken?["nbf"] is not null || accessToken?["acrs"] is not null);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>The demand for a token that is not older than a time.</summary>
    public static string NotBefore(DateTimeOffset time) => new JsonObject
    {
        ["access_token"] = new JsonObject
        {
            ["nbf"] = new JsonObject
            {
                ["essential"] = true,
                ["value"] = time.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture),
            },
        },
    }.ToJsonString();
}
