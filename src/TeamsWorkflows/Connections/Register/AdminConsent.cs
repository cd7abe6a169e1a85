using System.Buffers.Text;
using System.Globalization;
using Microsoft.Extensions.Options;
using TeamsWorkflows.Graph;

namespace TeamsWorkflows.Connections.Register;

/// <summary>Where an administrator of a tenant grants an application's permissions, and what comes back from there.</summary>
/// <seealso href="https://learn.microsoft.com/entra/identity-platform/v2-admin-consent"/>
public sealed class AdminConsent(
    IOptions<EntraOptions> entra, IOptions<GraphOptions> graph, ISecretProtector protector, TimeProvider time)
{
    private const string Purpose = "admin-consent-state";

    // The address is sent to somebody who may open it tomorrow.
    private static readonly TimeSpan Lifetime = TimeSpan.FromDays(7);

    /// <summary>What a connection asks to be granted: each scope of a signed-in user; all that the registration lists for an application; nothing for a webhook.</summary>
    public IReadOnlyList<string> Needed(Connection connection)
    {
        ArgumentNullException.ThrowIfNull(connection);

        return connection.AuthModel switch
        {
            AuthModel.Webhook => [],
            AuthModel.DelegatedUser => connection.Scopes,
            _ => [InResource(".default")],
        };
    }

    /// <returns>Null for a webhook: its workflow has permissions of its own.</returns>
    public Uri? Address(Connection connection)
    {
        ArgumentNullException.ThrowIfNull(connection);

        if (connection.AuthModel == AuthModel.Webhook)
        {
            return null;
        }

        var scopes = Needed(connection).Select(s => Uri.TryCreate(s, UriKind.Absolute, out _) ? s : InResource(s));
        var host = entra.Value.BrowserAuthorityHost ?? entra.Value.AuthorityHost;
        return new Uri(
            host,
            $"{Uri.EscapeDataString(connection.TenantId)}/v2.0/adminconsent?client_id={Uri.EscapeDataString(connection.ClientId)}"
            + $"&scope={Uri.EscapeDataString(string.Join(' ', scopes))}&redirect_uri={Uri.EscapeDataString(entra.Value.RedirectUri.AbsoluteUri)}"
            + $"&state={StateOf(connection.Id)}");
    }

    /// <summary>Which connection somebody comes back for.</summary>
    /// <returns>Null when the state is none of ours, or too old.</returns>
    public string? ConnectionOf(string? state)
    {
        return state is { Length: > 0 } && Base64Url.IsValid(state)
            && protector.UnprotectText(Purpose, Base64Url.DecodeFromChars(state))?.Split('\n') is [var connectionId, var until]
            && long.TryParse(until, CultureInfo.InvariantCulture, out var seconds) && seconds > time.GetUtcNow().ToUnixTimeSeconds()
                ? connectionId
                : null;
    }

    private string StateOf(string connectionId)
    {
        var until = (time.GetUtcNow() + Lifetime).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        return Base64Url.EncodeToString(protector.Protect(Purpose, $"{connectionId}\n{until}"));
    }

    private string InResource(string scope) => $"{graph.Value.Resource.OriginalString.TrimEnd('/')}/{scope}";
}
