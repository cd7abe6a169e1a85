using Microsoft.Extensions.Configuration;
using TeamsWorkflows.Connections;
using TeamsWorkflows.Server.Hosting;

namespace TeamsWorkflows.Server.Tests;

/// <summary>What the configuration says of connections.</summary>
public sealed class ConfiguredConnectionsTests
{
    [Fact]
    public void Scopes_that_are_given_are_those_and_no_others()
    {
        ConfiguredConnections connections = new();
        ConfiguredConnections.Bind(connections, new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Connections:0:Id"] = "few",
            ["Connections:0:Scopes:0"] = "User.Read",
            ["Connections:1:Id"] = "usual",
            ["Connections:1:ClientSecret"] = "",
        }).Build());

        Assert.Equal(["User.Read"], connections.ByKey["Connections:0"].Scopes);
        Assert.Equal(new ConnectionDefinition().Scopes, connections.ByKey["Connections:1"].Scopes);
        Assert.Null(connections.ByKey["Connections:1"].ClientSecret);
    }
}
