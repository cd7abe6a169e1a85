using TeamsWorkflows.Deliveries.Digests;
using TeamsWorkflows.Deliveries.Flights;
using TeamsWorkflows.DurableTask;

namespace TeamsWorkflows.Deliveries;

/// <summary>Carries one report to one destination: prepares, posts, and decides on every outcome what comes next.</summary>
/// <remarks>
/// <code>
///   steps before (files, a place in a thread), each repeated until it is done; behind another delivery: wait to be woken
///   in a digest, if the report allows it: lead one or follow one ─ posted ──> delivered
///   post ─ posted ───────────────────────────────────────────────> delivered
///    │  ├─ others come first ─────── wait for its turn ──> post
///    │  ├─ throttled, unreachable ── wait ───────────────> post
///    │  ├─ outcome unknown ── wait, read back ─ found ─────────────> delivered
///    │  │                      │              └ not there ─> post (a bounded number of times)
///    │  │                      └─ nobody can look: the report's policy ─> held by an operator, post again, or fallback
///    │  ├─ no usable token ── re-authenticate ─ restored ─> where it was
///    │  └─ refused for good ──┐            └ patience ends ─┐
///    └─ patience ends ────────┴─────────────────────────────┴──────> fallback by e-mail
/// </code>
/// Before each post: cancelled, late and not wanted any more, or mailed and not wanted in Teams any more: it ends there.
/// Activities never retry and never loop; all waiting is here, in durable timers and events. No token is ever in here.
/// An attempt that ends without an outcome (the database was away) is made again under its number, which the ledger knows.
/// </remarks>
internal sealed class DeliverToDestination : TaskOrchestrator<DeliverToDestinationInput, DeliveryResult>
{
    public override async Task<DeliveryResult> RunAsync(TaskOrchestrationContext context, DeliverToDestinationInput input)
    {
        var journey = new Journey(context, input);
        var result = await journey.RunAsync();
        if (journey.LeadsDigest)
        {
            await SettleDigest.SettleAsync(context, input.DeliveryId, result.State, journey.IsInDoubt);
        }

        await SettleFlights.SettleAsync(context, input);
        return result;
    }
}
