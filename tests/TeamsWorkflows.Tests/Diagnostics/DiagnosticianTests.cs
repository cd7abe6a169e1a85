using CsCheck;
using TeamsWorkflows.Diagnostics;

namespace TeamsWorkflows.Tests.Diagnostics;

/// <summary>The first rules: which failure it is, and that no wrong one is ever taken for expiry.</summary>
public sealed class DiagnosticianTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [Trait("Requirement", "R70")]
    [Trait("Requirement", "R71")]
    [Trait("Requirement", "R6")]
    [InlineData(401, "InvalidAuthenticationToken", "Lifetime validation failed, the token is expired.", FailureClasses.AccessTokenExpired, OperatorAction.Reconnect)]
    [InlineData(401, "InvalidAuthenticationToken", "Access token validation failure. Invalid audience.", FailureClasses.TokenInvalid, OperatorAction.FixConfiguration)]
    [InlineData(401, "Unauthorized", "Message POST is allowed in application-only context only for import purposes.", FailureClasses.ClientConfig, OperatorAction.FixConfiguration)]
    [InlineData(403, "Forbidden", "No authorization information present on the request.", FailureClasses.AccessTokenExpired, OperatorAction.Reconnect)]
    [InlineData(403, "Forbidden", "Missing scope permissions on the request. API requires one of 'ChannelMessage.Send'.", FailureClasses.ConsentPermissionMissing, OperatorAction.GrantAdminConsent)]
    [InlineData(403, "Forbidden", "The user is not a member of the team.", FailureClasses.MembershipMissing, OperatorAction.AddMembership)]
    [InlineData(404, "NotFound", "Failed to execute backend request.", FailureClasses.ResourceNotFound, OperatorAction.FixConfiguration)]
    [InlineData(413, "RequestEntityTooLarge", "too big", FailureClasses.PayloadInvalid, OperatorAction.FixPayload)]
    [InlineData(429, "TooManyRequests", "token expired, says the user interface", FailureClasses.Throttled, OperatorAction.WaitAndRetry)]
    [InlineData(503, "ServiceUnavailable", "busy", FailureClasses.ServiceUnavailable, OperatorAction.WaitAndRetry)]
    public void Graph_answers_are_told_apart(int status, string code, string message, string failureClass, OperatorAction action)
    {
        var diagnosis = Diagnostician.Diagnose(new(FailureSurface.GraphResponse, Noon)
        {
            Status = status,
            Body = $$$"""{"error":{"code":"{{{code}}}","message":"{{{message}}}"}}""",
        });

        Assert.Equal((failureClass, action), (diagnosis.Class, diagnosis.Action));
    }

    [Theory]
    [Trait("Requirement", "R8")]
    [Trait("Requirement", "R9")]
    [Trait("Requirement", "R23")]
    [Trait("Requirement", "R26")]
    [InlineData("invalid_grant", 50173, "", FailureClasses.RefreshBroken, OperatorAction.Reconnect)]
    [InlineData("invalid_grant", 700082, "token_expired", FailureClasses.RefreshBroken, OperatorAction.Reconnect)]
    [InlineData("invalid_grant", 65001, "consent_required", FailureClasses.ConsentPermissionMissing, OperatorAction.GrantAdminConsent)]
    [InlineData("interaction_required", 50076, "basic_action", FailureClasses.RefreshBroken, OperatorAction.Reconnect)]
    [InlineData("invalid_grant", 53003, "message_only", FailureClasses.RefreshBroken, OperatorAction.ChangePolicy)]
    [InlineData("invalid_client", 7000222, "", FailureClasses.ClientCredential, OperatorAction.RotateCredential)]
    [InlineData("invalid_client", 700027, "", FailureClasses.ClientCredential, OperatorAction.RotateCredential)]
    [InlineData("unauthorized_client", 700016, "", FailureClasses.AppMissingOrDisabled, OperatorAction.FixConfiguration)]
    [InlineData("invalid_request", 90002, "", FailureClasses.ClientConfig, OperatorAction.FixConfiguration)]
    [InlineData("temporarily_unavailable", 90033, "", FailureClasses.ServiceUnavailable, OperatorAction.WaitAndRetry)]
    [InlineData("invalid_grant", 99999, "", FailureClasses.RefreshBroken, OperatorAction.Reconnect)]
    public void Refusals_of_tokens_are_told_apart(string error, int code, string suberror, string failureClass, OperatorAction action)
    {
        var diagnosis = Diagnostician.Diagnose(new(FailureSurface.TokenEndpoint, Noon)
        {
            Status = 400,
            Body = $$"""{"error":"{{error}}","error_description":"AADSTS{{code}}: in some language.","error_codes":[{{code}}],"suberror":"{{suberror}}"}""",
        });

        Assert.Equal((failureClass, action), (diagnosis.Class, diagnosis.Action));
    }

    [Fact]
    public void A_claims_challenge_is_read_from_the_header()
    {
        var diagnosis = Diagnostician.Diagnose(new(FailureSurface.GraphResponse, Noon)
        {
            Status = 401,
            Headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase)
            {
                ["www-authenticate"] = "Bearer realm=\"\", error=\"insufficient_claims\", claims=\"eyJhY2Nlc3NfdG9rZW4iOnt9fQ==\"",
            },
        });

        Assert.Equal("{\"access_token\":{}}", diagnosis.Claims);
        Assert.True(diagnosis.MayRenewSilently);
    }

    [Fact]
    [Trait("Requirement", "R22")]
    public void Any_evidence_gives_one_verdict_and_the_same_one_again() => Gen.Select(
        Gen.Enum<FailureSurface>(), Gen.Int[100, 600].Nullable(), Gen.String, Gen.String, Gen.Bool).Sample((surface, status, body, error, isJson) =>
    {
        var evidence = new FailureEvidence(surface, Noon) { Status = status, Error = error, Body = isJson ? "{" + body : body };
        var first = Diagnostician.Diagnose(evidence);
        return first == Diagnostician.Diagnose(evidence) && first.Rule.Length > 0 && (status != 429 || first.Class == FailureClasses.Throttled);
    });

    [Fact]
    [Trait("Requirement", "R21")]
    public void Graphs_error_code_is_kept()
    {
        const string body = """{"error":{"code":"InvalidAuthenticationToken","message":"Lifetime validation failed."}}""";

        Assert.Equal(body, Redaction.Body(body));
    }

    [Theory]
    [Trait("Requirement", "R49")]
    [InlineData("""{"access_token":"eyJ0eXAiOiJKV1QiLCJhbGciOiJSUzI1NiJ9.eyJhdWQiOiJ4In0.c2ln","x":1}""")]
    [InlineData("refresh_token=0.AXoAabcdefghijklmnop&grant_type=refresh_token")]
    [InlineData("Bearer eyJ0eXAiOiJKV1QiLCJhbGciOiJSUzI1NiJ9.eyJhdWQiOiJ4In0")]
    [InlineData("https://x/workflows/1?sig=abcdefghijklmnop0123")]
    [InlineData("https://x/signin/callback?code=0.AXoAabcdefghijklmnop0123&state=1")]
    public void Secrets_are_taken_out_of_evidence(string body)
    {
        var redacted = Redaction.Body(body)!;

        Assert.Contains("[redacted]", redacted, StringComparison.Ordinal);
        Assert.DoesNotContain("eyJ", redacted, StringComparison.Ordinal);
        Assert.DoesNotContain("AXoAabc", redacted, StringComparison.Ordinal);
        Assert.DoesNotContain("abcdefghijklmnop0123", redacted, StringComparison.Ordinal);
    }
}
