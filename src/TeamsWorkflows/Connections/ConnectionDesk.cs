using Microsoft.EntityFrameworkCore;
using TeamsWorkflows.Connections.Credentials;
using TeamsWorkflows.Connections.History;
using TeamsWorkflows.Data;
using TeamsWorkflows.Diagnostics;

namespace TeamsWorkflows.Connections;

/// <summary>A connection as people and programs see it: no secret, no token.</summary>
/// <param name="Owner">Who answers for it.</param>
/// <param name="Username">The account that signs in; null for application connections.</param>
/// <param name="Diagnosis">Why it is not healthy; null when it is.</param>
/// <param name="OpenCaseId">The case that waits for a person; null when there is none.</param>
public sealed record Connection(
    string Id,
    string DisplayName,
    AuthModel AuthModel,
    string TenantId,
    string ClientId,
    string Owner,
    string? Username,
    IReadOnlyList<string> Scopes,
    ConnectionState State,
    DateTimeOffset StateSince,
    DateTimeOffset? LastSuccessAt,
    Diagnosis? Diagnosis,
    string? OpenCaseId)
{
    public string Environment { get; init; } = ConnectionDefinition.DefaultEnvironment;

    /// <summary>Gets how the account signs in; without a meaning for applications.</summary>
    public SignInWay SignIn { get; init; }

    public AccountKind AccountKind { get; init; }

    public Origin Origin { get; init; }

    /// <summary>Gets who can change the application's registration; null: the owner.</summary>
    public string? RegistrationOwner { get; init; }

    /// <summary>Gets a value indicating whether the application proves itself by a certificate and not by a secret.</summary>
    public bool UsesCertificate { get; init; }

    /// <summary>Gets a value indicating whether the application proves itself by a secret, which ends and leaks.</summary>
    internal bool UsesSecret { get; init; }

    /// <summary>Gets a value indicating whether a managed identity vouches for the application.</summary>
    internal bool UsesManagedIdentity { get; init; }

    /// <summary>Gets the kind of its credential, in words.</summary>
    public string CredentialKind => UsesCertificate ? "certificate"
        : UsesSecret ? "secret"
        : UsesManagedIdentity ? "managed identity"
        : AuthModel == AuthModel.Webhook ? "webhook" : "none";

    /// <summary>Gets what works today and breaks some day, in sentences.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>Gets how often it was connected, or renewed after a failure: a later one may have cured what an earlier one met.</summary>
    public long Generation { get; init; }

    /// <summary>Gets the version of the definition; how the connection is does not count.</summary>
    public string ETag { get; init; } = "";
}

/// <summary>Shows connections, and keeps them as the configuration says.</summary>
public sealed class ConnectionDesk
{
    private readonly Database _database;
    private readonly ISecretProtector _protector;
    private readonly WebhookAddresses _webhooks;
    private readonly ConnectionHealth _health;
    private readonly ConnectionJournal _journal;
    private readonly TimeProvider _time;

    internal ConnectionDesk(
        Database database, ISecretProtector protector, WebhookAddresses webhooks, ConnectionHealth health, ConnectionJournal journal, TimeProvider time)
        => (_database, _protector, _webhooks, _health, _journal, _time) = (database, protector, webhooks, health, journal, time);

    public Task<IReadOnlyList<Connection>> ListAsync(CancellationToken cancellationToken) => ReadAsync(connectionId: null, cancellationToken);

    public async Task<Connection?> FindAsync(string connectionId, CancellationToken cancellationToken)
        => (await ReadAsync(connectionId, cancellationToken)).SingleOrDefault();

    private async Task<IReadOnlyList<Connection>> ReadAsync(string? connectionId, CancellationToken cancellationToken)
    {
        var (rows, cases) = await _database.ReadAsync(
            async db => (
                await db.Connections.Where(c => connectionId == null || c.Id == connectionId).OrderBy(c => c.Id).ToListAsync(cancellationToken),
                await OpenCasesAsync(db, connectionId, cancellationToken)),
            cancellationToken);
        return rows.ConvertAll(row => From(row, cases.GetValueOrDefault(row.Id)));
    }

    // The oldest of each connection: its own, or another's that is about it, too.
    private static async Task<Dictionary<string, string>> OpenCasesAsync(ProductDb db, string? connectionId, CancellationToken cancellationToken)
    {
        var open = db.Cases.Where(c => c.ClosedAt == null);
        var own = open.Where(c => connectionId == null || c.ConnectionId == connectionId).Select(c => new { c.ConnectionId, c.Id, c.OpenedAt });
        var shared = db.CaseConnections.Where(o => connectionId == null || o.ConnectionId == connectionId)
            .Join(open, o => o.CaseId, c => c.Id, (o, c) => new { o.ConnectionId, c.Id, c.OpenedAt });
        return (await own.Concat(shared).ToListAsync(cancellationToken))
            .OrderBy(static c => c.OpenedAt).DistinctBy(static c => c.ConnectionId, StringComparer.Ordinal).ToDictionary(static c => c.ConnectionId, static c => c.Id, StringComparer.Ordinal);
    }

    /// <summary>Adds or changes a connection. Another account, tenant or application is another identity: it must connect anew.</summary>
    public Task ConfigureAsync(ConnectionDefinition definition, CancellationToken cancellationToken)
        => ConfigureAsync(definition, Origin.Configuration, "configuration", precondition: null, cancellationToken);

