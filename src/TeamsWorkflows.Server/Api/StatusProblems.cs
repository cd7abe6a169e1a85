using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Options;
using TeamsWorkflows.Server.Access;

namespace TeamsWorkflows.Server.Api;

/// <summary>The problem behind a status that the framework chose by itself.</summary>
internal static class StatusProblems
{
    public static ProblemDetails For(HttpContext http) => http.Response.StatusCode switch
    {
        StatusCodes.Status400BadRequest => Problems.Details(
            400, "invalid-request", "The request is invalid", "The request cannot be read. Compare it with /openapi/v1.json."),
        StatusCodes.Status401Unauthorized => Problems.Details(
            401, "unauthenticated", "No valid access token", "Send the header 'Authorization: Bearer TOKEN' with a token made for this API."),
        StatusCodes.Status403Forbidden => Problems.Details(403, "forbidden", "Not allowed", RolesNeeded(http)),
        StatusCodes.Status404NotFound => Problems.Details(
            404, "not-found", "Not found", "There is nothing at this address. The addresses are in /openapi/v1.json."),
        StatusCodes.Status405MethodNotAllowed => Problems.Details(
            405, "method-not-allowed", "Method not allowed", "This address takes other methods: see the header Allow."),
        StatusCodes.Status413PayloadTooLarge => Problems.Details(
            413,
            "body-too-large",
            "The body is too large",
            $"A body may have {http.RequestServices.GetRequiredService<IOptions<ApiOptions>>().Value.MaxBodyBytes:N0} bytes. Shorten it."),
        StatusCodes.Status415UnsupportedMediaType => Problems.Details(
            415, "unsupported-media-type", "Unsupported media type", "Send JSON with the header 'Content-Type: application/json'."),
        StatusCodes.Status429TooManyRequests => Problems.Details(
            429, "too-many-requests", "Too many requests", "Wait for as many seconds as the header Retry-After says, and repeat the call. Nothing of it was done."),
        StatusCodes.Status504GatewayTimeout => Problems.Details(
            504, "timed-out", "The request took too long", "It was broken off. Ask for less at once; what was handed over may have been taken, so repeat it with the same Idempotency-Key."),
        var status => Problems.Details(
            status, "failed", "The request failed", "The server could not answer. Its log has the reason under the trace identifier."),
    };

    private static string RolesNeeded(HttpContext http)
    {
        var policy = http.GetEndpoint()?.Metadata.GetOrderedMetadata<IAuthorizeData>().LastOrDefault(static a => a.Policy is not null)?.Policy;
        return policy is not null && Policies.RolesByPolicy.TryGetValue(policy, out var roles)
            ? $"This needs the role {string.Join(" or ", roles)}. An administrator assigns it to the caller in Entra ID."
            : "The caller may not do this.";
    }
}
