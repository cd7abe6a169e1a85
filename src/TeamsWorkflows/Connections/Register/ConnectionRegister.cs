using Microsoft.EntityFrameworkCore;
using TeamsWorkflows.Connections.Canary;
using TeamsWorkflows.Connections.History;
using TeamsWorkflows.Data;
using TeamsWorkflows.Diagnostics;
using TeamsWorkflows.Doctor;

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
/// <param name="ReviewAt">When somebody has to look at it again; null: nobody has said so.</param>
public sealed record Consent(
    DateTimeOffset GrantedAt, string GrantedBy, IReadOnlyList<string> Scopes, string RecordedBy, IReadOnlyList<string> Missing, DateTimeOffset? ReviewAt = null);

/// <summary>A consent to take down.</summary>
/// <param name="GrantedAt">Null: now.</param>
/// <param name="ReviewAt">When somebody has to look at it again; null: never.</param>
public sealed record NewConsent(string GrantedBy, IReadOnlyList<string> Scopes, DateTimeOffset? GrantedAt = null, DateTimeOffset? ReviewAt = null);

/// <summary>The register of connections: who defines them, who consented to what, who answers for them (R59, R60, R66).</summary>
public sealed class ConnectionRegister
{
    private readonly Database _database;
    private readonly ConnectionDesk _connections;
    private readonly ConnectionJournal _journal;
    private readonly AdminConsent _consents;
    private readonly CanaryDesk _canary;
    private readonly ConnectionUses _uses;
    private readonly TimeProvider _time;

    internal ConnectionRegister(
        Database database,
        ConnectionDesk connections,
        ConnectionJournal journal,
        AdminConsent consents,
        CanaryDesk canary,
        ConnectionUses uses,
        TimeProvider time)
        => (_database, _connections, _journal, _consents, _canary, _uses, _time) = (database, connections, journal, consents, canary, uses, time);

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

        var known = await _connections.FindAsync(definition.Id, cancellationToken);
        if (known is { Origin: Origin.Configuration })
        {
            return new RegisterResult.OfConfiguration();
        }

        if (await _connections.ConfigureAsync(definition, Origin.Api, actor, precondition, cancellationToken) is { } refused)
        {
            return new RegisterResult.Refused(refused);
        }

        await _canary.ReplanAsync(cancellationToken); // what was changed may have to be tried, and what ends to be told
        return new RegisterResult.Registered((await _connections.FindAsync(definition.Id, cancellationToken))!, known is null);
    }

    /// <summary>Notes that an administrator granted permissions: in the register, and in the connection's history.</summary>
    /// <returns>False when there is no such connection.</returns>
    public Task<bool> RecordConsentAsync(string connectionId, NewConsent consent, string actor, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(consent);

        return _database.WriteAsync(
            async db =>
            {
                if (!await db.Connections.AnyAsync(c => c.Id == connectionId, cancellationToken))
                {
                    return false;
                }

                var (at, scopes) = (consent.GrantedAt ?? _time.GetUtcNow(), string.Join(' ', consent.Scopes));
                await db.Consents.Where(c => c.ConnectionId == connectionId && c.GrantedAt == at).ExecuteDeleteAsync(cancellationToken);
                db.Consents.Add(new ConsentRow
                {
                    ConnectionId = connectionId,
                    GrantedAt = at,
                    GrantedBy = consent.GrantedBy,
                    Scopes = scopes,
                    RecordedBy = actor,
                    ReviewAt = consent.ReviewAt,
                });
                _journal.Changed(db, connectionId, OperationalChange.PermissionsChanged, actor, $"{consent.GrantedBy} granted {scopes}", at);
                return true;
            },
            cancellationToken);
    }

    /// <summary>The recorded consents, the newest first.</summary>
    public async Task<IReadOnlyList<Consent>> ConsentsAsync(Connection connection, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(connection);

        var rows = await _database.ReadAsync(
            db => db.Consents.Where(c => c.ConnectionId == connection.Id).OrderByDescending(c => c.GrantedAt).ToListAsync(cancellationToken), cancellationToken);
        var needed = _consents.Needed(connection);
        return rows.ConvertAll(row =>
        {
            var scopes = row.Scopes.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            return new Consent(row.GrantedAt, row.GrantedBy, scopes, row.RecordedBy, [.. needed.Except(scopes, StringComparer.OrdinalIgnoreCase)], row.ReviewAt);
        });
    }

    /// <summary>What needs a person to be renewed (R69): every delegated connection, and why.</summary>
    public async Task<IReadOnlyList<InteractiveDependency>> InteractiveDependenciesAsync(CancellationToken cancellationToken)
    {
        var uses = await _uses.ReadAsync(connectionId: null, cancellationToken);
        return
        [
            .. (await _connections.ListAsync(cancellationToken)).Where(static c => c.AuthModel == AuthModel.DelegatedUser)
                .Select(c => new InteractiveDependency(c.Id, c.Username!, c.Owner, StabilisingAdvice.Of(uses.GetValueOrDefault(c.Id, ConnectionUse.None)))),
        ];
    }
}

/// <summary>A connection that only a person's sign-in renews.</summary>
/// <param name="Advice">How to need that less often (R92).</param>
public sealed record InteractiveDependency(string ConnectionId, string Username, string Owner, string Advice);
