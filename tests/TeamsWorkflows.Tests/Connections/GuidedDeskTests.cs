using TeamsWorkflows.Cases;
using TeamsWorkflows.Diagnostics;

namespace TeamsWorkflows.Tests.Connections;

/// <summary>The three questions on a case of the sandbox, with answers that are kept.</summary>
public sealed class GuidedDeskTests
{
    [Fact]
    [Trait("Requirement", "R16")]
    [Trait("Requirement", "R18")]
    public async Task Answers_are_kept_round_by_round_and_lead_to_a_conclusion()
    {
        await using var product = await ProductHost.StartAsync();
        product.Tenant.Faults.Apply("refresh-revoked");
        product.Tenant.ExpireAccessTokens();
        await product.SubmitAsync();
        var (desk, caseId) = (product.Get<GuidedDesk>(), (await product.OpenCaseAsync()).Id);

        var empty = (await desk.ReadAsync(caseId, default))!;
        Assert.Equal((GuidedQuestionId.IsUnauthorized, null), (empty.Next, empty.Conclusion));
        var first = (await desk.AnswerAsync(caseId, true, null, null, "olivia", default))!;
        Assert.Equal(GuidedQuestionId.FreshSignInHelps, first.Next);
        var second = (await desk.AnswerAsync(caseId, true, true, false, "adam", default))!;

        Assert.Null(second.Next);
        Assert.Equal(["adam", "olivia"], second.Rounds.Select(r => r.By));
        Assert.Equal(FailureClasses.RefreshBroken, second.Conclusion!.Class);
        Assert.Null(await desk.AnswerAsync("nobody", true, null, null, "olivia", default));
    }

    [Fact]
    [Trait("Requirement", "R77")]
    public async Task Cases_are_found_by_their_labels()
    {
        await using var product = await ProductHost.StartAsync();
        product.Tenant.Faults.Apply("consent-revoked");
        product.Tenant.ExpireAccessTokens();
        await product.SubmitAsync();
        var id = (await product.OpenCaseAsync()).Id;

        foreach (var label in new[] { "microsoft teams troubleshooting", FailureClasses.ConsentPermissionMissing, "grant admin consent", ProductHost.ConnectionId })
        {
            Assert.Equal(id, Assert.Single(await product.Cases.PageAsync(isOpen: true, label, skip: 0, pageSize: 5, default)).Id);
            Assert.Empty(await product.Cases.PageAsync(isOpen: true, label, skip: 1, pageSize: 5, default));
        }

        Assert.Empty(await product.Cases.PageAsync(isOpen: true, FailureClasses.Throttled, skip: 0, pageSize: 5, default));
    }

    [Fact]
    [Trait("Requirement", "R17")]
    [Trait("Requirement", "R98")]
    public async Task No_401_makes_expiry_unlikely_on_a_case_about_a_policy()
    {
        await using var product = await ProductHost.StartAsync();
        product.Tenant.Faults.Apply("consent-revoked");
        product.Tenant.ExpireAccessTokens();
        await product.SubmitAsync();
        var caseId = (await product.OpenCaseAsync()).Id;

        var state = (await product.Get<GuidedDesk>().AnswerAsync(caseId, false, false, null, "olivia", default))!;
        Assert.Equal(ExpiryLikelihood.Unlikely, state.Conclusion!.Expiry);
        Assert.NotEmpty(state.Conclusion.AdvancedCauses);
    }
}
