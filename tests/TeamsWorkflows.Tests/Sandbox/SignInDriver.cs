using System.Net;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Identity.Client;
using TeamsWorkflows.Sandbox;

namespace TeamsWorkflows.Tests.Sandbox;

/// <summary>Plays the browser and the app: builds MSAL clients for a tenant and signs people in over the form.</summary>
internal sealed class SignInDriver(HttpClient http, SandboxTenant tenant) : IMsalHttpClientFactory
{
    public const string RedirectUri = "http://localhost/reconnect";

    public static readonly string[] PostScopes =
        ["https://graph.microsoft.com/ChannelMessage.Send", "https://graph.microsoft.com/ChannelMessage.Read.All"];

    public HttpClient GetHttpClient() => http;

    public ConfidentialClientApplicationBuilder Builder(SandboxApp app) => ConfidentialClientApplicationBuilder
        .Create(app.ClientId)
        .WithAuthority(tenant.Authority.ToString(), validateAuthority: false)
        .WithInstanceDiscovery(false)
        .WithHttpClientFactory(this, retryOnceOn5xx: false)
        .WithLegacyCacheCompatibility(false)
        .WithClientCapabilities(["cp1"])
        .WithRedirectUri(RedirectUri);

    public IConfidentialClientApplication Connector() =>
        Builder(tenant.Connector).WithClientSecret(tenant.Connector.ClientSecret).Build();

    /// <summary>Signs a user in with authorization code and PKCE.</summary>
    public async Task<AuthenticationResult> SignInAsync(
        IConfidentialClientApplication app, SandboxUser user, string? claims = null)
    {
        var address = app.GetAuthorizationRequestUrl(PostScopes).WithPkce(out var verifier).WithLoginHint(user.UserName);
        if (claims is not null)
        {
            address = address.WithClaims(claims);
        }

        var answer = await SubmitAsync(await address.ExecuteAsync(), ("username", user.UserName));
        return await app.AcquireTokenByAuthorizationCode(PostScopes, answer["code"]).WithPkceCodeVerifier(verifier).ExecuteAsync();
    }

    /// <summary>Opens the page, submits its form, and reads the redirect.</summary>
    public async Task<IReadOnlyDictionary<string, string>> SubmitAsync(Uri address, params (string Name, string Value)[] fields)
    {
        using var page = await http.GetAsync(address);
        page.EnsureSuccessStatusCode();
        using var answer = await http.PostAsync(address, Form(fields));
        Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);
        return QueryHelpers.ParseQuery(answer.Headers.Location!.Query)
            .ToDictionary(pair => pair.Key, pair => pair.Value.ToString());
    }

    public static FormUrlEncodedContent Form(params (string Name, string Value)[] fields) =>
        new(fields.Select(field => KeyValuePair.Create(field.Name, field.Value)));
}
