using TeamsWorkflows.Diagnostics;

namespace TeamsWorkflows.Tests.Diagnostics;

/// <summary>The three questions, and what each answer changes.</summary>
public sealed class GuidedTestTests
{
    [Fact]
    [Trait("Requirement", "R16")]
    public void There_are_three_questions_in_their_order()
        => Assert.Equal(
            [GuidedQuestionId.IsUnauthorized, GuidedQuestionId.FreshSignInHelps, GuidedQuestionId.OnlyAfterIdleTime], GuidedTest.Questions.Select(q => q.Id));

    [Fact]
    [Trait("Requirement", "R17")]
    public void No_401_makes_expiry_unlikely()
        => Assert.Equal(ExpiryLikelihood.Unlikely, Conclude(Forbidden("The user is not a member of the team."), isUnauthorized: false).Expiry);

    [Fact]
    [Trait("Requirement", "R17")]
    public void The_403_that_means_expired_stays_likely()
        => Assert.Equal(ExpiryLikelihood.Likely, Conclude(Forbidden("No authorization information present on the request."), isUnauthorized: false).Expiry);

    [Fact]
    [Trait("Requirement", "R18")]
    [Trait("Requirement", "R9")]
    public void A_fresh_sign_in_that_helps_speaks_for_the_renewal_and_against_the_mapping()
    {
        var conclusion = Conclude(Diagnostician.Diagnose(new(FailureSurface.ConnectorMessage, Payloads.Noon) { Status = 401 }), isUnauthorized: true, freshSignInHelps: true);

        Assert.Equal((FailureClasses.RefreshBroken, FailureNature.IntegrationDefect), (conclusion.Class, conclusion.Nature));
        Assert.Contains(conclusion.Because, b => b.Contains("not the mapping", StringComparison.Ordinal));
    }

    [Fact]
    [Trait("Requirement", "R19")]
    public void Failing_after_idle_time_speaks_for_tokens_that_are_not_renewed()
    {
        var conclusion = Conclude(Diagnostician.Diagnose(new(FailureSurface.ConnectorMessage, Payloads.Noon) { Status = 401 }), onlyAfterIdleTime: true);

        Assert.Equal((FailureClasses.AccessTokenExpired, ExpiryLikelihood.Likely), (conclusion.Class, conclusion.Expiry));
    }

    [Fact]
    [Trait("Requirement", "R98")]
    public void A_policy_is_a_security_control_and_a_wrong_audience_a_defect()
    {
        var policy = Diagnostician.Diagnose(new(FailureSurface.MsalException, Payloads.Noon) { Body = "AADSTS53003: blocked" });
        var audience = Diagnostician.Diagnose(new(FailureSurface.GraphResponse, Payloads.Noon) { Status = 401, Body = "Access token validation failure. Invalid audience." });

        Assert.Equal(FailureNature.SecurityControl, Conclude(policy, isUnauthorized: false).Nature);
        Assert.Equal(FailureNature.IntegrationDefect, Conclude(audience, isUnauthorized: true).Nature);
    }

    [Fact]
    [Trait("Requirement", "R90")]
    public void Advanced_causes_wait_until_the_first_two_questions_are_answered()
    {
        var verdict = Diagnostician.Diagnose(new(FailureSurface.ConnectorMessage, Payloads.Noon) { Status = 401 });

        Assert.Empty(Conclude(verdict, isUnauthorized: true).AdvancedCauses);
        Assert.NotEmpty(Conclude(verdict, isUnauthorized: true, freshSignInHelps: false).AdvancedCauses);
    }

    private static Diagnosis Forbidden(string message) => Diagnostician.Diagnose(new(FailureSurface.GraphResponse, Payloads.Noon)
    {
        Status = 403,
        Body = $$$"""{"error":{"code":"Forbidden","message":"{{{message}}}"}}""",
    });

    private static GuidedConclusion Conclude(
        Diagnosis verdict, bool? isUnauthorized = null, bool? freshSignInHelps = null, bool? onlyAfterIdleTime = null)
        => GuidedTest.Conclude(verdict, new(isUnauthorized, freshSignInHelps, onlyAfterIdleTime, "ada", Payloads.Noon));
}
