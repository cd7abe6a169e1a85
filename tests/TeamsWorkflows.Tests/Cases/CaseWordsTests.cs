using TeamsWorkflows.Cases;
using TeamsWorkflows.Diagnostics;

namespace TeamsWorkflows.Tests.Cases;

/// <summary>What operators are told is about what was found, not about what such a case mostly is.</summary>
public sealed class CaseWordsTests
{
    [Theory]
    [Trait("Requirement", "R85")]
    [Trait("Requirement", "R67")]
    [InlineData(FailureSurface.GraphResponse, 404, """{"error":{"code":"NotFound","message":"Channel not found"}}""", "Destination not found", "tenant, application")]
    [InlineData(FailureSurface.TokenEndpoint, 400, """{"error":"invalid_grant","error_codes":[50057]}""", "Account disabled or gone", "tenant, application")]
    [InlineData(FailureSurface.TokenEndpoint, 401, """{"error":"invalid_client","error_codes":[7000222]}""", "Secret expired", "certificate")]
    [InlineData(FailureSurface.TokenEndpoint, 401, """{"error":"invalid_client","error_codes":[700027]}""", "Certificate not accepted", "client secret,")]
    [InlineData(FailureSurface.GraphResponse, 418, "no idea", "Not understood", "tenant, application")]
    public void A_headline_is_of_the_failure(FailureSurface surface, int status, string body, string headline, string never)
    {
        var verdict = Diagnostician.Diagnose(new(surface, TeamsWorkflows.Tests.Diagnostics.Payloads.Noon) { Status = status, Body = body });

        var (said, step) = CaseWords.For(verdict.Action, verdict, "svc@contoso.example");

        Assert.Equal(headline, said);
        Assert.EndsWith("Then verify.", step, StringComparison.Ordinal);
        Assert.DoesNotContain(never, step, StringComparison.Ordinal);
    }
}
