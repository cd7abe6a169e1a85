using System.Text.Json;
using TeamsWorkflows.Diagnostics;
using static TeamsWorkflows.Diagnostics.FailureClasses;

namespace TeamsWorkflows.Tests.Diagnostics;

/// <summary>Every answer of Graph in the fact sheet, with the class it stands for.</summary>
public sealed class GraphAnswerTests
{
    [Theory]
    [Trait("Requirement", "R21")]
    [Trait("Requirement", "R70")]
    [Trait("Requirement", "R71")]
    [Trait("Requirement", "R72")]
    [InlineData(401, "InvalidAuthenticationToken", "Lifetime validation failed, the token is expired.", AccessTokenExpired)]
    [InlineData(401, "InvalidAuthenticationToken", "Access token has expired or is not yet valid.", AccessTokenExpired)]
    [InlineData(401, "InvalidAuthenticationToken", "Access token validation failure. Invalid audience.", TokenInvalid)]
    [InlineData(401, "InvalidAuthenticationToken", "CompactToken parsing failed with error code: 80049217", TokenInvalid)]
    [InlineData(401, "InvalidAuthenticationToken", "Access token is empty.", TokenInvalid)]
    [InlineData(401, "InvalidAuthenticationToken", "IDX14100: JWT is not well formed, there are no dots (.).", TokenInvalid)]
    [InlineData(401, "InvalidAuthenticationToken", "Continuous access evaluation resulted in challenge with code: TokenIssuedBeforeRevocationTimestamp", RefreshBroken)]
    [InlineData(401, "Unauthorized", "Message POST is allowed in application-only context only for import purposes.", ClientConfig)]
    [InlineData(401, "Unauthorized", "Unauthorized", TokenInvalid)]
    [InlineData(403, "Forbidden", "Missing scope permissions on the request. API requires one of 'ChannelMessage.Send'.", ConsentPermissionMissing)]
    [InlineData(403, "Forbidden", "Missing role permissions on the request. API requires one of 'ChannelMessage.Read.All'.", ConsentPermissionMissing)]
    [InlineData(403, "Forbidden", "The user is not a member of the team.", MembershipMissing)]
    [InlineData(403, "AccessDenied", "Failed to execute Skype backend request GetThreadRosterS2SRequest.", MembershipMissing)]
    [InlineData(403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation.", ConsentPermissionMissing)]
    [InlineData(403, "ErrorAccessDenied", "Access to OData is disabled.", ConsentPermissionMissing)]
    [InlineData(403, "UnknownError", "", MembershipMissing)]
    [InlineData(400, "BadRequest", "Invalid card.", PayloadInvalid)]
    [InlineData(400, "invalidRequest", "", PayloadInvalid)]
    [InlineData(402, "PaymentRequired", "", LicenceMissing)]
    [InlineData(404, "NotFound", "Failed to execute Skype backend request GetThreadS2SRequest.", ResourceNotFound)]
    [InlineData(404, "ItemNotFound", "", ResourceNotFound)]
    [InlineData(409, "nameAlreadyExists", "", PayloadInvalid)]
    [InlineData(412, "PreconditionFailed", "", ServiceUnavailable)]
    [InlineData(413, "RequestEntityTooLarge", "", PayloadInvalid)]
    [InlineData(415, "UnsupportedMediaType", "A type that matches could not be found.", PayloadInvalid)]
    [InlineData(422, "UnprocessableEntity", "", PayloadInvalid)]
    [InlineData(423, "Locked", "", ServiceUnavailable)]
    [InlineData(429, "TooManyRequests", "", Throttled)]
    [InlineData(429, "activityLimitReached", "The token is expired.", Throttled)]
    [InlineData(429, "throttledRequest", "", Throttled)]
    [InlineData(500, "InternalServerError", "", ServiceUnavailable)]
    [InlineData(500, "generalException", "", ServiceUnavailable)]
    [InlineData(502, "BadGateway", "Failed to execute backend request.", ServiceUnavailable)]
    [InlineData(502, "Proxy_InternalServerError", "Failure in forwarding request.", ServiceUnavailable)]
    [InlineData(503, "serviceNotAvailable", "", ServiceUnavailable)]
    [InlineData(504, "GatewayTimeout", "", ServiceUnavailable)]
    [InlineData(504, "UnknownError", "", ServiceUnavailable)]
    [InlineData(507, "insufficientStorage", "", ClientConfig)]
    [InlineData(509, "bandwidthLimitExceeded", "", Throttled)]
    public void An_answer_is_what_the_fact_sheet_says(int status, string code, string message, string failureClass)
    {
        var body = JsonSerializer.Serialize(new { error = new { code, message, innerError = new Dictionary<string, string> { ["request-id"] = "00000000-0000-0000-0000-000000000000" } } });
        var evidence = new FailureEvidence(FailureSurface.GraphResponse, Payloads.Noon) { Status = status, Body = body };

        Assert.Equal(failureClass, Diagnostician.Diagnose(evidence).Class);
    }

    [Theory]
    [Trait("Requirement", "R21")]
    [InlineData("""{"error":{"code":502,"message":"BadGateway","innerError":{"status":403,"message":"Missing scope permissions on the request."}}}""", ConsentPermissionMissing)]
    [InlineData("""{"error":{"code":502,"message":"BadGateway","innerError":{"statusCode":429,"message":"slow down"}}}""", Throttled)]
    [InlineData("""{"error":{"code":502,"message":"BadGateway","innerError":{"status":502,"message":"Failed to execute backend request."}}}""", ServiceUnavailable)]
    public void A_refusal_inside_the_gateway_error_of_a_tool_decides(string body, string failureClass)
        => Assert.Equal(failureClass, Diagnostician.Diagnose(new(FailureSurface.ConnectorMessage, Payloads.Noon) { Status = 502, Body = body }).Class);

    [Theory]
    [InlineData("アクセス トークンの有効期限が切れています。")]
    [InlineData("访问令牌已过期，请重新登录。")]
    public void A_phrase_of_a_script_without_blanks_is_found_inside_a_sentence(string text)
        => Assert.Equal(AccessTokenExpired, Diagnostician.Diagnose(new(FailureSurface.ConnectorMessage, Payloads.Noon) { Body = text }).Class);
}
