using Microsoft.EntityFrameworkCore;
using TeamsWorkflows.Data;

namespace TeamsWorkflows.Connections.Register;

/// <summary>What became of a definition that somebody handed in.</summary>
public abstract record RegisterResult
{
    private RegisterResult()
    {
    }

    /// <param name="IsNew">Whether there was none of that name.</param>
    public sealed record Registered(Connection Connection, bool IsNew) : RegisterResult;

    /// <param name="Problems">By field, what to change.</param>
    public sealed record Invalid(IReadOnlyDictionary<string, string[]> Problems) : RegisterResult;

    /// <summary>The configuration defines it, and would overwrite the change at the next start.</summary>
    public sealed record OfConfiguration : RegisterResult;

    /// <summary>It is another version than the caller has seen.</summary>
    public sealed record Refused(EditRefusal Why) : RegisterResult;
}

/// <summary>A consent as it stands in the register (R60).</summary>
/// <param name="Missing">Scopes that the connection asks for and that this consent does not name.</param>
public sealed record Consent(DateTimeOffset GrantedAt, string GrantedBy, IReadOnlyList<string> Scopes, string RecordedBy, IReadOnlyList<string> Missing);

/// <summary>The register of connections: who defines them, who consented to what, who answers for them (R59, R60, R66).</summary>
public sealed class ConnectionRegister(Database database, ConnectionDesk connections, Microsoft.Extensions.Options.IOptions<EntraOptions> entra, TimeProvider time)
{
    /// <param name="precondition">Which version the caller means to change; null: whichever there is.</param>
    public async Task<RegisterResult> RegisterAsync(
        ConnectionDefinition definition, Precondition? precondition, string actor, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(definition);
        ArgumentException.ThrowIfNullOrWhiteSpace(actor);

        var problems = definition.Problems();
        if (problems.Count > 0)
        {
            return new RegisterResult.Invalid(problems);
        }

        var known = await connections.FindAsync(definition.Id, cancellationToken);
        if (known is { Origin: ConnectionOrigin.Configuration })
        {
            return new RegisterResult.OfConfiguration();
        }

        return await connections.ConfigureAsync(definition, ConnectionOrigin.Api, actor, precondition, cancellationToken) is { } refused
            ? new RegisterResult.Refused(refused)
            : new RegisterResult.Registered((await connections.FindAsync(definition.Id, cancellationToken))!, known is null);
    }

    /// <summary>Notes that an administrator granted permissions.</summary>
    /// <returns>False when there is no such connection.</returns>
    public Task<bool> RecordConsentAsync(
        string connectionId, DateTimeOffset? grantedAt, string grantedBy, IReadOnlyList<string> scopes, string actor, CancellationToken cancellationToken)
        => database.WriteAsync(
            async db =>
            {
                if (!await db.Connections.AnyAsync(c => c.Id == connectionId, cancellationToken))
                {
                    return false;
                }

                var at = grantedAt ?? time.GetUtcNow();
                await db.Consents.Where(c => c.ConnectionId == connectionId && c.GrantedAt == at).ExecuteDeleteAsync(cancellationToken);
                db.Consents.Add(new ConsentRow
                {
                    ConnectionId = connectionId,
                    GrantedAt = at,
                    GrantedBy = grantedBy,
                    Scopes = string.Join(' ', scopes),
                    RecordedBy = actor,
                });
                return true;
            },
            cancellationToken);

    /// <summary>The recorded consents, the newest first.</summary>
    public async Task<IReadOnlyList<Consent>> ConsentsAsync(Connection connection, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(connection);

        var rows = await database.ReadAsync(
            db => db.Consents.Where(c => c.ConnectionId == connection.Id).OrderByDescending(c => c.GrantedAt).ToListAsync(cancellationToken), cancellationToken);
        return rows.ConvertAll(row =>
        {
            var scopes = row.Scopes.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            return new Consent(row.GrantedAt, row.GrantedBy, scopes, row.RecordedBy, [.. connection.Scopes.Except(scopes, StringComparer.OrdinalIgnoreCase)]);
        });
    }

    /// <summary>Where an administrator grants the application's permissions, in the connection's own tenant.</summary>
    /// <seealso href="https://learn.microsoft.com/entra/identity-platform/v2-admin-consent"/>
    public Uri AdminConsentAddress(Connection connection)
    {
        ArgumentNullException.ThrowIfNull(connection);

        var scopes = string.Join(' ', connection.Scopes.Select(static s => $"https://graph.microsoft.com/{s}"));
        var host = entra.Value.BrowserAuthorityHost ?? entra.Value.AuthorityHost;
        return new Uri(
            host,
            $"{Uri.EscapeDataString(connection.TenantId)}/v2.0/adminconsent?client_id={Uri.EscapeDataString(connection.ClientId)}"
            + $"&scope={Uri.EscapeDataString(scopes)}&redirect_uri={Uri.EscapeDataString(entra.Value.RedirectUri.AbsoluteUri)}");
    }

    /// <summary>What needs a person to be renewed (R69): every delegated connection, and why.</summary>
    public async Task<IReadOnlyList<InteractiveDependency>> InteractiveDependenciesAsync(CancellationToken cancellationToken)
        => [.. (await connections.ListAsync(cancellationToken))
            .Where(static c => c.AuthModel == AuthModel.DelegatedUser)
            .Select(static c => new InteractiveDependency(
                c.Id,
                c.Username!,
                c.Owner,
                Capabilities.WhyNot(AuthModel.ApplicationCertificate, Operation.PostChannelMessage) is null
                    ? "Make it an application with a certificate: nobody has to sign in."
                    : "Channel posts need a signed-in user: keep a dedicated account, exempt from sign-in frequency by policy, and use it at least every 90 days."))];
}

/// <summary>A connection that only a person's sign-in renews.</summary>
/// <param name="Advice">How to need that less often (R92).</param>
public sealed record InteractiveDependency(string ConnectionId, string Username, string Owner, string Advice);
