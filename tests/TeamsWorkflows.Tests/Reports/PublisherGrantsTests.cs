using TeamsWorkflows.Reports;
using TeamsWorkflows.Ways;

namespace TeamsWorkflows.Tests.Reports;

/// <summary>Which destinations a grant covers.</summary>
public sealed class PublisherGrantsTests
{
    private const string Own = "7c1f";

    private static readonly ChannelDestination Channel = new("finance", "team-1", "channel-1");

    [Fact]
    public void Without_grants_everything_is_open() => Assert.Empty(Refused([Channel, new SlackDestination("https://hooks.example/x")]));

    [Fact]
    public void From_the_first_grant_on_only_what_is_granted_is_open()
    {
        Assert.Equal(["destinations[0]"], Refused([Channel], new Grant { Publisher = "another", Connection = "*" }));
        Assert.Empty(Refused([Channel], new Grant { Publisher = Own.ToUpperInvariant(), Connection = "finance" }));
        Assert.Empty(Refused([Channel], new Grant { Publisher = Own, Connection = "*" }));
        Assert.Equal(["destinations[0]"], Refused([Channel], new Grant { Publisher = Own, Connection = "sales" }));
    }

    [Fact]
    public void A_grant_with_channels_covers_those_and_their_teams()
    {
        var grant = new Grant { Publisher = Own, Connection = "finance", Channels = ["channel-1", "team-2", "chat-1"] };
        Destination[] all =
        [
            Channel, new ChannelDestination("finance", "team-1", "channel-2"), new ChannelDestination("finance", "team-2", null, "Any name"),
            new FileDestination("finance", "team-1", "channel-1"), new ChatDestination("finance", "chat-1"), new ChatDestination("finance", "chat-2"),
            new EmailDestination(["a@contoso.example"], Connection: "finance"),
        ];
        Assert.Equal(["destinations[1]", "destinations[5]", "destinations[6]"], Refused(all, grant));
    }

    [Fact]
    public void Addresses_that_need_no_connection_are_granted_apart()
    {
        Destination[] address = [new SlackDestination("https://hooks.example/x")];
        Assert.Equal(["destinations[0]"], Refused(address, new Grant { Publisher = Own, Connection = "*" }));
        Assert.Empty(Refused(address, new Grant { Publisher = Own, Addresses = true }));
        Assert.Equal(["destinations[0]"], Refused([Channel], new Grant { Publisher = Own, Addresses = true }));
    }

    [Fact]
    public void A_grant_that_grants_nothing_is_refused_at_the_start()
    {
        var options = new GrantOptions();
        options.Entries["a"] = new Grant { Publisher = Own };
        options.Entries["b"] = new Grant { Connection = "*" };
        var failures = new ValidateGrantOptions().Validate(null, options).Failures!.ToArray();
        Assert.Equal(2, failures.Length);
        Assert.Contains(failures, static f => f.StartsWith("Grants:a:", StringComparison.Ordinal));
    }

    private static IEnumerable<string> Refused(Destination[] destinations, params Grant[] grants)
    {
        var options = new GrantOptions();
        for (var i = 0; i < grants.Length; i++)
        {
            options.Entries[$"{i}"] = grants[i];
        }

        var errors = new ReportErrors();
        PublisherGrants.Validate(Own, destinations, options, errors);
        return errors.ByField().Keys;
    }
}
