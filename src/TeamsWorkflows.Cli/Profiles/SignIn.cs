using Microsoft.Identity.Client;
using TeamsWorkflows.Cli.Api;
using TeamsWorkflows.Http;

namespace TeamsWorkflows.Cli.Profiles;

/// <summary>A person's sign-in to a server: by device code the first time, silently from then on.</summary>
internal sealed class SignIn(Profile profile, ProfileStore profiles, OutboundHttp outbound, TimeProvider time)
{
    private const string Metadata = ".well-known/oauth-protected-resource";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    // The clouds of Entra, which confirm each other's addresses; anything else is a simulator.
    private static readonly string[] Clouds = ["login.microsoftonline.com", "login.microsoftonline.us", "login.partner.microsoftonline.cn"];

    private SignInCache Cache => new(profile, profiles.Folder);

    /// <summary>Asks the server where its tokens come from, unless the profile says so.</summary>
    /// <exception cref="CommandException">The server does not say.</exception>
    public async Task<Profile> DiscoverAsync(CancellationToken cancellationToken)
    {
        if (profile is { Authority: not null, ClientId: not null, Scope: not null })
        {
            return profile;
        }

        using var http = outbound.CreateClient(Patience);
        http.BaseAddress = profile.Server;
        var said = await new ApiClient(http, time, root: "").GetAsync(Metadata, cancellationToken);
        try
        {
            return profile with
            {
                Authority = profile.Authority ?? new Uri(said.GetProperty("authorization_servers")[0].GetString()!),
                ClientId = profile.ClientId ?? said.GetProperty("teamsworkflows_client_id").GetString(),
                Scope = profile.Scope ?? said.GetProperty("scopes_supported")[0].GetString(),
            };
        }
        catch (Exception e) when (e is KeyNotFoundException or InvalidOperationException or IndexOutOfRangeException or UriFormatException or ArgumentNullException)
        {
            throw new CommandException(
                ExitCodes.NotReached,
                $"{new Uri(profile.Server, Metadata)} does not say where tokens come from. Give --authority, --client-id and --scope ({CommandLine.Name} profile set).",
                e);
        }
    }

    /// <returns>A token; null: nobody is signed in, or the sign-in is over.</returns>
    public async Task<string?> SilentAsync(CancellationToken cancellationToken)
    {
        if (!Cache.Exists || profile is not { Authority: not null, ClientId: not null, Scope: { } scope })
        {
            return null;
        }

        var app = Client(profile);
        try
        {
            return (await app.GetAccountsAsync()).FirstOrDefault() is { } account
                ? (await app.AcquireTokenSilent([scope], account).ExecuteAsync(cancellationToken)).AccessToken
                : null;
        }
        catch (MsalUiRequiredException)
        {
            return null;
        }
        catch (Exception e) when (e is MsalException or HttpRequestException)
        {
            throw new CommandException(ExitCodes.NotReached, $"{profile.Authority} gives no token: {e.Message}", e);
        }
    }

    /// <summary>Signs a person in; <paramref name="tell"/> gets the sentence with address and code.</summary>
    /// <exception cref="CommandException">Nobody signed in, or Entra refused.</exception>
    public async Task<AuthenticationResult> ByDeviceCodeAsync(Func<string, Task> tell, CancellationToken cancellationToken)
    {
        try
        {
            var app = Client(profile);
            var result = await app
                .AcquireTokenWithDeviceCode([profile.Scope!], code => tell(code.Message))
                .ExecuteAsync(cancellationToken);
            await KeepOnlyAsync(app, result.Account);
            return result;
        }
        catch (MsalException e)
        {
            throw new CommandException(ExitCodes.NotAllowed, $"Entra does not sign in: {e.Message}", e);
        }
        catch (HttpRequestException e)
        {
            throw new CommandException(ExitCodes.NotReached, Unreached.Says(profile.Authority!, e), e);
        }
    }

    // One profile is one person: whoever signed in before is signed out, or would go on being taken.
    private static async Task KeepOnlyAsync(IPublicClientApplication app, IAccount signedIn)
    {
        foreach (var other in (await app.GetAccountsAsync()).Where(a => !a.HomeAccountId.Equals(signedIn.HomeAccountId)))
        {
            await app.RemoveAsync(other);
        }
    }

    /// <summary>Forgets whoever is signed in.</summary>
    public void Forget() => Cache.Remove();

    private IPublicClientApplication Client(Profile known)
    {
        var isCloud = Clouds.Contains(known.Authority!.Host, StringComparer.OrdinalIgnoreCase);
        var authority = known.Authority.AbsoluteUri.TrimEnd('/');
        var app = PublicClientApplicationBuilder.Create(known.ClientId)
            .WithAuthority(authority.EndsWith("/v2.0", StringComparison.Ordinal) ? authority[..^"/v2.0".Length] : authority, validateAuthority: isCloud)
            .WithInstanceDiscovery(isCloud)
            .WithHttpClientFactory(new Transport(outbound))
            .WithLegacyCacheCompatibility(false)
            .Build();
        if (known.KeepsSignIn)
        {
            Cache.Attach(app.UserTokenCache);
        }

        return app;
    }

    private sealed class Transport(OutboundHttp outbound) : IMsalHttpClientFactory
    {
        private readonly HttpClient _http = outbound.CreateClient(Patience);

        public HttpClient GetHttpClient() => _http;
    }
}
