using System.Net;
using System.Text.RegularExpressions;

namespace TeamsWorkflows.Tests.Sandbox;

/// <summary>A person at the authority's sign-in page, with <c>response_mode=form_post</c>.</summary>
internal static partial class AuthorizePage
{
    /// <returns>The fields that the browser then posts to the application.</returns>
    public static async Task<IReadOnlyDictionary<string, string>> SubmitAsync(HttpClient browser, Uri address, string username)
    {
        using var page = await browser.GetAsync(address);
        page.EnsureSuccessStatusCode();
        using var form = new FormUrlEncodedContent([KeyValuePair.Create("username", username)]);
        using var answer = await browser.PostAsync(address, form);
        var html = await answer.Content.ReadAsStringAsync();
        return HiddenField().Matches(html).ToDictionary(
            m => m.Groups["name"].Value, m => WebUtility.HtmlDecode(m.Groups["value"].Value), StringComparer.Ordinal);
    }

    [GeneratedRegex("<input[^>]*type=\"hidden\"[^>]*name=\"(?<name>[^\"]+)\"[^>]*value=\"(?<value>[^\"]*)\"", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex HiddenField();
}
