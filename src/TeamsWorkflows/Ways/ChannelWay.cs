using System.Text.Json.Serialization.Metadata;
using TeamsWorkflows.Connections;
using TeamsWorkflows.Data;
using TeamsWorkflows.Deliveries;
using TeamsWorkflows.Deliveries.Flights;
using TeamsWorkflows.Graph;
using TeamsWorkflows.Reports;

namespace TeamsWorkflows.Ways;

/// <summary>A channel, and the connection to reach it by.</summary>
public sealed record ChannelDestination(string? Connection, string? TeamId, string? ChannelId) : Destination
{
    internal override string? ConnectionName => Connection;
}

/// <summary>A message in a channel by Graph. What is too large for one becomes a file in the channel's folder and a summary.</summary>
internal sealed class ChannelWay : Way<ChannelDestination>
{
    public override string Kind => "channel";

    public override bool HasThreads => true;

    public override JsonTypeInfo JsonType => DestinationJson.Default.ChannelDestination;

    protected override void Validate(ChannelDestination destination, WayCheck check)
    {
        check.RequireConnection(destination.Connection, Operation.PostChannelMessage);
        check.RequireTeam(destination.TeamId);
        check.RequireChannel(destination.ChannelId);
        if (check.Report is { Thread.IsUpdate: true })
        {
            check.RequireScope(destination.Connection, Operation.UpdateChannelMessage, "An update changes a message");
        }

        check.RequireUploads(destination.Connection, static report => ChannelFiles.Of(report).Count > 0);
    }

    protected override Rendering Render(ChannelDestination destination, ReportDocument report, Envelope envelope)
    {
        var rendering = ChannelMessage.Render(report, envelope);
        return report.Thread is { } thread
            ? rendering with { Notes = [.. rendering.Notes, thread.IsUpdate ? ThreadNotes.OfUpdate(thread) : ThreadNotes.OfAnswer(thread)] }
            : rendering;
    }

    protected override DeliveryPlan Plan(ChannelDestination destination, ReportDocument report)
    {
        List<PlannedStep> before = [.. ChannelFiles.Of(report).Select(ChannelFiles.ToStep)];
        if (report.Thread is not null)
        {
            before.Add(new(nameof(JoinThread))); // last: nobody waits for files of others
        }

        return new(nameof(PostChannelMessage), nameof(ReconcileChannelMessage), before);
    }

    protected override void Note(ChannelDestination destination, DeliveryRow row)
        => (row.TeamId, row.ChannelId) = (destination.TeamId, destination.ChannelId);
}
