using System.Globalization;
using TeamsWorkflows.Sandbox.Tenants;

namespace TeamsWorkflows.Sandbox.Entra;

/// <summary>The refusals that the sandbox gives, in Entra's words.</summary>
internal static class EntraErrors
{
    private const string InvalidGrant = "invalid_grant";
    private const string InvalidClient = "invalid_client";
    private const string InvalidRequest = "invalid_request";

    public static EntraError UserDisabled { get; } = new(InvalidGrant, 50057, "The user account is disabled.");

    public static EntraError SessionsRevoked { get; } = new(
        InvalidGrant,
        50173,
        "The provided grant has expired due to it being revoked, a fresh auth token is needed. The user might have changed "
        + "or reset their password.")
    {
        SubError = "bad_token",
    };

    public static EntraError InactiveGrant { get; } = new(
        InvalidGrant, 700082, "The refresh token has expired due to inactivity. The token was inactive for 90.00:00:00.")
    {
        SubError = "token_expired",
    };

    public static EntraError SignInFrequency { get; } = new(
        InvalidGrant, 70043, "The refresh token has expired or is invalid due to sign-in frequency checks by conditional access.")
    {
        SubError = "token_expired",
    };

    public static EntraError BadRefreshToken { get; } = new(
        InvalidGrant, 70000, "Provided grant is invalid or malformed.")
    {
        SubError = "bad_token",
    };

    public static EntraError RefreshTokenOfOtherApp { get; } = new(
        InvalidGrant, 70000, "The refresh token was issued to another client.")
    {
        SubError = "bad_token",
    };

    public static EntraError PolicyBlocked { get; } = new(
        InvalidGrant,
        53003,
        "Access has been blocked by Conditional Access policies. The access policy does not allow token issuance.")
    {
        SubError = "message_only",
    };

    public static EntraError SecretExpired { get; } = new(
        InvalidClient,
        7000222,
        "The provided client secret keys for app '{client-id}' are expired. Visit the Azure portal to create new keys for your app.",
        401);

    public static EntraError MissingCredential { get; } = new(
        InvalidClient,
        7000218,
        "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.",
        401);

    public static EntraError AssertionSubject { get; } = new(
        InvalidClient, 700021, "Client assertion application identifier doesn't match 'client_id' parameter.", 401);

    public static EntraError AssertionAudience { get; } = new(
        InvalidClient, 700023, "Client assertion audience claim does not match Realm issuer.", 401);

    public static EntraError AssertionMalformed { get; } = new(
        InvalidClient, 50027, "JWT token is invalid or malformed.", 401);

    public static EntraError CodeRedeemed { get; } = new(
        InvalidGrant, 54005, "OAuth2 Authorization code was already redeemed, please retry with a new valid code or use an existing refresh token.");

    public static EntraError CodeExpired { get; } = new(
        InvalidGrant, 70008, "The provided authorization code or refresh token has expired due to inactivity. Send a new interactive authorization request for this user and resource.");

    public static EntraError CodeMalformed { get; } = new(
        InvalidGrant, 9002313, "Invalid request. Request is malformed or invalid.");

    public static EntraError CodeOfOtherApp { get; } = new(
        InvalidGrant, 700005, "Provided Authorization Code is intended to use against other tenant or application, thus rejected.");

    public static EntraError VerifierMismatch { get; } = new(
        InvalidGrant, 501481, "The Code_Verifier does not match the code_challenge supplied in the authorization request.");

    public static EntraError RedirectMismatch { get; } = new(
        InvalidRequest, 500112, "The reply address does not match the reply address provided when requesting Authorization code.");

    public static EntraError DevicePending { get; } = new(
        "authorization_pending", 70016, "OAuth 2.0 device flow error. Authorization is pending. Continue polling.");

    public static EntraError DeviceDeclined { get; } = new(
        "authorization_declined", 65004, "User declined to consent to access the app.");

    /// <summary>RFC 8628: the device must wait 5 seconds longer from now on.</summary>
    public static EntraError DeviceTooFast { get; } = new(
        "slow_down", 70016, "OAuth 2.0 device flow error. The device polls too often. Continue polling, more slowly.");

    public static EntraError DeviceExpired { get; } = new(
        "expired_token", 70019, "Verification code expired. Have the user retry the sign-in.");

    public static EntraError DeviceUnknown { get; } = new(
        "bad_verification_code", 70018, "The verification code is invalid.");

    public static EntraError Cancelled { get; } = new(
        "access_denied", 65004, "User declined to consent to access the app.");

    public static EntraError NobodySignedIn { get; } = new(
        "login_required", 50058, "A silent sign-in request was sent but no user is signed in.");

