using TeamsWorkflows.Diagnostics;

namespace TeamsWorkflows.Tests.Diagnostics;

/// <summary>Failures that look like expiry and are not, and the reverse.</summary>
public sealed class LookalikeTests
{
    [Theory]
    [Trait("Requirement", "R72")]
    [Trait("Requirement", "R73")]
    [InlineData("Your access token has expired")]
    [InlineData("{\"error\":{\"code\":\"InvalidAuthenticationToken\",\"message\":\"Lifetime validation failed, the token is expired.\"}}")]
    [InlineData("AADSTS50173: The provided grant has expired")]
    public void A_429_is_throttling_and_what_else_it_says_comes_second(string body)
    {
        var diagnosis = Graph(429, body);

        Assert.Equal((FailureClasses.Throttled, OperatorAction.WaitAndRetry), (diagnosis.Class, diagnosis.Action));
        Assert.NotNull(diagnosis.Secondary);
    }

    [Theory]
    [Trait("Requirement", "R75")]
    [InlineData(FailureSurface.ConnectorMessage, null, "microsoft teams webhook 403 forbidden")]
    [InlineData(FailureSurface.WebhookResponse, 403, "Forbidden")]
    [InlineData(FailureSurface.WebhookResponse, 200, "Webhook message delivery failed with error: Microsoft Teams endpoint returned HTTP error 403 with ContextId x")]
    public void A_webhooks_403_is_a_policy(FailureSurface surface, int? status, string body)
        => Assert.Equal(FailureClasses.WebhookPolicyBlock, Diagnose(surface, status, body).Class);

    [Fact]
    [Trait("Requirement", "R76")]
    public void A_failed_field_mapping_is_the_payload()
        => Assert.Equal(
            (FailureClasses.PayloadInvalid, OperatorAction.FixPayload),
            Pair(Diagnose(FailureSurface.ConnectorMessage, null, "microsoft teams field mapping failed")));

    [Theory]
    [Trait("Requirement", "R47")]
    [InlineData("invalid_grant", FailureClasses.RefreshBroken, OperatorAction.Reconnect)]
    [InlineData("interaction_required", FailureClasses.RefreshBroken, OperatorAction.Reconnect)]
    [InlineData("consent_required", FailureClasses.ConsentPermissionMissing, OperatorAction.GrantAdminConsent)]
    [InlineData("invalid_client", FailureClasses.ClientCredential, OperatorAction.RotateCredential)]
    public void Errors_of_the_authority_are_never_plain_expiry(string error, string failureClass, OperatorAction action)
        => Assert.Equal(
            (failureClass, action),
            Pair(Diagnose(FailureSurface.TokenEndpoint, 400, $$"""{"error":"{{error}}","error_description":"The token has expired, in some language."}""")));

    [Fact]
    [Trait("Requirement", "R47")]
    public void Errors_of_the_authority_have_outcomes_of_their_own()
    {
        string[] errors = ["invalid_grant", "interaction_required", "consent_required"];
        var outcomes = errors.Select(e => Diagnose(FailureSurface.TokenEndpoint, 400, $$"""{"error":"{{e}}"}""")).ToArray();

        Assert.Equal(errors.Length, outcomes.Select(static o => (o.Class, o.Subclass)).Distinct().Count());
        Assert.Equal(errors.Length, outcomes.Select(static o => o.Runbook).Distinct().Count());
    }

    [Theory]
    [Trait("Requirement", "R21")]
    [InlineData(FailureSurface.GraphResponse, 401, """{"error":{"code":"InvalidAuthenticationToken","message":"Access token validation failure."}}""")]
    [InlineData(FailureSurface.ConnectorMessage, null, """Action 'Post_message' failed: your token has expired. {"error":{"code":"InvalidAuthenticationToken","message":"Access token validation failure."}}""")]
    public void Graphs_own_code_is_kept_apart_from_what_people_are_told(FailureSurface surface, int? status, string body)
    {
        var verdict = Diagnose(surface, status, body);

        Assert.Equal("InvalidAuthenticationToken", verdict.Code, ignoreCase: true);
        Assert.DoesNotContain("Post_message", verdict.Summary, StringComparison.Ordinal);
        Assert.DoesNotContain("validation failure", verdict.Summary, StringComparison.Ordinal);
    }

