using System.Net;
using System.Text.RegularExpressions;
using TeamsWorkflows.Connections;
using TeamsWorkflows.Http;

namespace TeamsWorkflows.Server.Development;

/// <summary>Signs the service account in at the sandbox as a person would: opens the page, picks the account, is sent back.</summary>
internal sealed partial class SandboxSignIn(SignInDesk desk, OutboundHttp outbound)
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);

    public async Task<SignInResult> RunAsync(string connectionId, string username, CancellationToken cancellationToken)
    {
        var begun = await desk.BeginAsync(connectionId, "sandbox", cancellationToken)
            ?? throw new InvalidOperationException($"Nobody signs in for connection '{connectionId}'.");

        using var browser = outbound.CreateClient(Timeout);
        using var page = await browser.GetAsync(begun.Address, cancellationToken);
        page.EnsureSuccessStatusCode();

        using var choice = new FormUrlEncodedContent([new("username", username)]);
        using var answer = await browser.PostAsync(begun.Address, choice, cancellationToken);
        answer.EnsureSuccessStatusCode();
        var fields = HiddenFields(await answer.Content.ReadAsStringAsync(cancellationToken));
        return await desk.CompleteAsync(
            fields.GetValueOrDefault("state"),
            fields.GetValueOrDefault("code"),
            fields.GetValueOrDefault("error"),
            fields.GetValueOrDefault("error_description"),
            cancellationToken);
    }

    private static Dictionary<string, string> HiddenFields(string html) => HiddenField().Matches(html).ToDictionary(
        static field => WebUtility.HtmlDecode(field.Groups["name"].Value),
        static field => WebUtility.HtmlDecode(field.Groups["value"].Value),
        StringComparer.Ordinal);

    [GeneratedRegex("<input type=\"hidden\" name=\"(?<name>[^\"]*)\" value=\"(?<value>[^\"]*)\">", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex HiddenField();
}
