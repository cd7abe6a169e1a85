using System.Net;
using System.Text.RegularExpressions;

namespace TeamsWorkflows.Server.Tests;

/// <summary>A person at the console: what a browser does with its pages and forms, without one.</summary>
internal sealed partial class ConsoleSession : IDisposable
{
    private readonly HttpClient _client;

    private ConsoleSession(HttpClient client) => _client = client;

    /// <summary>A browser in which nobody is signed in.</summary>
    public static ConsoleSession Stranger(ServerHost host)
        => new(new HttpClient(new SocketsHttpHandler { CookieContainer = new CookieContainer() }) { BaseAddress = host.Address });

    public static async Task<ConsoleSession> SignInAsync(ServerHost host, string username)
    {
        var session = Stranger(host);
        Assert.Equal(host.Address, await session.SignInAsync(username));
        return session;
    }

    /// <summary>Signs somebody in, whatever the console lets them see.</summary>
    /// <returns>Where that led.</returns>
    public async Task<Uri> SignInAsync(string username)
    {
        using var asked = await _client.GetAsync(new Uri("/", UriKind.Relative));
        using var choice = new FormUrlEncodedContent([KeyValuePair.Create("username", username)]);
        using var signedIn = await _client.PostAsync(asked.RequestMessage!.RequestUri, choice);
        return signedIn.RequestMessage!.RequestUri!;
    }

    /// <summary>Asks for an address as it is, and follows nothing; a POST has no anti-forgery token, as one that another site's page makes.</summary>
    public async Task<(int Status, string Text)> AskAsync(string method, string path)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (method == "POST")
        {
            request.Content = path.EndsWith("/import", StringComparison.Ordinal)
                ? new MultipartFormDataContent { { new StringContent("{}"), "file", "history.json" } }
                : new FormUrlEncodedContent([KeyValuePair.Create("reason", "another site says so")]);
        }

        using var answer = await _client.SendAsync(request);
        return ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    public Task<string> ReadAsync(string path) => _client.GetStringAsync(new Uri(path, UriKind.Relative));

    /// <summary>Fills in the form with that address on a page, and sends it.</summary>
    /// <returns>The page that it leads to, and its address.</returns>
    public async Task<(string Page, Uri Address)> SendAsync(string path, string action, params (string Name, string Value)[] filled)
    {
        var page = await ReadAsync(path);
        var form = Form().Matches(page).Single(f => f.Groups["action"].Value == action);
        using var content = new FormUrlEncodedContent(
            [.. Hidden(form.Groups["inside"].Value), .. filled.Select(static f => KeyValuePair.Create(f.Name, f.Value))]);
        using var answer = await _client.PostAsync(new Uri(action, UriKind.Relative), content);
        return (await answer.Content.ReadAsStringAsync(), answer.RequestMessage!.RequestUri!);
    }

    /// <summary>Sends what a form of a page holds to another address, as somebody may who has the page.</summary>
    public async Task<int> PostAsync(string path, string action, string address)
    {
        var form = Form().Matches(await ReadAsync(path)).First(f => f.Groups["action"].Value == action);
        using var content = new FormUrlEncodedContent(Hidden(form.Groups["inside"].Value));
        using var answer = await _client.PostAsync(new Uri(address, UriKind.Relative), content);
        return (int)answer.StatusCode;
    }

    /// <summary>Chooses a file in the form with that address, which is on the page of the same address, and sends it.</summary>
    public async Task<string> UploadAsync(string path, string field, string fileName, string text)
    {
        var form = Form().Matches(await ReadAsync(path)).Single(f => f.Groups["action"].Value == path);
        using var content = new MultipartFormDataContent();
        foreach (var (name, value) in Hidden(form.Groups["inside"].Value))
        {
            content.Add(new StringContent(value), name);
        }

        content.Add(new StringContent(text), field, fileName);
        using var answer = await _client.PostAsync(new Uri(path, UriKind.Relative), content);
        return await answer.Content.ReadAsStringAsync();
    }

    public void Dispose() => _client.Dispose();

    private static IEnumerable<KeyValuePair<string, string>> Hidden(string form) => Input().Matches(form)
        .Select(static m => KeyValuePair.Create(m.Groups["name"].Value, WebUtility.HtmlDecode(m.Groups["value"].Value)));

    [GeneratedRegex("<form[^>]*action=\"(?<action>[^\"]*)\"[^>]*>(?<inside>.*?)</form>", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture | RegexOptions.Singleline, 1000)]
    private static partial Regex Form();

    [GeneratedRegex("<input type=\"hidden\" name=\"(?<name>[^\"]*)\" value=\"(?<value>[^\"]*)\"[^>]*>", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Input();
}
