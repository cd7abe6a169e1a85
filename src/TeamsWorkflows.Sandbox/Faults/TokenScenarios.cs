using TeamsWorkflows.Sandbox.Entra;
using TeamsWorkflows.Sandbox.Tenants;

namespace TeamsWorkflows.Sandbox.Faults;

/// <summary>Scenarios in which Entra refuses, or tokens die.</summary>
internal static class TokenScenarios
{
    private const string Group = "Entra ID";

    public static IReadOnlyList<Scenario> All { get; } =
    [
        Scenario.Of("token-expired", Group,
            "Every access token issued so far has expired for Graph; a renewal works.",
            context => context.Mark(MarkKinds.AccessTokensExpired, "*")),
        Scenario.Of("refresh-revoked", Group,
            "An administrator revoked the user's sessions: Graph answers 401 and a renewal fails with AADSTS50173 until the user signs in again.",
            context =>
            {
                context.Mark(MarkKinds.SessionsRevoked, context.User.Id);
                context.Mark(MarkKinds.AccessTokensExpired, context.User.Id);
            }),
        Scenario.Of("consent-revoked", Group,
            "The app's consent was removed: its tokens have expired and a renewal fails with AADSTS65001 until somebody consents again.",
            context =>
            {
                Consents.Remove(context.World, context.Tenant, context.App, context.Tenant.ConsentedScopes(context.App));
                context.Mark(MarkKinds.AccessTokensExpired, "*");
            }),
        Scenario.Of("cae-challenge", Group,
            "Graph answers 401 insufficient_claims to tokens with cp1 issued so far; a silent renewal with the claims works.",
            context => context.Mark(MarkKinds.ClaimsChallenge, context.User.Id)),
        Scenario.Of("cae-challenge-interactive", Group,
            "Graph answers 401 insufficient_claims and a renewal fails with AADSTS50076 until the user signs in with the claims in the authorize address.",
            context =>
            {
                context.Mark(MarkKinds.ClaimsChallenge, context.User.Id);
                context.Mark(MarkKinds.InteractionRequired, context.User.Id, UserPolicy.ClaimsNeeded);
            }),
        Scenario.Of("mfa-required", Group,
            "A new policy asks for a second factor: tokens have expired and a renewal fails with AADSTS50076 until the user signs in.",
            context =>
            {
                context.Mark(MarkKinds.InteractionRequired, context.User.Id);
                context.Mark(MarkKinds.AccessTokensExpired, context.User.Id);
            }),
        Scenario.Of("ca-blocked", Group,
            "Conditional Access blocks: tokens have expired and Entra answers AADSTS53003 to everything until cleared.",
            context =>
            {
                context.Mark(MarkKinds.AccessTokensExpired, "*");
                context.Add(Refusal(context, EntraErrors.PolicyBlocked, count: null));
            }),
        Scenario.Of("secret-expired", Group,
            "Every client secret of the app has expired: AADSTS7000222 until a new secret is made.",
            context => context.Mark(MarkKinds.SecretExpired, context.App.ClientId)),
        Scenario.Of("secret-wrong", Group,
            "Entra no longer knows the app's secret: AADSTS7000215 until a new secret is made.",
            context => context.Mark(MarkKinds.SecretUnknown, context.App.ClientId)),
        Scenario.Of("certificate-unknown", Group,
            "The daemon's certificate was removed from its registration: AADSTS700027 until a new one is made.",
            context =>
            {
                var app = context.NamedApp ?? context.Tenant.App("daemon");

                // Made now if nobody has asked for it yet: one made later would be the cure.
                AppCertificates.Own(context.World, context.Tenant, app);
                context.Mark(MarkKinds.CertificateUnknown, app.ClientId);
            }),
        Scenario.Of("user-disabled", Group,
            "The user's account is disabled: Graph challenges tokens with cp1, others expire, and Entra answers AADSTS50057.",
            context =>
            {
                context.Mark(MarkKinds.UserDisabled, context.User.Id);
                context.Mark(MarkKinds.AccessTokensExpired, context.User.Id);
            }),
        Scenario.Of("device-strict", Group,
            "Device sign-ins are answered as RFC 8628 has it: a poll that comes too early gets slow_down, and a refusal is access_denied.",
            context => context.Mark(MarkKinds.StrictDevices, context.Tenant.Id)),
        Scenario.OfRules("refresh-inactive", Group,
            "The refresh token was not used for 90 days: AADSTS700082.",
            context => [Refusal(context, EntraErrors.InactiveGrant, count: 1)]),
        Scenario.Of("sign-in-frequency", Group,
            "The time that a policy gives a sign-in is over: tokens have expired and a renewal fails with AADSTS70043.",
            context =>
            {
                context.Mark(MarkKinds.AccessTokensExpired, "*");
                context.Add(Refusal(context, EntraErrors.SignInFrequency, count: 1));
            }),
        Scenario.OfRules("token-endpoint-503", Group,
            "The token endpoint is temporarily unavailable: 503 without Retry-After.",
            context => [Refusal(context, EntraErrors.Busy, count: 1)]),
        Scenario.OfRules("token-endpoint-429", Group,
            "The token endpoint throttles: 429 with Retry-After (delay, default 5 seconds).",
            context =>
            [
                Refusal(context, EntraErrors.TooMany, count: 1) with
                {
                    Delay = context.Delay(5),
                    Headers = new Dictionary<string, string>(StringComparer.Ordinal) { ["Retry-After"] = "{retry-after}" },
                },
            ]),
        Scenario.OfRules("token-200-without-token", Group,
            "The token endpoint answers 200 without an access token.",
            context =>
            [
                context.Rule(SandboxSurfaces.Token, count: 1) with
                {
                    Status = 200,
                    Body = """{"token_type":"Bearer","expires_in":3599,"ext_expires_in":3599}""",
                },
            ]),
        Scenario.OfRules("token-200-html", Group,
            "A proxy answers in place of the token endpoint: 200 with an HTML page.",
            context =>
            [
                context.Rule(SandboxSurfaces.Token, count: 1) with
                {
                    Status = 200,
                    ContentType = "text/html; charset=utf-8",
                    Body = "<!doctype html><html><head><title>Welcome</title></head><body><h1>Network sign-in</h1></body></html>",
                },
            ]),
    ];

    private static FaultRule Refusal(ScenarioContext context, EntraError error, int? count) =>
        context.Rule(SandboxSurfaces.Token, count) with { Status = error.Status, Body = error.ToTemplate() };
}