    [Theory]
    [Trait("Requirement", "R6")]
    [InlineData("authorization_pending")]
    [InlineData("slow_down")]
    public void A_sign_in_that_somebody_has_still_to_finish_asks_for_no_other_one(string error)
    {
        var diagnosis = Diagnose(FailureSurface.TokenEndpoint, 400, $$"""{"error":"{{error}}","error_description":"AADSTS70016: in some language","error_codes":[70016]}""");

        Assert.Equal((OperatorAction.WaitAndRetry, RetryAdvice.Backoff), (diagnosis.Action, diagnosis.Retry));
        Assert.Equal("AADSTS70016", diagnosis.Code);
    }

    [Theory]
    [Trait("Requirement", "R6")]
    [InlineData("Polling: authorization_pending, authorization_pending; then AADSTS70020: expired_token", "refresh-broken")]
    [InlineData("Polling: authorization_pending, slow_down; then error: expired_token", null)]
    [InlineData("Polling: authorization_pending; then error: authorization_declined", null)]
    [InlineData("Polling: authorization_pending; then error: bad_verification_code", null)]
    [InlineData("After authorization_pending: AADSTS65004: the user declined to consent", "consent-permission-missing")]
    [InlineData("After authorization_pending: AADSTS53003: access has been blocked by Conditional Access policies", "refresh-broken")]
    public void A_sign_in_that_was_pending_and_then_ended_is_not_waited_for(string log, string? failureClass)
        => Assert.All([FailureSurface.TokenEndpoint, FailureSurface.MsalException, FailureSurface.ConnectorMessage], surface =>
        {
            var diagnosis = Diagnose(surface, null, log);

            Assert.NotEqual("sign-in-pending", diagnosis.Subclass);
            Assert.Equal(failureClass ?? diagnosis.Class, diagnosis.Class);
        });

    [Theory]
    [InlineData(FailureSurface.TokenEndpoint, 403, "<html><title>Blocked</title><p>The web filter of Fabrikam has denied access: category file sharing.</p></html>")]
    [InlineData(FailureSurface.GraphResponse, 403, "<html><title>Access denied</title><p>Your request was blocked by Netskope.</p></html>")]
    [InlineData(FailureSurface.GraphResponse, 403, """{"error":{"message":"<html><title>Access denied</title><p>Your request was blocked by Netskope.</p></html>"}}""")]
    [InlineData(FailureSurface.TokenEndpoint, 403, "Blocked by the web proxy of Fabrikam: access denied.")]
    [InlineData(FailureSurface.GraphResponse, 200, "<html><title>Welcome</title><p>Guest network: accept the terms to go on.</p></html>")]
    public void A_page_of_something_on_the_way_is_no_answer_of_the_service(FailureSurface surface, int status, string body)
        => Assert.Equal((FailureClasses.TransportFailure, OperatorAction.FixConfiguration), Pair(Diagnose(surface, status, body)));

    [Theory]
    [Trait("Requirement", "R62")]
    [InlineData(FailureSurface.GraphResponse, """{"error":{"code":"Forbidden","message":"The user is not a member of the team 'NAME'."}}""", FailureClasses.MembershipMissing)]
    [InlineData(FailureSurface.GraphResponse, """{"error":{"code":"Forbidden","message":"The post to NAME is blocked by a policy: DlpBlocked."}}""", null)]
    [InlineData(FailureSurface.GraphResponse, "\uFEFF\n{\"error\":{\"code\":\"AccessDenied\",\"message\":\"Access denied to NAME.\"}}", null)]
    [InlineData(FailureSurface.TokenEndpoint, """{"error_description":"The application NAME is blocked by a policy."}""", null)]
    [InlineData(FailureSurface.WebhookResponse, """{"error":{"code":"Forbidden","message":"The flow of NAME is not allowed to be run."}}""", null)]
    [InlineData(FailureSurface.ConnectorMessage, """Post failed with 403: {"error":{"code":"Forbidden","message":"The channel NAME is not allowed to this user."}}""", null)]
    [InlineData(FailureSurface.GraphResponse, "<html><p>{&quot;error&quot;:{&quot;code&quot;:&quot;Forbidden&quot;,&quot;message&quot;:&quot;Not allowed in NAME.&quot;}}</p></html>", null)]
    [InlineData(FailureSurface.MsalException, "Code: Forbidden Message: not allowed in NAME", null)]
    public void A_team_that_is_called_like_a_filter_makes_no_filter_of_the_services_own_answer(FailureSurface surface, string body, string? failureClass)
        => Assert.All(["Web Security", "Internet Security", "Sophos", "Barracuda", "Cloudflare", "Akamai", "Netskope", "Guest network"], name =>
        {
            var diagnosis = Diagnose(surface, 403, body.Replace("NAME", name, StringComparison.Ordinal));

            Assert.DoesNotContain(diagnosis.Trace!.Steps, static s => s.Rule is "transport.filter-page" or "transport.gateway-403");
            Assert.Equal(failureClass ?? diagnosis.Class, diagnosis.Class);
        });

