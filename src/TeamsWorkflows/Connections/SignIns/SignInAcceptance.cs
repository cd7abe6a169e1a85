using Microsoft.EntityFrameworkCore;
using Microsoft.Identity.Client;
using TeamsWorkflows.Audit;
using TeamsWorkflows.Cases;
using TeamsWorkflows.Connections.History;
using TeamsWorkflows.Data;
using TeamsWorkflows.Diagnostics;

namespace TeamsWorkflows.Connections.SignIns;

/// <summary>What follows from a person's sign-in, whichever way it came about: the right account connects, another leaves nothing behind.</summary>
internal sealed class SignInAcceptance(
    Database database, CaseDesk cases, AcquisitionLog acquisitions, ConnectionHealth health, ConnectionJournal journal)
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
        if (!IsExpected(connection, result))
        {
            await app.RemoveAsync(result.Account);
            return new SignInResult.WrongAccount(connection.Id, caseId, connection.Username!, result.Account.Username);
        }

        var (isSame, resolved) = await ConnectAsync(connection, result.Account.HomeAccountId.Identifier, actor, device, cancellationToken);
        if (!isSame)
        {
            await app.RemoveAsync(result.Account);
            return new SignInResult.Expired();
        }

        await acquisitions.NoteAsync(connection, result, cancellationToken);
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

    // With an open case, the connection is healthy when the probe says so and not before. A connection that was made another
    // one, or removed, while the person signed in is not what they signed in for.
    private async Task<(bool IsSame, string? CaseId)> ConnectAsync(
        ConnectionRow signedIn, string accountId, string actor, DeviceSignInRow? device, CancellationToken cancellationToken)
    {
        // Whoever began it did this, whoever sent the answer and however much later.
        using var call = AuditCall.Begin(new(actor, "", ""), device is null ? "connection.signed-in" : "connection.device-signed-in", $"connection/{signedIn.Id}", reason: null);
        return await database.WriteAsync(
            async db =>
            {
                var connectionId = signedIn.Id;
                if (await db.Connections.SingleOrDefaultAsync(c => c.Id == connectionId, cancellationToken) is not { } connection
                    || connection.Identity != signedIn.Identity)
                {
                    return (false, (string?)null);
                }

                var open = await OpenCaseAsync(db, connectionId, cancellationToken);
                if (connection.AccountId is { } before && before != accountId)
                {
                    var note = $"{connection.Username} is another account than before: it was made anew under the same name.";
                    journal.Changed(db, connectionId, OperationalChange.OwnerChanged, actor, note);
                }

                (connection.AccountId, connection.Generation) = (accountId, connection.Generation + 1);
                journal.SignedIn(db, connectionId, actor);
                if (open is null)
                {
                    health.Move(db, connection, ConnectionState.Healthy, because: null, evidence: null, actor);
                }

                if (device is not null
                    && await db.DeviceSignIns.SingleOrDefaultAsync(s => s.ConnectionId == connectionId && s.Id == device.Id, cancellationToken) is { } ended)
                {
                    (ended.State, ended.Account, ended.ProtectedAnswer) = (DeviceSignInState.Connected, connection.Username, null);
                }

                return (true, open?.Id);
            },
            cancellationToken);
    }

    // A connection that names its directory by a domain was signed in for at that directory's own endpoint: what the token says
    // is the directory's identifier. Either way the account is one of its own, not a guest.
    private static bool IsExpected(ConnectionRow connection, AuthenticationResult result)
        => string.Equals(result.Account.Username, connection.Username, StringComparison.OrdinalIgnoreCase)
            && string.Equals(
                result.Account.HomeAccountId.TenantId,
                Guid.TryParse(connection.TenantId, out _) ? connection.TenantId : result.TenantId,
                StringComparison.OrdinalIgnoreCase);
}
