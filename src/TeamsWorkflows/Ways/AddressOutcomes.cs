using TeamsWorkflows.Deliveries;
using TeamsWorkflows.Diagnostics;
using TeamsWorkflows.Http;

namespace TeamsWorkflows.Ways;

/// <summary>Answers of web addresses to outcomes.</summary>
internal static class AddressOutcomes
{
    /// <summary>The longest pause that an address is given, whatever it asks for; after it one goes and asks again.</summary>
    /// <remarks>
    /// Its whole line stands still for as long, and nobody can lift that: one answer with a date that is far off, or wrong, would
    /// send every later report to its fallback untried. Who really wants a longer pause says so once an hour.
    /// </remarks>
    public static readonly TimeSpan LongestPause = TimeSpan.FromHours(1);

    public static AttemptTrace Good(PostOutcome outcome, AddressAnswer answer)
        => new(outcome, answer.Status, answer.Evidence.RequestId, ClientRequestId: null, Evidence: null);

    /// <summary>Something that must not be sent twice was not confirmed.</summary>
    public static AttemptTrace OfPost(AddressAnswer answer) => Trace(answer, d => Outcomes.OfPost(answer.Status, answer.IsNeverSent, d));

    /// <summary>The same of an address that is a connection's: what is wrong with it concerns all its reports, and its owner mends it.</summary>
    public static AttemptTrace OfConnectionPost(AddressAnswer answer) => Trace(
        answer,
        d => Outcomes.OfPost(answer.Status, answer.IsNeverSent, d) switch
        {
            PostOutcome.AuthenticationFailed when d.Layer == FailureLayer.Throttling => new PostOutcome.Throttled(d.RetryAfter, d),
            PostOutcome.AuthenticationFailed or PostOutcome.PermissionDenied => new PostOutcome.PermissionDenied(ForOwner(d)),
            PostOutcome.Rejected when d.Action != OperatorAction.FixPayload => new PostOutcome.PermissionDenied(ForOwner(d)),
            var outcome => outcome,
        });

    /// <summary>Something that the other side knows by its key was not confirmed: another try is harmless.</summary>
    /// <remarks>An answer that leaves it open and says for how long it wants to be left alone stops all who would go there, as a 429 does.</remarks>
    public static AttemptTrace OfRepeatable(AddressAnswer answer) => Trace(
        answer,
        d => Outcomes.OfRead(answer.Status, d) switch
        {
            PostOutcome.Unavailable when answer.Evidence.RetryAfter is { } pause => new PostOutcome.Throttled(pause, d),
            var outcome => outcome,
        });

    // It has no token to renew, and nobody signs in for it: its owner sees to the address.
    private static Diagnosis ForOwner(Diagnosis d) => d.Action == OperatorAction.Reconnect
        ? d with
        {
            MayRenewSilently = false,
            Action = OperatorAction.FixConfiguration,
            Summary = "The webhook is refused as if a sign-in were missing, and it has none: its owner has to look at the flow, or give its new address.",
            Runbook = "resource-not-found/webhook-broken",
        }
        : d with { MayRenewSilently = false };

    private static PostOutcome Bounded(PostOutcome outcome) => outcome is PostOutcome.Throttled throttled && throttled.RetryAfter > LongestPause
        ? throttled with { RetryAfter = LongestPause }
        : outcome;

    private static AttemptTrace Trace(AddressAnswer answer, Func<Diagnosis, PostOutcome> outcome) => AttemptTrace.Failed(
        answer.Evidence,
        answer.IsBlocked
            ? static d => new PostOutcome.Rejected(d with { Summary = "The destination's address leads to a private network, so nothing was sent." })
            : d => Bounded(outcome(d)));
}
