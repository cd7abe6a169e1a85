namespace TeamsWorkflows.Ways;

/// <summary>All ways out.</summary>
internal static class WayBook
{
    public static Way Channel { get; } = new ChannelWay();

    public static IReadOnlyList<Way> All { get; } = [Channel, new ChatWay(), new FileWay(), new WorkflowWay(), new SlackWay(), new PagerDutyWay(), new WebhookWay(), new EmailWay()];

    /// <returns>Null: there is no such kind.</returns>
    public static Way? Find(string kind) => All.FirstOrDefault(w => w.Kind.Equals(kind, StringComparison.OrdinalIgnoreCase));

    public static Way Of(Destination destination) => All.First(w => w.Takes(destination));
}
