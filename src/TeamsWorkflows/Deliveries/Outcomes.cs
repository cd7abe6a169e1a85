using TeamsWorkflows.Diagnostics;

namespace TeamsWorkflows.Deliveries;

/// <summary>Verdicts to outcomes: what may have happened in the channel, and what may be tried next.</summary>
internal static class Outcomes
{
    /// <summary>No token was given: nothing was sent to Teams.</summary>
    public static PostOutcome OfToken(Diagnosis diagnosis) => diagnosis.Layer switch
    {
        FailureLayer.Throttling => new PostOutcome.Throttled(diagnosis.RetryAfter, diagnosis),
        FailureLayer.Service or FailureLayer.Transport => new PostOutcome.Unavailable(diagnosis.RetryAfter, diagnosis),
        FailureLayer.Authorization => new PostOutcome.PermissionDenied(diagnosis, IsOfToken: true),
        _ => new PostOutcome.AuthenticationFailed(diagnosis),
    };

    /// <summary>A post failed: definitely not there, or perhaps there.</summary>
    /// <param name="isNeverSent">Whether the connection itself failed.</param>
    public static PostOutcome OfPost(int? status, bool isNeverSent, Diagnosis diagnosis) => status switch
    {
        _ when isNeverSent => new PostOutcome.Unavailable(diagnosis.RetryAfter, diagnosis),
        null or 408 or 409 or >= 500 or (>= 200 and < 300) => new PostOutcome.OutcomeUnknown(diagnosis),
        _ => OfDefiniteRefusal(status.Value, diagnosis),
    };

    /// <summary>A read failed: nothing changed by it.</summary>
    public static PostOutcome OfRead(int? status, Diagnosis diagnosis) => status switch
    {
        null or 408 or 409 or >= 500 or (>= 200 and < 300) => new PostOutcome.Unavailable(diagnosis.RetryAfter, diagnosis),
        _ => OfDefiniteRefusal(status.Value, diagnosis),
    };

    private static PostOutcome OfDefiniteRefusal(int status, Diagnosis diagnosis) => status switch
    {
        429 => new PostOutcome.Throttled(diagnosis.RetryAfter, diagnosis),
        423 => new PostOutcome.Unavailable(diagnosis.RetryAfter, diagnosis),
        _ => diagnosis.Layer switch
        {
            FailureLayer.Authentication => new PostOutcome.AuthenticationFailed(diagnosis),
            FailureLayer.Throttling when status is 401 or 403 => new PostOutcome.AuthenticationFailed(diagnosis), // its token ran out meanwhile
            FailureLayer.Authorization => new PostOutcome.PermissionDenied(diagnosis),
            _ when diagnosis.MayRenewSilently => new PostOutcome.AuthenticationFailed(diagnosis), // a clock is off: the next token may do
            _ => new PostOutcome.Rejected(diagnosis),
        },
    };
}
