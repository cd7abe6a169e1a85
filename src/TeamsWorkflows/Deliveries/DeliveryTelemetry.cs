using System.Diagnostics;
using System.Diagnostics.Metrics;
using TeamsWorkflows.Connections.History;
using TeamsWorkflows.Data;

namespace TeamsWorkflows.Deliveries;

/// <summary>How deliveries are observed: what attempts came to, and how and when deliveries end. No title, address or person is in it.</summary>
internal static class DeliveryTelemetry
{
    public const string AttemptDuration = "teamsworkflows.attempt.duration";
    public const string EndedCounter = "teamsworkflows.deliveries.ended";
    public const string Duration = "teamsworkflows.delivery.duration";

    private static readonly Meter Meter = new(Telemetry.Name);

    private static readonly Histogram<double> Attempts = Meter.CreateHistogram<double>(
        AttemptDuration, "s", "How long one exchange with the other side took, by its kind, its outcome and the connection.");

    private static readonly Counter<long> Ends = Meter.CreateCounter<long>(
        EndedCounter, "{delivery}", "Ends of deliveries, by state; one that was mailed and posted later ends twice.");

    private static readonly Histogram<double> Durations = Meter.CreateHistogram<double>(
        Duration, "s", "From the handing over of a report to the end of a delivery, by state.");

    /// <param name="outcome">As in the ledger.</param>
    public static void Attempted(AttemptRow attempt, string outcome, DeliveryRow delivery)
        => Attempts.Record(
            ((attempt.EndedAt ?? attempt.StartedAt) - attempt.StartedAt).TotalSeconds,
            new TagList { { "kind", attempt.Kind.ToString() }, { "outcome", outcome }, { "connection", delivery.ConnectionId ?? "none" } });

    public static void Ended(DeliveryState state, TimeSpan sinceAccepted)
    {
        var tags = new TagList { { "state", state.ToString() } };
        Ends.Add(1, tags);
        Durations.Record(sinceAccepted.TotalSeconds, tags);
    }
}
