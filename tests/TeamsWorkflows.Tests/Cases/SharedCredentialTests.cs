using TeamsWorkflows.Cases;
using TeamsWorkflows.Connections;
using TeamsWorkflows.Deliveries;
using TeamsWorkflows.Diagnostics;
using TeamsWorkflows.Tests.Connections;
using TeamsWorkflows.Ways;

namespace TeamsWorkflows.Tests.Cases;

/// <summary>An application that loses its credential stops all its connections behind one case.</summary>
public sealed class SharedCredentialTests
{
    private const string OtherId = "finance-test";

    [Fact]
    [Trait("Requirement", "R26")]
    [Trait("Requirement", "R61")]
    [Trait("Requirement", "B4")]
    public async Task All_connections_of_the_application_stop_and_each_is_proved_before_they_go_on()
    {
        await using var product = await ProductHost.StartAsync();
        var other = RegisterTests.Another(product);
        await product.Connections.ConfigureAsync(other, default);
        await product.SignInAsync(product.Tenant.Service, OtherId);
        product.Tenant.Faults.Apply("secret-expired");
        product.Tenant.ExpireAccessTokens();
        var first = await product.SubmitAsync();
        var found = await product.OpenCaseAsync();

        Assert.Equal([OtherId], found.OtherConnections);
        var stopped = (await product.Connections.FindAsync(OtherId, default))!;
        Assert.Equal((ConnectionState.NeedsAttention, found.Id), (stopped.State, stopped.OpenCaseId));
        var calls = product.TokenCalls;
        var second = await product.SubmitAsync(product.Request("Over the other") with
        {
            Destinations = [new ChannelDestination(OtherId, product.Finance.Id, product.ReportsChannel)],
        });
        Assert.Equal(found.Id, (await product.OpenCaseAsync(parked: 2)).Id);
        Assert.Equal(calls, product.TokenCalls);
        Assert.Single(product.OperatorMails);

        var definition = product.Definition();
        definition.ClientSecret = product.Tenant.RotateSecret(product.Tenant.Connector);
        product.Tenant.Faults.Clear();
        await product.Connections.ConfigureAsync(definition, default);
        Assert.Equal(ResolveResult.Verifying, await product.Cases.ResolveAsync(found.Id, "olivia", "Rotated it for one", default));
        await product.UntilAsync(async () => (await product.Cases.FindAsync(found.Id, default))!.LastVerification is not null);
        Assert.Contains($"{OtherId}: ", (await product.OpenCaseAsync(parked: 2)).LastVerification, StringComparison.Ordinal);

        other.ClientSecret = definition.ClientSecret;
        await product.Connections.ConfigureAsync(other, default);
        Assert.Equal(ResolveResult.Verifying, await product.Cases.ResolveAsync(found.Id, "olivia", "Rotated it for both", default));
        Assert.Equal(DeliveryState.Delivered, (await product.EndOfAsync(first)).State);
        Assert.Equal(DeliveryState.Delivered, (await product.EndOfAsync(second)).State);
        Assert.All(await product.Connections.ListAsync(default), c => Assert.Equal(ConnectionState.Healthy, c.State));
    }

    [Fact]
    [Trait("Requirement", "R62")]
    public async Task One_that_fails_for_another_reason_by_then_gets_a_case_of_its_own()
    {
        await using var product = await ProductHost.StartAsync();
        var other = RegisterTests.Another(product);
        await product.Connections.ConfigureAsync(other, default);
        await product.SignInAsync(product.Tenant.Service, OtherId);
        product.Tenant.Faults.Apply("secret-expired");
        product.Tenant.ExpireAccessTokens();
        await product.SubmitAsync();
        var found = await product.OpenCaseAsync();

        var definition = product.Definition();
        definition.ClientSecret = other.ClientSecret = product.Tenant.RotateSecret(product.Tenant.Connector);
        product.Tenant.Faults.Clear();
        await product.Connections.ConfigureAsync(definition, default);
        await product.Connections.ConfigureAsync(other, default);
        await product.Database.WriteAsync(
            async db => db.TokenCaches.Remove((await db.TokenCaches.FindAsync(OtherId))!), default); // its sign-in is lost meanwhile
        await product.Cases.ResolveAsync(found.Id, "olivia", "Rotated the secret", default);
        await product.UntilAsync(async () => !(await product.Cases.FindAsync(found.Id, default))!.IsOpen);

        var own = await product.OpenCaseAsync(parked: 0);
        Assert.Equal((OtherId, OperatorAction.Reconnect), (own.ConnectionId, own.Cause));
        Assert.Equal(ConnectionState.Healthy, (await product.Connections.FindAsync(ProductHost.ConnectionId, default))!.State);
        Assert.Equal(ConnectionState.NeedsAttention, (await product.Connections.FindAsync(OtherId, default))!.State);
    }
}