    internal Task<EditRefusal?> ConfigureAsync(
        ConnectionDefinition definition, Origin origin, string actor, Precondition? precondition, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(definition);

        return _database.WriteAsync(
            async db =>
            {
                var row = await db.Connections.SingleOrDefaultAsync(c => c.Id == definition.Id, cancellationToken);
                if (precondition is not null && (precondition.OnlyNew ? row is not null : precondition.IfMatch is { } seen && seen != (row is null ? null : ConnectionVersion.Of(row))))
                {
                    return (EditRefusal?)EditRefusal.PreconditionFailed;
                }

                if (row is null)
                {
                    row = NewRow(definition);
                    db.Connections.Add(row);
                }
                else
                {
                    var changes = ChangesOf(row, definition).ToArray();
                    foreach (var change in changes)
                    {
                        _journal.Changed(db, row.Id, change, actor);
                    }

                    if (changes.Contains(OperationalChange.SecretRotated) || row.ClientId != definition.ClientId)
                    {
                        (row.CredentialEndsAt, row.CredentialCheckedAt, row.CertificateThumbprint) = (null, null, null); // the old credential's
                    }

                    if (changes.Contains(OperationalChange.OwnerChanged))
                    {
                        row.Suspect(OperationalChange.OwnerChanged, _time.GetUtcNow());
                    }

                    if (!IsSameIdentity(row, definition))
                    {
                        await db.TokenCaches.Where(c => c.ConnectionId == row.Id).ExecuteDeleteAsync(cancellationToken);
                        await db.DeviceSignIns.Where(s => s.ConnectionId == row.Id).ExecuteDeleteAsync(cancellationToken);
                        row.AccountId = null;
                        _health.Move(db, row, ConnectionState.NeverConnected, because: null, evidence: null, actor);
                    }
                }

                Fill(row, definition, origin);
                return null;
            },
            cancellationToken);
    }

    private void Fill(ConnectionRow row, ConnectionDefinition definition, Origin origin)
    {
        (row.DisplayName, row.Owner, row.Scopes) = (definition.DisplayName, definition.Owner, string.Join(' ', definition.Scopes));
        (row.AuthModel, row.TenantId, row.ClientId, row.Username)
            = (definition.AuthModel, definition.TenantId, definition.ClientId, definition.Username);
        row.ProtectedSecret = definition.ClientSecret is { } secret ? _protector.Protect(Purpose(definition.Id), secret) : null;
        (row.VaultCertificate, row.ManagedIdentity) = (definition.VaultCertificate, definition.ManagedIdentity);
        row.ProtectedWebhook = definition.WebhookAddress is { } address ? _webhooks.Protect(definition.Id, address) : null;
        (row.CertificateFile, row.SecretExpiresAt) = (definition.CertificateFile, definition.SecretExpiresAt);
        (row.RegistrationOwner, row.AccountKind, row.SignIn) = (definition.RegistrationOwner, definition.AccountKind, definition.SignIn);
        (row.Environment, row.Origin) = (definition.Environment, origin);
    }

    // What tokens depend on (R5, R31, R55): a change of these is the first thing to look at when something breaks.
    private IEnumerable<OperationalChange> ChangesOf(ConnectionRow row, ConnectionDefinition definition)
    {
        var secret = row.ProtectedSecret is { } data ? _protector.UnprotectText(Purpose(row.Id), data) : null;
        if (secret != definition.ClientSecret || row.CertificateFile != definition.CertificateFile
            || row.VaultCertificate != definition.VaultCertificate || row.ManagedIdentity != definition.ManagedIdentity
            || _webhooks.Of(row)?.OriginalString != definition.WebhookAddress)
        {
            yield return OperationalChange.SecretRotated;
        }

        if (row.Owner != definition.Owner || row.Username != definition.Username)
        {
            yield return OperationalChange.OwnerChanged;
        }

        if (row.Scopes != string.Join(' ', definition.Scopes) || row.AuthModel != definition.AuthModel)
        {
            yield return OperationalChange.PermissionsChanged;
        }
    }

    internal static string Purpose(string connectionId) => $"connection-secret/{connectionId}";

    private static bool IsSameIdentity(ConnectionRow row, ConnectionDefinition definition)
        => row.Identity == (definition.AuthModel, definition.SignIn, definition.TenantId, definition.ClientId, definition.Username);

    private ConnectionRow NewRow(ConnectionDefinition definition) => new()
    {
        Id = definition.Id,
        DisplayName = definition.DisplayName,
        AuthModel = definition.AuthModel,
        TenantId = definition.TenantId,
        ClientId = definition.ClientId,
        Owner = definition.Owner,
        Scopes = "",
        State = ConnectionState.NeverConnected,
        StateSince = _time.GetUtcNow(),
    };

    private Connection From(ConnectionRow row, string? openCaseId)
    {
        var connection = new Connection(
            row.Id,
            row.DisplayName,
            row.AuthModel,
            row.TenantId,
            row.ClientId,
            row.Owner,
            row.Username,
            row.Scopes.Split(' ', StringSplitOptions.RemoveEmptyEntries),
            row.State,
            row.StateSince,
            row.LastSuccessAt,
            WorkflowJson.Read<Diagnosis>(row.Diagnosis),
            openCaseId)
        {
            Environment = row.Environment,
            SignIn = row.SignIn,
            AccountKind = row.AccountKind,
            Origin = row.Origin,
            RegistrationOwner = row.RegistrationOwner,
            UsesCertificate = row.CertificateFile is not null || row.VaultCertificate is not null,
            UsesSecret = row.ProtectedSecret is not null,
            UsesManagedIdentity = row.ManagedIdentity is not null,
            Generation = row.Generation,
            ETag = ConnectionVersion.Of(row),
        };
        return connection with { Warnings = DefinitionRules.Warnings(connection, row.SecretExpiresAt - _time.GetUtcNow()) };
    }
}