    [Theory]
    [Trait("Requirement", "B2")]
    [InlineData("consent_required", 50076, FailureClasses.ConsentPermissionMissing)]
    [InlineData("user_password_expired", 53003, FailureClasses.RefreshBroken)]
    public void The_suberror_decides_over_the_number(string suberror, int number, string failureClass)
    {
        var diagnosis = Diagnose(
            FailureSurface.TokenEndpoint, 400, $$"""{"error":"invalid_grant","suberror":"{{suberror}}","error_codes":[{{number}}],"error_description":"x"}""");

        Assert.Equal(failureClass, diagnosis.Class);
        Assert.StartsWith("suberror.", diagnosis.Rule, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("AADSTS70002: Error validating credentials. AADSTS50126: Invalid username or password", "AADSTS50126")]
    [InlineData("AADSTS70002: Error validating credentials.", "AADSTS70002")]
    public void A_number_that_only_introduces_another_does_not_decide(string body, string code)
        => Assert.Equal(code, Diagnose(FailureSurface.MsalException, null, body).Code);

    [Fact]
    [Trait("Requirement", "R74")]
    public void Throttling_without_a_time_to_wait_means_a_growing_delay()
        => Assert.Equal(RetryAdvice.Backoff, Graph(429, "").Retry);

    [Theory]
    [Trait("Requirement", "R52")]
    [InlineData(401, "Message POST is allowed in application-only context only for import purposes.")]
    [InlineData(401, "Requested API is not supported in application-only context")]
    [InlineData(400, "/me request is only valid with delegated authentication flow.")]
    public void What_cannot_work_as_designed_is_never_repeated(int status, string message)
        => Assert.Equal(RetryAdvice.Never, Graph(status, $$$"""{"error":{"code":"Unauthorized","message":"{{{message}}}"}}""").Retry);

    [Theory]
    [Trait("Requirement", "R25")]
    [Trait("Requirement", "R91")]
    [InlineData("TokenIssuedBeforeRevocationTimestamp", OperatorAction.Reconnect)]
    [InlineData("TokenCreatedWithOutdatedPolicies", OperatorAction.Reconnect)]
    [InlineData("LocationConditionEvaluationSatisfied", OperatorAction.ChangePolicy)]
    public void A_challenge_tells_a_revoked_session_from_a_place(string code, OperatorAction action)
    {
        var diagnosis = Graph(401, $"Continuous access evaluation resulted in challenge with result: InteractionRequired and code: {code}");

        Assert.Equal((FailureClasses.RefreshBroken, "cae-challenge", action), (diagnosis.Class, diagnosis.Subclass, diagnosis.Action));
    }

    [Fact]
    [Trait("Requirement", "R7")]
    [Trait("Requirement", "R62")]
    public void What_says_nothing_is_unknown_and_says_so()
    {
        var diagnosis = Diagnose(FailureSurface.ConnectorMessage, null, "Lorem ipsum dolor sit amet");

        Assert.Equal((FailureClasses.Unknown, FailureLayer.Unknown, "low"), (diagnosis.Class, diagnosis.Layer, diagnosis.ConfidenceLevel));
    }

    [Fact]
    [Trait("Requirement", "R3")]
    public void A_success_is_not_taken_for_a_failure()
        => Assert.Equal("no-failure-seen", Diagnose(FailureSurface.WebhookResponse, 202, "1").Subclass);

    private static (string Class, OperatorAction Action) Pair(Diagnosis diagnosis) => (diagnosis.Class, diagnosis.Action);

    private static Diagnosis Graph(int status, string body) => Diagnose(FailureSurface.GraphResponse, status, body);

    private static Diagnosis Diagnose(FailureSurface surface, int? status, string body)
        => Diagnostician.Diagnose(new(surface, Payloads.Noon) { Status = status, Body = body });
}
