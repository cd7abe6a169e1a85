using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization.Metadata;
using TeamsWorkflows.Connections;
using TeamsWorkflows.Data;
using TeamsWorkflows.Deliveries;
using TeamsWorkflows.Deliveries.Flights;
using TeamsWorkflows.Graph;
using TeamsWorkflows.Reports;

namespace TeamsWorkflows.Ways;

/// <summary>A channel, and the connection to reach it by.</summary>
/// <param name="Connection">The connection that posts there.</param>
/// <param name="TeamId">The team's identifier, a GUID.</param>
/// <param name="ChannelId">The channel's identifier, such as <c>19:…@thread.tacv2</c>; null: it is meant by its name.</param>
/// <param name="ChannelName">The channel of that name, which is made if there is none; null: it is meant by its identifier.</param>
public sealed record ChannelDestination(
    [property: Required] string? Connection, [property: Required] string? TeamId, string? ChannelId, string? ChannelName = null) : Destination
{
    internal override string? ConnectionName => Connection;
}

/// <summary>A message in a channel by Graph. What is too large for one becomes a file in the channel's folder and a summary.</summary>
internal sealed class ChannelWay : Way<ChannelDestination>
{
    /// <summary>The longest name of a channel, and what none may hold.</summary>
    /// <seealso href="https://learn.microsoft.com/microsoftteams/limits-specifications-teams"/>
    private const int MaxNameLength = 50;
    private const string NotInNames = "~#%&*{}+/\\:<>?|'\"";

    public const string Name = "channel";

    public override string Kind => Name;

    public override bool HasThreads => true;

    public override JsonTypeInfo JsonType => DestinationJson.Default.ChannelDestination;

    protected override void Validate(ChannelDestination destination, WayCheck check)
    {
        check.RequireConnection(destination.Connection, Operation.PostChannelMessage);
        check.RequireTeam(destination.TeamId);
        if (destination is { ChannelId: null, ChannelName: { } name })
        {
            ValidateName(destination, name, check);
        }
        else
        {
            check.RequireChannel(destination.ChannelId);
            if (destination.ChannelName is not null)
            {
                check.Add("channelName", "Give one of channelId and channelName.");
            }
        }

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
        List<PlannedStep> before = destination.ChannelId is null ? [new(nameof(FindChannel))] : [];
        before.AddRange(ChannelFiles.Of(report).Select(ChannelFiles.ToStep));
        if (report.Thread is not null)
        {
            before.Add(new(nameof(JoinThread))); // last: nobody waits for files of others
        }

        return new(nameof(PostChannelMessage), nameof(ReconcileChannelMessage), before);
    }

    protected override void Note(ChannelDestination destination, DeliveryRow row)
        => (row.TeamId, row.ChannelId) = (destination.TeamId, destination.ChannelId);

    private static void ValidateName(ChannelDestination destination, string name, WayCheck check)
    {
        const string what = "A channel that is meant by its name is looked for, and made if there is none";
        check.RequireScope(destination.Connection, Operation.ReadChannels, what);
        check.RequireScope(destination.Connection, Operation.CreateChannel, what);
        if (name.Trim() != name || name.Length is 0 or > MaxNameLength || name[0] is '_' or '.' || name[^1] == '.'
            || name.Any(static c => char.IsControl(c) || NotInNames.Contains(c, StringComparison.Ordinal)))
        {
            check.Add(
                "channelName",
                $"Give a name of at most {MaxNameLength} characters, without {NotInNames}, that begins with neither _ nor . and does not end with a dot.");
        }
    }
}
