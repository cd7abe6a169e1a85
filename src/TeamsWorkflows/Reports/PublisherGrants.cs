using TeamsWorkflows.Ways;

namespace TeamsWorkflows.Reports;

/// <summary>Holds the destinations of a report against what its publisher may post to.</summary>
internal static class PublisherGrants
{
    private const string AnyConnection = "*";

    /// <summary>Names each destination that is not granted.</summary>
    public static void Validate(string publisher, IReadOnlyList<Destination?>? destinations, GrantOptions options, ReportErrors errors)
    {
        if (options.Entries.Count == 0)
        {
            return;
        }

        var own = options.Entries.Values.Where(g => string.Equals(g.Publisher, publisher, StringComparison.OrdinalIgnoreCase)).ToArray();
        for (var i = 0; i < destinations?.Count; i++)
        {
            if (destinations[i] is { } destination && !Array.Exists(own, g => Covers(g, destination)))
            {
                errors.Add(
                    $"destinations[{i}]",
                    "It is not granted to you. Have an administrator add it to the section Grants, or leave the destination out.");
            }
        }
    }

    private static bool Covers(Grant grant, Destination destination) => destination.ConnectionName is not { } connection
        ? grant.Addresses
        : (grant.Connection == AnyConnection || grant.Connection == connection)
            && (grant.Channels.Count == 0 || Places(destination).Any(p => grant.Channels.Contains(p, StringComparer.Ordinal)));

    // What a destination that a grant with channels names has to be known by; others, such as mail, have no such place.
    private static IEnumerable<string> Places(Destination destination) => destination switch
    {
        ChannelDestination channel => new[] { channel.TeamId, channel.ChannelId }.OfType<string>(),
        FileDestination file => new[] { file.TeamId, file.ChannelId }.OfType<string>(),
        ChatDestination chat => new[] { chat.ChatId }.OfType<string>(),
        _ => [],
    };
}
