using Microsoft.EntityFrameworkCore;
using Microsoft.Identity.Client;
using TeamsWorkflows.Audit;
using TeamsWorkflows.Cases;
using TeamsWorkflows.Data;
using TeamsWorkflows.Diagnostics;

namespace TeamsWorkflows.Connections.SignIns;

/// <summary>What follows from a person's sign-in, whichever way it came about: the right account connects, another leaves nothing behind.</summary>
internal sealed class SignInAcceptance(Database database, CaseDesk cases, TimeProvider time, Func<Guid> newGuid)
{
    /// <param name="app">By whose cache the tokens came.</param>
    /// <param name="caseId">The case that the sign-in was begun for; null: none.</param>
    /// <param name="actor">The operator who began it.</param>
    /// <param name="device">The sign-in by device code that it came by: it ends with the connection, in one transaction; null: another way.</param>
    public async Task<SignInResult> AcceptAsync(
        ConnectionRow connection,
        IClientApplicationBase app,
        AuthenticationResult result,
        string? caseId,
        string actor,
        DeviceSignInRow? device,
        CancellationToken cancellationToken)
    {
        if (!IsExpected(connection, result.Account))
        {
            await app.RemoveAsync(result.Account);
            return new SignInResult.WrongAccount(connection.Id, caseId, connection.Username!, result.Account.Username);
        }

        var resolved = await ConnectAsync(connection.Id, result.Account.HomeAccountId.Identifier, actor, device, cancellationToken);
        await TellAsync(connection, resolved, actor, cancellationToken);

        return new SignInResult.Connected(connection.Id, resolved, connection.Username!);
    }

    /// <summary>Tells the case, if there is one, that somebody has signed in. Twice does no harm.</summary>
    public Task TellAsync(ConnectionRow connection, string? caseId, string actor, CancellationToken cancellationToken)
        => caseId is null
            ? Task.CompletedTask
            : cases.TellAsync(caseId, new CaseResolved(actor, $"Signed in as {connection.Username}."), cancellationToken);

    /// <summary>The open case that a sign-in resolves.</summary>
    public static Task<CaseRow?> OpenCaseAsync(ProductDb db, string connectionId, CancellationToken cancellationToken)
        => db.Cases.SingleOrDefaultAsync(
            c => c.ConnectionId == connectionId && c.Cause == OperatorAction.Reconnect && c.ClosedAt == null, cancellationToken);

    public static string[] Scopes(ConnectionRow connection) => connection.Scopes.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    // With an open case, the connection is healthy when the probe says so and not before.
    private async Task<string?> ConnectAsync(
        string connectionId, string accountId, string actor, DeviceSignInRow? device, CancellationToken cancellationToken)
    {
        // Whoever began it did this, whoever sent the answer and however much later.
        using var call = AuditCall.Begin(new(actor, "", ""), device is null ? "connection.signed-in" : "connection.device-signed-in", $"connection/{connectionId}", reason: null);
        return await database.WriteAsync(
            async db =>
            {
                var connection = await db.Connections.SingleAsync(c => c.Id == connectionId, cancellationToken);
                var open = await OpenCaseAsync(db, connectionId, cancellationToken);
                (connection.AccountId, connection.Generation) = (accountId, connection.Generation + 1);
                db.ConnectionEvents.Add(new ConnectionEventRow
                {
                    Id = newGuid(),
                    ConnectionId = connectionId,
                    At = time.GetUtcNow(),
                    Kind = ConnectionEventKind.Reconnected,
                    Actor = actor,
                });
                if (open is null)
                {
                    (connection.State, connection.StateSince) = (ConnectionState.Healthy, time.GetUtcNow());
                    (connection.Diagnosis, connection.Evidence) = (null, null);
                }

                if (device is not null
                    && await db.DeviceSignIns.SingleOrDefaultAsync(s => s.ConnectionId == connectionId && s.Id == device.Id, cancellationToken) is { } ended)
                {
                    (ended.State, ended.Account, ended.ProtectedAnswer) = (DeviceSignInState.Connected, connection.Username, null);
                }

                return open?.Id;
            },
            cancellationToken);
    }

    private static bool IsExpected(ConnectionRow connection, IAccount account)
        => string.Equals(account.Username, connection.Username, StringComparison.OrdinalIgnoreCase)
            && string.Equals(account.HomeAccountId.TenantId, connection.TenantId, StringComparison.OrdinalIgnoreCase);
}
