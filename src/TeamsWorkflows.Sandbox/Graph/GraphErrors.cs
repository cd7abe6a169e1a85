namespace TeamsWorkflows.Sandbox.Graph;

/// <summary>The refusals that the sandbox gives, in Graph's words.</summary>
internal static class GraphErrors
{
    private const string InvalidToken = "InvalidAuthenticationToken";

    public static GraphError TokenEmpty { get; } = new(401, InvalidToken, "Access token is empty.");

    public static GraphError TokenGarbage { get; } = new(
        401, InvalidToken, "IDX14100: JWT is not well formed, there are no dots (.).");

    public static GraphError TokenForged { get; } = new(
        401, InvalidToken, "Access token validation failure. Invalid signature.");

    public static GraphError TokenExpired { get; } = new(
        401, InvalidToken, "Lifetime validation failed, the token is expired.");

    public static GraphError TokenNotYetValid { get; } = new(
        401, InvalidToken, "Access token has expired or is not yet valid.");

    public static GraphError InvalidAudience { get; } = new(
        401, InvalidToken, "Access token validation failure. Invalid audience.");

    public static GraphError InvalidIssuer { get; } = new(
        401, InvalidToken, "Access token validation failure. Invalid issuer.");

    public static GraphError ImportOnly { get; } = new(
        401,
        "Unauthorized",
        "Message POST is allowed in application-only context only for import purposes. Refer to "
        + "https://docs.microsoft.com/microsoftteams/platform/graph-api/import-messages/import-external-messages-to-teams "
        + "for more details.");

    public static GraphError UserContextNeeded { get; } = new(
        400, "BadRequest", "/me request is only valid with delegated authentication flow.");

    public static GraphError NotAMember { get; } = new(
        403, "Forbidden", "Failed to execute Skype backend request GetThreadS2SRequest.");

    public static GraphError NotTheSender { get; } = new(
        403, "Forbidden", "InsufficientPrivileges: only the sender of a message may change it.");

    public static GraphError PolicyViolationOnly { get; } = new(
        403, "Forbidden", "Only the policyViolation property can be updated in application-only context.");

    public static GraphError ExpiredAs403 { get; } = new(
        403, "Forbidden", "No authorization information present on the request.");

    public static GraphError ThreadNotFound { get; } = new(
        404, "NotFound", "Failed to execute Skype backend request GetThreadS2SRequest.");

    public static GraphError TooLarge { get; } = new(
        413, "RequestEntityTooLarge", "Request Entity Too Large. The message exceeds the maximum size allowed.");

    public static GraphError Throttled { get; } = new(
        429, "TooManyRequests", "Application is over its request limit for this resource. Retry later.");

    public static GraphError Unavailable { get; } = new(
        503, "ServiceUnavailable", "The service is temporarily unavailable. Retry later, on a new connection.");

    public static GraphError GatewayTimeout { get; } = new(504, "UnknownError", "");

    public static GraphError BadRequest(string message) => new(400, "BadRequest", message);

    public static GraphError Conflict(string message) => new(409, "Conflict", message);

    public static GraphError NotFound(string what) => new(404, "NotFound", $"{what} could not be found.");

    public static GraphError DirectoryNotFound(string id) => new(
        404,
        "Request_ResourceNotFound",
        $"Resource '{id}' does not exist or one of its queried reference-property objects are not present.");

    public static GraphError Denied { get; } = new(
        403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation.");

    public static GraphError MailboxDenied { get; } = new(
        403, "ErrorAccessDenied", "Access is denied. Check credentials and try again.");

    public static GraphError MissingScope(IEnumerable<string> needed, IEnumerable<string> present) => new(
        403,
        "Forbidden",
        $"Missing scope permissions on the request. API requires one of '{string.Join(", ", needed)}'. "
        + $"Scopes on the request '{string.Join(", ", present)}'");

    public static GraphError MissingRole(IEnumerable<string> needed, IEnumerable<string> present) => new(
        403,
        "Forbidden",
        $"Missing role permissions on the request. API requires one of '{string.Join(", ", needed)}'. "
        + $"Roles on the request '{string.Join(", ", present)}'.");

    public static GraphError SessionRevoked(string claims) => new(
        401,
        InvalidToken,
        "Continuous access evaluation resulted in challenge with result: InteractionRequired and code: TokenIssuedBeforeRevocationTimestamp")
    {
        Claims = claims,
    };
}
