using Microsoft.EntityFrameworkCore;
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
    string? OpenCaseId);

/// <summary>Shows connections, and keeps them as the configuration says.</summary>
public sealed class ConnectionDesk(Database database, ISecretProtector protector, TimeProvider time)
{
    public async Task<IReadOnlyList<Connection>> ListAsync(CancellationToken cancellationToken)
    {
        var (rows, cases) = await database.ReadAsync(
            async db => (
                await db.Connections.OrderBy(c => c.Id).ToListAsync(cancellationToken),
                await db.Cases.Where(c => c.ClosedAt == null).OrderBy(c => c.OpenedAt).ToListAsync(cancellationToken)),
            cancellationToken);
        return rows.ConvertAll(row => From(row, cases.Find(c => c.ConnectionId == row.Id)));
    }

    public async Task<Connection?> FindAsync(string connectionId, CancellationToken cancellationToken)
        => (await ListAsync(cancellationToken)).SingleOrDefault(c => c.Id == connectionId);

    /// <summary>Adds or changes a connection. Another account, tenant or application is another identity: it must connect anew.</summary>
    public Task ConfigureAsync(ConnectionDefinition definition, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(definition);

        return database.WriteAsync(
            async db =>
            {
                var row = await db.Connections.SingleOrDefaultAsync(c => c.Id == definition.Id, cancellationToken);
                if (row is null)
                {
                    row = NewRow(definition);
                    db.Connections.Add(row);
                }
                else if (!IsSameIdentity(row, definition))
                {
                    await db.TokenCaches.Where(c => c.ConnectionId == row.Id).ExecuteDeleteAsync(cancellationToken);
                    (row.AccountId, row.State, row.StateSince) = (null, ConnectionState.NeverConnected, time.GetUtcNow());
                    (row.Diagnosis, row.Evidence) = (null, null);
                }

                (row.DisplayName, row.Owner, row.Scopes) = (definition.DisplayName, definition.Owner, string.Join(' ', definition.Scopes));
                (row.AuthModel, row.TenantId, row.ClientId, row.Username)
                    = (definition.AuthModel, definition.TenantId, definition.ClientId, definition.Username);
                row.ProtectedSecret = definition.ClientSecret is { } secret ? protector.Protect(Purpose(definition.Id), secret) : null;
            },
            cancellationToken);
    }

    internal static string Purpose(string connectionId) => $"connection-secret/{connectionId}";

    private static bool IsSameIdentity(ConnectionRow row, ConnectionDefinition definition)
        => (row.AuthModel, row.TenantId, row.ClientId, row.Username)
            == (definition.AuthModel, definition.TenantId, definition.ClientId, definition.Username);

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
        StateSince = time.GetUtcNow(),
    };

    private static Connection From(ConnectionRow row, CaseRow? openCase) => new(
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
        openCase?.Id);
}
