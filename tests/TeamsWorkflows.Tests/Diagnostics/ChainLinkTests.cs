using Microsoft.EntityFrameworkCore;
using TeamsWorkflows.Connections;
using TeamsWorkflows.Diagnostics;

namespace TeamsWorkflows.Tests.Diagnostics;

/// <summary>A failure is attributed to the link that broke: issue, acquire, store, attach.</summary>
public sealed class ChainLinkTests
{
    [Theory]
    [Trait("Requirement", "R57")]
    [InlineData("token-endpoint-503", ChainLink.Issue)]
    [InlineData("consent-revoked", ChainLink.Issue)]
    [InlineData("secret-expired", ChainLink.Acquire)]
    [InlineData("refresh-revoked", ChainLink.Acquire)]
    [InlineData("the cache is lost", ChainLink.Store)]
    public async Task What_keeps_a_connection_from_its_token_has_a_link(string scenario, ChainLink link)
    {
        await using var product = await ProductHost.StartAsync();
        if (scenario == "the cache is lost")
        {
            await product.Database.WriteAsync(db => db.TokenCaches.ExecuteDeleteAsync(), default);
        }
        else
        {
            product.Tenant.Faults.Apply(scenario);
        }

        var connection = await product.Database.ReadAsync(db => db.Connections.SingleAsync(), default);
        var refused = Assert.IsType<TokenResult.Refused>(await product.Get<TokenSource>().AcquireAsync(connection, new(BypassCache: true), default));

        Assert.Equal(link, Diagnostician.Diagnose(refused.Evidence).Link);
    }

    [Theory]
    [Trait("Requirement", "R57")]
    [InlineData(FailureSurface.GraphResponse, 401, """{"error":{"code":"InvalidAuthenticationToken","message":"Access token is empty."}}""", null, ChainLink.Attach)]
    [InlineData(FailureSurface.GraphResponse, 401, """{"error":{"code":"InvalidAuthenticationToken","message":"Lifetime validation failed, the token is expired."}}""", TokenAcquisition.FromCache, ChainLink.Store)]
    [InlineData(FailureSurface.GraphResponse, 401, """{"error":{"code":"InvalidAuthenticationToken","message":"Lifetime validation failed, the token is expired."}}""", TokenAcquisition.Renewed, ChainLink.Attach)]
    [InlineData(FailureSurface.GraphResponse, 401, """{"error":{"code":"InvalidAuthenticationToken","message":"Invalid audience."}}""", null, ChainLink.Acquire)]
    [InlineData(FailureSurface.GraphResponse, 429, """{"error":{"code":"TooManyRequests"}}""", null, null)]
    [InlineData(FailureSurface.GraphResponse, 413, """{"error":{"code":"RequestEntityTooLarge"}}""", null, null)]
    [InlineData(FailureSurface.TokenEndpoint, 503, "", null, ChainLink.Issue)]
    public void What_a_call_is_refused_for_has_a_link_if_it_is_the_token(
        FailureSurface surface, int status, string body, TokenAcquisition? acquisition, ChainLink? link)
        => Assert.Equal(
            link,
            Diagnostician.Diagnose(new(surface, Payloads.Noon) { Status = status, Body = body, Acquisition = acquisition }).Link);
}
