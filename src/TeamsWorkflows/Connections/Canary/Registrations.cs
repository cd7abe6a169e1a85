using Microsoft.EntityFrameworkCore;
using Microsoft.Graph.Models;
using Microsoft.Kiota.Abstractions;
using TeamsWorkflows.Data;
using TeamsWorkflows.Diagnostics;
using TeamsWorkflows.Graph;

namespace TeamsWorkflows.Connections.Canary;

/// <summary>When an application's credentials end, as its registration says, where the connection may read it (R61).</summary>
internal sealed class Registrations(GraphClients clients, Database database, ISecretProtector protector, TimeProvider time)
{
    private static readonly string[] AnyOfPermissions = ["Application.Read.All", "Application.ReadWrite.OwnedBy", "Application.ReadWrite.All", "Directory.Read.All"];

    /// <summary>Asks, and keeps the answer; a registration that cannot be read leaves what is known as it is.</summary>
    public async Task ReadAsync(ConnectionRow row, string accessToken, CancellationToken cancellationToken)
    {
        if (TokenClaims.Read(accessToken) is not { } claims || !AnyOfPermissions.Intersect(claims.Permissions, StringComparer.OrdinalIgnoreCase).Any())
        {
            return;
        }

        if (await FindAsync(row.ClientId, accessToken, cancellationToken) is { } application)
        {
            var (now, end) = (time.GetUtcNow(), EndOf(application, row));
            await database.WriteAsync(
                db => db.Connections.Where(c => c.Id == row.Id).ExecuteUpdateAsync(
                    set => set.SetProperty(c => c.CredentialEndsAt, end).SetProperty(c => c.CredentialCheckedAt, now), cancellationToken),
                cancellationToken);
        }
    }

    private async Task<Application?> FindAsync(string clientId, string accessToken, CancellationToken cancellationToken)
    {
        try
        {
            var found = await clients.Create(accessToken).Applications.GetAsync(
                request => request.QueryParameters.Filter = $"appId eq '{clientId}'", cancellationToken);
            return found?.Value is [var application, ..] ? application : null;
        }
        catch (Exception e) when (e is ApiException or HttpRequestException or ClaimsChallengeException
            || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return null; // the date is a kindness; that the connection works has been proved already
        }
    }

    // Several credentials may be registered: ours is known by its beginning, or by its thumbprint. Else the soonest end of
    // a secret, and the latest of a certificate, is the safe guess.
    private DateTimeOffset? EndOf(Application application, ConnectionRow row)
    {
        if (row.ProtectedSecret is not { } data)
        {
            var keys = application.KeyCredentials ?? [];
            var own = keys.Where(k => k.CustomKeyIdentifier is { } id && Convert.ToHexString(id) == row.CertificateThumbprint).ToArray();
            return (own.Length > 0 ? own : [.. keys]).Max(static k => k.EndDateTime);
        }

        var secret = protector.UnprotectText(ConnectionDesk.Purpose(row.Id), data) ?? "";
        var secrets = application.PasswordCredentials ?? [];
        var ours = secrets.Where(p => p.Hint is { Length: > 0 } hint && secret.StartsWith(hint, StringComparison.Ordinal)).ToArray();
        var meant = (ours.Length > 0 ? ours : [.. secrets]).Select(static p => p.EndDateTime).ToArray();
        return meant.Where(e => e > time.GetUtcNow()).Min() ?? meant.Max(); // one that has ended is not the one that just worked
    }
}
