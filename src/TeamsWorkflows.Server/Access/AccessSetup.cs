using System.Security.Claims;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using Microsoft.AspNetCore.Authorization;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using TeamsWorkflows.Audit;
using TeamsWorkflows.Connections;
using TeamsWorkflows.DurableTask;
using TeamsWorkflows.Http;

namespace TeamsWorkflows.Server.Access;

/// <summary>Who gets in: programs by bearer token, people by OpenID Connect and a cookie. Everything else is refused.</summary>
/// <remarks>
/// The address decides which of the two counts. A cookie means nothing to the API, so no page of another site can make a
/// browser use it; a token means nothing to the console.
/// </remarks>
internal static partial class AccessSetup
{
    private const string ByAddress = nameof(ByAddress);

    public static IServiceCollection AddAccess(this IServiceCollection services)
    {
        services.AddOptions<AccessOptions>().BindConfiguration(AccessOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<AccessOptions>, ValidateAccessOptions>();

        services.AddAuthentication(ByAddress)
            .AddPolicyScheme(ByAddress, displayName: null, static options =>
                options.ForwardDefaultSelector = static http => Surfaces.IsForPrograms(http.Request.Path)
                    ? JwtBearerDefaults.AuthenticationScheme
                    : CookieAuthenticationDefaults.AuthenticationScheme)
            .AddJwtBearer()
            .AddCookie()
            .AddOpenIdConnect();
        services.AddOptions<JwtBearerOptions>(JwtBearerDefaults.AuthenticationScheme)
            .Configure<IOptions<AccessOptions>, OutboundHttp>(ConfigureBearer);
        services.AddOptions<CookieAuthenticationOptions>(CookieAuthenticationDefaults.AuthenticationScheme)
            .Configure<IOptions<AccessOptions>, IOptions<EntraOptions>>(ConfigureCookie);
        services.AddOptions<CookiePolicyOptions>().Configure<IOptions<EntraOptions>>(static (cookies, entra) => cookies.Secure = Secure(entra));
        services.AddOptions<OpenIdConnectOptions>(OpenIdConnectDefaults.AuthenticationScheme)
            .Configure<IOptions<AccessOptions>, IOptions<EntraOptions>, OutboundHttp>(ConfigureSignIn);

        var authorization = services.AddAuthorizationBuilder()
            .SetFallbackPolicy(new AuthorizationPolicyBuilder().RequireAuthenticatedUser().Build());
        foreach (var (policy, roles) in Policies.RolesByPolicy)
        {
            authorization.AddPolicy(policy, builder => builder.RequireAuthenticatedUser().RequireRole(roles));
        }

        return services;
    }

    private static void ConfigureBearer(JwtBearerOptions bearer, IOptions<AccessOptions> access, OutboundHttp outbound)
    {
        bearer.Authority = access.Value.Authority?.AbsoluteUri;
        bearer.Audience = access.Value.Audience;
        bearer.Backchannel = outbound.CreateClient(access.Value.Timeout);
        bearer.MapInboundClaims = false;
        bearer.SaveToken = false;
        bearer.TokenValidationParameters.RoleClaimType = AccessClaims.Roles;
        bearer.TokenValidationParameters.NameClaimType = AccessClaims.Name;
        bearer.TokenValidationParameters.ValidAlgorithms = ["RS256"];
    }

    // A proxy may end TLS, and this process sees plain HTTP; the browser sees what the settings say. The policy holds for
    // every cookie, also for those that are not made here: the anti-forgery token's, and what a page keeps.
    private static CookieSecurePolicy Secure(IOptions<EntraOptions> entra)
        => entra.Value.PublicAddress.Scheme == Uri.UriSchemeHttps ? CookieSecurePolicy.Always : CookieSecurePolicy.SameAsRequest;

    private static void ConfigureCookie(CookieAuthenticationOptions cookie, IOptions<AccessOptions> access, IOptions<EntraOptions> entra)
    {
        cookie.Cookie.Name = "teamsworkflows";
        cookie.Cookie.HttpOnly = true;
        cookie.Cookie.SameSite = SameSiteMode.Lax;
        cookie.Cookie.SecurePolicy = Secure(entra);
        cookie.ExpireTimeSpan = access.Value.SessionLifetime;
        cookie.SlidingExpiration = true;
        cookie.ForwardChallenge = OpenIdConnectDefaults.AuthenticationScheme;
        cookie.Events.OnRedirectToAccessDenied = static context =>
        {
            context.Response.StatusCode = StatusCodes.Status403Forbidden;
            return Task.CompletedTask;
        };
    }

    private static void ConfigureSignIn(
        OpenIdConnectOptions signIn, IOptions<AccessOptions> access, IOptions<EntraOptions> entra, OutboundHttp outbound)
    {
        signIn.Authority = access.Value.Authority?.AbsoluteUri;
        signIn.ClientId = access.Value.ClientId;
        signIn.ClientSecret = access.Value.ClientSecret;
        signIn.Backchannel = outbound.CreateClient(access.Value.Timeout);
        signIn.SignInScheme = CookieAuthenticationDefaults.AuthenticationScheme;
        signIn.ResponseType = OpenIdConnectResponseType.Code;

        // The way back is a GET with a code that only this server can redeem: cookies with SameSite=Lax come along, over
        // plain HTTP on a developer's machine too. A POST from the authority would need SameSite=None, hence HTTPS.
        signIn.ResponseMode = OpenIdConnectResponseMode.Query;
        signIn.UsePkce = true;
        signIn.SaveTokens = false;
        signIn.MapInboundClaims = false;
        signIn.TokenValidationParameters.RoleClaimType = AccessClaims.Roles;
        signIn.TokenValidationParameters.NameClaimType = AccessClaims.Name;
        foreach (var cookie in (CookieBuilder[])[signIn.CorrelationCookie, signIn.NonceCookie])
        {
            cookie.SameSite = SameSiteMode.Lax;
            cookie.SecurePolicy = Secure(entra);
        }

        signIn.Events.OnRedirectToIdentityProvider = context =>
        {
            context.ProtocolMessage.IssuerAddress = ForBrowser(context.ProtocolMessage.IssuerAddress, access.Value.BrowserAuthority);
            return Task.CompletedTask;
        };
        signIn.Events.OnTokenValidated = static context =>
        {
            context.Principal = Keep(context.Principal!);
            return Task.CompletedTask;
        };
        signIn.Events.OnTicketReceived = static async context =>
        {
            using var call = AuditCall.Begin(context.Principal!.AuditActor(), "console.sign-in", "console", reason: null);
            await context.HttpContext.RequestServices.GetRequiredService<AuditLog>().RecordAsync(
                AuditOutcome.Done, before: null, after: null, context.HttpContext.RequestAborted);
        };
        signIn.Events.OnRemoteFailure = static context =>
        {
            // A sign-in that was cancelled, or begun in another window: the way to try again is to ask for a page.
            // What the authority says comes by way of the browser, so it may be anybody's words. No token is in them.
            Log.NotSignedIn(context.HttpContext.RequestServices.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(AccessSetup)), LogText.Of(context.Failure?.Message ?? "no reason is given"));
            context.Response.StatusCode = StatusCodes.Status401Unauthorized;
            context.HandleResponse();
            return Task.CompletedTask;
        };
    }

    private static string ForBrowser(string address, Uri? authority)
        => authority is null ? address : new Uri(authority, new Uri(address).PathAndQuery).AbsoluteUri;

    private static ClaimsPrincipal Keep(ClaimsPrincipal all) => new(new ClaimsIdentity(
        all.Claims.Where(static c => AccessClaims.Kept.Contains(c.Type, StringComparer.Ordinal)),
        CookieAuthenticationDefaults.AuthenticationScheme,
        AccessClaims.Name,
        AccessClaims.Roles));

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "A sign-in to the console did not succeed: {Why}")]
        public static partial void NotSignedIn(ILogger logger, string why);
    }
}
