using System.Diagnostics;
using System.Diagnostics.Metrics;
using TeamsWorkflows.Connections.History;

namespace TeamsWorkflows.Approvals;

/// <summary>How approvals are observed: how they end, how long they take, and how often links are opened. Nobody's name is in it.</summary>
internal static class ApprovalTelemetry
{
    public const string ClosedCounter = "teamsworkflows.approvals.closed";
    public const string OpenedLinks = "teamsworkflows.approvals.links.opened";

    private static readonly Meter Meter = new(Telemetry.Name);

    private static readonly Counter<long> Ends = Meter.CreateCounter<long>(ClosedCounter, "{approval}", "Approvals that ended, by how.");

    private static readonly Histogram<double> Durations = Meter.CreateHistogram<double>(
        "teamsworkflows.approvals.duration", "s", "From the handing over of a report to the end of its approval.");

    private static readonly Counter<long> Links = Meter.CreateCounter<long>(
        OpenedLinks, "{request}", "Links of approvals that were opened, by people and by programs that scan mails.");

    public static void Closed(ApprovalState state, TimeSpan duration)
    {
        var tags = new TagList { { "outcome", state.ToString() } };
        Ends.Add(1, tags);
        Durations.Record(duration.TotalSeconds, tags);
    }

    public static void LinkOpened(bool isGood) => Links.Add(1, new TagList { { "result", isGood ? "shown" : "nothing" } });
}
