using System.Text.Json;
using Azure.Identity;
using Microsoft.Identity.Client;
using TeamsWorkflows.Connections.Credentials;
using TeamsWorkflows.Diagnostics;
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
        MsalClientException e => new(FailureSurface.MsalException, now) { Error = e.ErrorCode, Exception = e.Message },
        MissingCredentialException e => new(FailureSurface.MsalException, now) { Error = "missing_secret", Exception = e.Message },
        VaultUnreachableException e => new(FailureSurface.MsalException, now) { Error = "unreachable", Exception = e.Message },
        AuthenticationFailedException e => new(FailureSurface.MsalException, now) { Exception = Redaction.Body(e.Message) },
        JsonException => new(FailureSurface.TokenEndpoint, now)
        {
            Status = 200,
            Error = "unreadable_token_response",
            Exception = "The authority answered 200 with something that is not JSON.",
        },
        HttpRequestException e => new(FailureSurface.TokenEndpoint, now) { Error = "unreachable", Exception = e.HttpRequestError.ToString() },
        OperationCanceledException when !cancellationToken.IsCancellationRequested => new(FailureSurface.TokenEndpoint, now)
        {
            Error = "timeout",
            Exception = "The authority did not answer in time.",
        },
        _ => null,
    };

    /// <summary>MSAL takes a 200 without access_token for a success.</summary>
    public static FailureEvidence NoToken(DateTimeOffset now) => new(FailureSurface.TokenEndpoint, now)
    {
        Status = 200,
        Error = "unreadable_token_response",
        Exception = "The authority answered 200 without an access token.",
    };

    /// <summary>A webhook has no token, and whoever asks for one has mistaken the connection.</summary>
    public static FailureEvidence NoIdentity(DateTimeOffset now) => new(FailureSurface.MsalException, now)
    {
        Error = "missing_secret",
        Exception = "The connection is a workflow's webhook: it has no identity, and so no token.",
    };

    private static FailureEvidence From(MsalServiceException e, DateTimeOffset now) => new(FailureSurface.TokenEndpoint, now)
    {
        Status = e.StatusCode == 0 ? null : e.StatusCode,
        Error = e.ErrorCode,
        SubError = e is MsalUiRequiredException { SubErrorForLogging: { Length: > 0 } suberror } ? suberror : null,
        ErrorCodes = e.ErrorCodesForLogging ?? [],
        Claims = string.IsNullOrEmpty(e.Claims) ? null : e.Claims,
        Body = Redaction.Body(e.ResponseBody),
        Headers = Redaction.Headers(e.Headers?.Select(h => (h.Key, string.Join(", ", h.Value))) ?? []),
        RetryAfter = WaitOf(e, now),
        RequestId = e.CorrelationId,
        ClockOffset = now - e.Headers?.Date,
        Exception = e.ResponseBody is { Length: > 0 } ? null : e.Message,
    };

    private static TimeSpan? WaitOf(MsalServiceException e, DateTimeOffset now) => RetryAfter.Of(e.Headers?.RetryAfter, now);
}
