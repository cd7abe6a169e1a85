using System.Text.Json;
using Azure.Identity;
using Microsoft.Identity.Client;
using TeamsWorkflows.Connections.Credentials;
using TeamsWorkflows.Diagnostics;
using TeamsWorkflows.Diagnostics.Reading;
using TeamsWorkflows.Http;

namespace TeamsWorkflows.Connections;

/// <summary>What MSAL throws, as evidence. Never its response to a success, never the cache.</summary>
internal static class MsalEvidence
{
    /// <returns>Null for what is not a failure to get a token: a cancelled host, a bug of ours, our own database.</returns>
    public static FailureEvidence? From(Exception exception, DateTimeOffset now, CancellationToken cancellationToken) => exception switch
    {
        MsalThrottledServiceException { OriginalServiceException: { } original } e => From(original, now) with
        {
            RetryAfter = WaitOf(original, now) ?? WaitOf(e, now),
            ClockOffset = null, // the answer is an old one
        },
        MsalThrottledUiRequiredException { OriginalServiceException: { } original } => From(original, now) with { ClockOffset = null },
        MsalServiceException e => From(e, now),
        MsalClientException e => new(FailureSurface.MsalException, now) { Error = e.ErrorCode, Exception = Redaction.Body(e.Message) },
        MissingCredentialException e => new(FailureSurface.MsalException, now) { Error = "missing_secret", Exception = e.Message },
        VaultUnreachableException e => new(FailureSurface.MsalException, now) { Error = "unreachable", Exception = e.Message },
        AuthenticationFailedException e => new(FailureSurface.MsalException, now) { Exception = Redaction.Body(e.Message) },
        JsonException => OfTokenEndpoint(now) with
        {
            Status = 200,
            Error = "unreadable_token_response",
            Exception = "The authority answered 200 with something that is not JSON.",
        },
        HttpRequestException e => OfTokenEndpoint(now) with { Error = "unreachable", Exception = e.HttpRequestError.ToString() },
        OperationCanceledException when !cancellationToken.IsCancellationRequested => OfTokenEndpoint(now) with
        {
            Error = "timeout",
            Exception = "The authority did not answer in time.",
        },
        _ => null,
    };

    /// <summary>MSAL takes a 200 without access_token for a success.</summary>
    public static FailureEvidence NoToken(DateTimeOffset now) => OfTokenEndpoint(now) with
    {
        Status = 200,
        Error = "unreadable_token_response",
        Exception = "The authority answered 200 without an access token.",
    };

    /// <summary>Looks at a token before it is used (R13, R14, R50): one that is made for something else is for nobody else's eyes.</summary>
    /// <returns>Null when it may be used, or cannot be read: then the service says what it thinks of it.</returns>
    public static FailureEvidence? WrongToken(string accessToken, ExpectedToken expected, DateTimeOffset now)
    {
        var evidence = new FailureEvidence(FailureSurface.MsalException, now)
        {
            Exception = "The authority gave a token that is made for something else; it was not used.",
            Token = TokenClaims.Read(accessToken),
            Expected = expected,
        };
        return TokenComparison.Compare(evidence) is TokenFinding.WrongAudience or TokenFinding.WrongTenant ? evidence : null;
    }

    /// <summary>A webhook has no token, and whoever asks for one has mistaken the connection.</summary>
    public static FailureEvidence NoIdentity(DateTimeOffset now) => new(FailureSurface.MsalException, now)
    {
        Error = "missing_secret",
        Exception = "The connection is a workflow's webhook: it has no identity, and so no token.",
    };

    // Which of the authority's endpoints it was, MSAL does not say: all but a sign-in's beginning are the one for tokens.
    private static FailureEvidence OfTokenEndpoint(DateTimeOffset now) => new(FailureSurface.TokenEndpoint, now)
    {
        Method = HttpMethod.Post.Method,
        Endpoint = "/{tenant}/oauth2/v2.0/token",
    };

    private static FailureEvidence From(MsalServiceException e, DateTimeOffset now) => OfTokenEndpoint(now) with
    {
        Status = e.StatusCode == 0 ? null : e.StatusCode,
        Error = e.ErrorCode,
        SubError = e is MsalUiRequiredException { SubErrorForLogging: { Length: > 0 } suberror } ? suberror : null,
        ErrorCodes = e.ErrorCodesForLogging ?? [],
        Claims = string.IsNullOrEmpty(e.Claims) ? null : e.Claims,
        Body = Redaction.Body(e.ResponseBody),
        Headers = Redaction.Headers(e.Headers?.Select(h => (h.Key, string.Join(", ", h.Value))) ?? []),
        RetryAfter = WaitOf(e, now),
        RequestId = RequestIdOf(e),
        ClientRequestId = string.IsNullOrEmpty(e.CorrelationId) ? null : e.CorrelationId, // ours: MSAL sends it with the request
        ClockOffset = now - e.Headers?.Date,
        Exception = e.ResponseBody is { Length: > 0 } ? null : Redaction.Body(e.Message),
    };

    /// <summary>Entra's own identifier of the request: a header, and <c>trace_id</c> in what it answers.</summary>
    private static string? RequestIdOf(MsalServiceException e)
    {
        if (e.Headers?.TryGetValues("x-ms-request-id", out var values) is true)
        {
            return string.Join(", ", values);
        }

        try
        {
            using var answer = JsonDocument.Parse(e.ResponseBody ?? "");
            return answer.RootElement.ValueKind == JsonValueKind.Object && answer.RootElement.TryGetProperty("trace_id", out var id) && id.ValueKind == JsonValueKind.String
                ? Redaction.Body(id.GetString())
                : null;
        }
        catch (JsonException)
        {
            return null; // a page of HTML, say
        }
    }

    private static TimeSpan? WaitOf(MsalServiceException e, DateTimeOffset now) => RetryAfter.Of(e.Headers?.RetryAfter, now);
}