    public static EntraError DefaultScopeNeeded { get; } = new(
        "invalid_scope",
        1002012,
        "The provided value for scope is not valid. Client credential flows must have a scope value with /.default suffixed to the resource identifier (application ID URI).");

    public static EntraError Busy { get; } = new(
        "temporarily_unavailable", 90033, "A transient error has occurred. Please try again.", 503);

    public static EntraError TooMany { get; } = new(
        "temporarily_unavailable", 90055, "Too many requests. The server is busy, please try again later.", 429);

    public static EntraError TenantNotFound(string tenant) => new(
        InvalidRequest,
        90002,
        $"Tenant '{tenant}' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud. "
        + "Check with your subscription administrator, this may happen if there are no active subscriptions for the tenant.");

    public static EntraError AppNotFound(string clientId, TenantStore tenant) => new(
        "unauthorized_client",
        700016,
        $"Application with identifier '{clientId}' was not found in the directory '{tenant.Identity.DisplayName}'. This can happen if "
        + "the application has not been installed by the administrator of the tenant or consented to by any user in the tenant. "
        + "You may have sent your authentication request to the wrong tenant.");

    public static EntraError RedirectUnknown(string redirectUri, AppIdentity app) => new(
        InvalidRequest,
        50011,
        $"The redirect URI '{redirectUri}' specified in the request does not match the redirect URIs configured for the application "
        + $"'{app.ClientId}'. Make sure the redirect URI sent in the request matches one added to your application.");

    public static EntraError WrongSecret(AppIdentity app) => new(
        InvalidClient,
        7000215,
        "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client "
        + $"secret ID, for a secret added to app '{app.ClientId}'.",
        401);

    public static EntraError ExpiredSecret(AppIdentity app) => SecretExpired with
    {
        Message = SecretExpired.Message.Replace("{client-id}", app.ClientId, StringComparison.Ordinal),
    };

    public static EntraError CertificateRefused(string reason, string thumbprint, AppIdentity app) => new(
        InvalidClient,
        700027,
        $"The certificate with identifier used to sign the client assertion is not registered on application. [Reason - {reason}, "
        + $"Thumbprint of key used by client: '{thumbprint}', Please visit the Azure Portal, Graph Explorer or directly use MS Graph "
        + $"to see configured keys for app Id '{app.ClientId}'.]",
        401);

    public static EntraError AssertionTime(DateTimeOffset now, DateTimeOffset from, DateTimeOffset to) => new(
        InvalidClient,
        700024,
        string.Create(
            CultureInfo.InvariantCulture,
            $"Client assertion is not within its valid time range. Current time: {now:O}, assertion valid from {from:O}, expiry time of assertion {to:O}."),
        401);

    public static EntraError ConsentNeeded(AppIdentity app) => new(
        InvalidGrant,
        65001,
        $"The user or administrator has not consented to use the application with ID '{app.ClientId}' named '{app.DisplayName}'. "
        + "Send an interactive authorization request for this user and resource.")
    {
        SubError = "consent_required",
    };

    public static EntraError MultiFactorNeeded(string? claims) => new(
        InvalidGrant,
        50076,
        "Due to a configuration change made by your administrator, or because you moved to a new location, you must use "
        + "multi-factor authentication to access '00000003-0000-0000-c000-000000000000'.")
    {
        SubError = "basic_action",
        Claims = claims,
    };

    public static EntraError UserUnknown(string name, TenantStore tenant) => new(
        InvalidRequest, 50034, $"The user account {name} does not exist in the {tenant.Identity.Domain} directory. To sign into this application, the account must be added to the directory.");

    public static EntraError ResourceUnknown(string resource, TenantStore tenant) => new(
        "invalid_resource",
        500011,
        $"The resource principal named {resource} was not found in the tenant named {tenant.Identity.DisplayName}. This can happen if the "
        + "application has not been installed by the administrator of the tenant or consented to by any user in the tenant.");

    public static EntraError ScopeUnknown(string scope) => new(
        "invalid_scope", 70011, $"The provided request must include a 'scope' input parameter. The provided value for the input parameter 'scope' is not valid. The scope {scope} is not valid.");

    public static EntraError ParameterMissing(string name) => new(
        InvalidRequest, 900144, $"The request body must contain the following parameter: '{name}'.");

    public static EntraError GrantUnknown(string grant) => new(
        "unsupported_grant_type", 70003, $"The app requested an unsupported grant type '{grant}'.");

    public static EntraError ResponseTypeUnknown(string type) => new(
        "unsupported_response_type", 700051, $"response_type '{type}' is not enabled for the application.");
}
