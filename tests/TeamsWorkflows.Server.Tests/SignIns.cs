using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using TeamsWorkflows.Sandbox;

namespace TeamsWorkflows.Server.Tests;

/// <summary>A person who signs in with a browser of no interest.</summary>
internal static partial class SignIns
{
    /// <param name="begin">The API's address that begins the sign-in.</param>
    /// <param name="back">The server that the browser comes back to.</param>
    public static async Task RunAsync(SandboxServer sandbox, HttpClient operating, string begin, Uri back)
    {
        using var begun = await operating.PostAsJsonAsync(begin, new { });
        if (begun.StatusCode == HttpStatusCode.Conflict)
        {
            return; // closed meanwhile
        }

        Assert.True(begun.IsSuccessStatusCode, await begun.Content.ReadAsStringAsync());
        await PersonAsync(sandbox, new Uri((await begun.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("signInUrl").GetString()!), back);
    }

    /// <summary>What the person and the browser do from the address on.</summary>
    public static async Task PersonAsync(SandboxServer sandbox, Uri address, Uri back)
    {
        using var browser = new HttpClient();
        using var choice = new FormUrlEncodedContent([KeyValuePair.Create("username", sandbox.DefaultTenant.Service.UserName)]);
        using var page = await browser.PostAsync(address, choice);
        var html = await page.Content.ReadAsStringAsync();
        using var fields = new FormUrlEncodedContent(HiddenField().Matches(html).Select(static m => KeyValuePair.Create(
            m.Groups["name"].Value, WebUtility.HtmlDecode(m.Groups["value"].Value))));
        using var done = await browser.PostAsync(new Uri(back, "signin/callback"), fields);
        var text = await done.Content.ReadAsStringAsync();
        Assert.True(done.IsSuccessStatusCode, text);
        Assert.Contains("is signed in", text, StringComparison.Ordinal);
    }

    [GeneratedRegex("<input type=\"hidden\" name=\"(?<name>[^\"]*)\" value=\"(?<value>[^\"]*)\">", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex HiddenField();
}
