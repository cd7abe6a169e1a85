using System.Text.Json;
using System.Web;
using TeamsWorkflows.Sandbox;

namespace TeamsWorkflows.Server.Tests;

/// <summary>Real tokens of the sandbox's Entra for the API: for a program by its secret, for a person by a sign-in.</summary>
internal sealed class SandboxTokens(SandboxServer sandbox)
{
    private const string Back = "http://127.0.0.1/";
    private const string Scope = "api://teamsworkflows/access_as_user";

    private readonly SandboxTenant _tenant = sandbox.DefaultTenant;

    public Task<string> PublisherAsync() => AppAsync(_tenant.Publisher, "api://teamsworkflows/.default");

    /// <summary>A good token, for somebody else's API.</summary>
    public Task<string> ForGraphAsync() => AppAsync(_tenant.Daemon, "https://graph.microsoft.com/.default");

    public async Task<string> OfAsync(SandboxUser user)
    {
        using var browser = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false });
        var authorize = Entra($"authorize?client_id={_tenant.Api.ClientId}&response_type=code"
            + $"&redirect_uri={Uri.EscapeDataString(Back)}&scope={Uri.EscapeDataString(Scope)}");
        using var choice = new FormUrlEncodedContent([new("username", user.UserName)]);
        using var answer = await browser.PostAsync(authorize, choice);
        var code = HttpUtility.ParseQueryString(answer.Headers.Location!.Query)["code"]!;
        return await RedeemAsync(
            new("grant_type", "authorization_code"),
            new("client_id", _tenant.Api.ClientId),
            new("client_secret", _tenant.Api.ClientSecret),
            new("redirect_uri", Back),
            new("scope", Scope),
            new("code", code));
    }

    private Task<string> AppAsync(SandboxApp app, string scope) => RedeemAsync(
        new("grant_type", "client_credentials"),
        new("client_id", app.ClientId),
        new("client_secret", app.ClientSecret),
        new("scope", scope));

    private async Task<string> RedeemAsync(params KeyValuePair<string, string>[] fields)
    {
        using var http = new HttpClient();
        using var form = new FormUrlEncodedContent(fields);
        using var answer = await http.PostAsync(Entra("token"), form);
        answer.EnsureSuccessStatusCode();
        using var json = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        return json.RootElement.GetProperty("access_token").GetString()!;
    }

    private Uri Entra(string path) => new(sandbox.HttpAddress, $"{_tenant.Id}/oauth2/v2.0/{path}");
}
