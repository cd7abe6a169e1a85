using TeamsWorkflows.Deliveries;
using TeamsWorkflows.Sandbox;

namespace TeamsWorkflows.Tests.Deliveries;

/// <summary>An authority that asks to wait is waited for in durable timers, and MSAL's own refusals meanwhile are understood.</summary>
public sealed class TokenThrottlingTests
{
    [Fact]
    [Trait("Requirement", "R72")]
    [Trait("Requirement", "R74")]
    [Trait("Requirement", "R83")]
    public async Task The_authority_is_not_asked_again_before_its_time_and_nobody_is_asked_to_reconnect()
    {
        await using var product = await ProductHost.StartAsync();
        product.Tenant.Faults.Apply("token-endpoint-429", new() { Delay = 2, Count = 1 });
        product.Tenant.ExpireAccessTokens();
        var before = product.TokenCalls;

        var report = await product.SubmitAsync();
        await product.UntilAsync(() => product.TokenCalls > before);
        await Task.Delay(TimeSpan.FromSeconds(2.1)); // MSAL keeps the pause, too, by the machine's clock and not by ours
        var delivery = await product.EndOfAsync(report);

        var asked = product.Tenant.Requests.Where(r => r.Surface == SandboxSurfaces.Token).Skip(before).ToArray();
        Assert.Equal(DeliveryState.Delivered, delivery.State);
        Assert.Equal([429, 200], asked.Select(r => r.Status));
        Assert.True(asked[1].Time - asked[0].Time >= TimeSpan.FromSeconds(2));
        Assert.Empty(product.OperatorMails);
        Assert.Single(product.Messages);
    }
}
