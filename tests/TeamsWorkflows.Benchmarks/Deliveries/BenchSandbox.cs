using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using System.Web;
using TeamsWorkflows.Sandbox;

namespace TeamsWorkflows.Benchmarks.Deliveries;

/// <summary>What the drivers do at the sandbox beside the server: tokens, sign-ins, channels.</summary>
internal sealed partial class BenchSandbox(SandboxServer sandbox)
{
    private const string Back = "http://127.0.0.1/";

    private readonly SandboxTenant _tenant = sandbox.DefaultTenant;

    public Task<string> PublisherTokenAsync() => RedeemAsync(
        new("grant_type", "client_credentials"),
        new("client_id", _tenant.Publisher.ClientId),
        new("client_secret", _tenant.Publisher.ClientSecret),
        new("scope", "api://teamsworkflows/.default"));

    public Task<string> OperatorTokenAsync() => UserTokenAsync(_tenant.Api, _tenant.Operator, "api://teamsworkflows/access_as_user");

    /// <summary>Makes channels in a team, with the names <c>Bench 1</c> and so on.</summary>
    public async Task<IReadOnlyList<string>> AddChannelsAsync(SandboxTeam team, int count)
    {
        using var graph = new HttpClient();
        graph.DefaultRequestHeaders.Authorization = new("Bearer", await UserTokenAsync(
            _tenant.Connector, _tenant.Service, "https://graph.microsoft.com/Channel.Create"));
        List<string> ids = [];
        for (var i = 1; i <= count; i++)
        {
            using var made = await graph.PostAsJsonAsync(
                new Uri(sandbox.HttpAddress, $"v1.0/teams/{team.Id}/channels"), new { displayName = $"Bench {i}" });
            made.EnsureSuccessStatusCode();
            ids.Add((await made.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetString()!);
        }

        return ids;
    }

    /// <summary>Signs the service account in, as a person with a browser does.</summary>
    /// <param name="begin">The API's address that begins it, such as a case's.</param>
    public async Task SignInAsync(HttpClient operating, string begin)
    {
        using var begun = await operating.PostAsJsonAsync(new Uri(begin, UriKind.Relative), new { });
        if (begun.StatusCode == HttpStatusCode.Conflict)
        {
            return; // closed meanwhile
        }

        begun.EnsureSuccessStatusCode();
        var address = (await begun.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("signInUrl").GetString()!;
        using var browser = new HttpClient();
        using var choice = new FormUrlEncodedContent([new("username", _tenant.Service.UserName)]);
        using var page = await browser.PostAsync(new Uri(address), choice);
        using var fields = new FormUrlEncodedContent(HiddenField().Matches(await page.Content.ReadAsStringAsync()).Select(static m => KeyValuePair.Create(
            m.Groups["name"].Value, WebUtility.HtmlDecode(m.Groups["value"].Value))));
        using var done = await browser.PostAsync(new Uri(operating.BaseAddress!, "signin/callback"), fields);
        done.EnsureSuccessStatusCode();
    }

    private async Task<string> UserTokenAsync(SandboxApp app, SandboxUser user, string scope)
    {
        using var browser = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false });
        var authorize = Entra(
            $"authorize?client_id={app.ClientId}&response_type=code&redirect_uri={Uri.EscapeDataString(Back)}&scope={Uri.EscapeDataString(scope)}");
        using var choice = new FormUrlEncodedContent([new("username", user.UserName)]);
        using var answer = await browser.PostAsync(authorize, choice);
        return await RedeemAsync(
            new("grant_type", "authorization_code"),
            new("client_id", app.ClientId),
            new("client_secret", app.ClientSecret),
            new("redirect_uri", Back),
            new("scope", scope),
            new("code", HttpUtility.ParseQueryString(answer.Headers.Location!.Query)["code"]!));
    }

    private async Task<string> RedeemAsync(params KeyValuePair<string, string>[] fields)
    {
        using var http = new HttpClient();
        using var form = new FormUrlEncodedContent(fields);
        using var answer = await http.PostAsync(Entra("token"), form);
        answer.EnsureSuccessStatusCode();
        return (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("access_token").GetString()!;
    }

    private Uri Entra(string path) => new(sandbox.HttpAddress, $"{_tenant.Id}/oauth2/v2.0/{path}");

    [GeneratedRegex("<input type=\"hidden\" name=\"(?<name>[^\"]*)\" value=\"(?<value>[^\"]*)\">", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex HiddenField();
}
