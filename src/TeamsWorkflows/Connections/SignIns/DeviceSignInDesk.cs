using Microsoft.EntityFrameworkCore;
using TeamsWorkflows.Data;
using TeamsWorkflows.Diagnostics;
using TeamsWorkflows.DurableTask.Client;

namespace TeamsWorkflows.Connections.SignIns;

/// <summary>Connects and reconnects delegated connections by device code: the person signs in on any machine, a workflow waits for it.</summary>
/// <seealso href="https://www.rfc-editor.org/rfc/rfc8628"/>
public sealed class DeviceSignInDesk
{
    // One that ends sooner is no use to a person who begins now.
    private static readonly TimeSpan LeastLeft = TimeSpan.FromMinutes(2);

    private readonly Database _database;
    private readonly DeviceCodePoll _poll;
    private readonly ISecretProtector _protector;
    private readonly SignInAcceptance _acceptance;
    private readonly ConnectionGates _gates;
    private readonly DurableTaskClient _client;
    private readonly TimeProvider _time;
    private readonly Func<Guid> _newGuid;

    internal DeviceSignInDesk(
        Database database,
        DeviceCodePoll poll,
        ISecretProtector protector,
        SignInAcceptance acceptance,
        ConnectionGates gates,
        DurableTaskClient client,
        TimeProvider time,
        Func<Guid> newGuid)
        => (_database, _poll, _protector, _acceptance, _gates, _client, _time, _newGuid)
            = (database, poll, protector, acceptance, gates, client, time, newGuid);

    /// <summary>Begins a sign-in, or gives the one that is under way: there is one per connection. It resolves the open reconnect case.</summary>
    /// <param name="actor">The operator who began it.</param>
    /// <returns>Null when there is no such connection, or nobody signs in for it by device code.</returns>
    public async Task<DeviceSignIn?> BeginAsync(string connectionId, string actor, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(actor);

        using var alone = await _gates.EnterAsync(connectionId, cancellationToken);
        var (connection, open, row) = await _database.ReadAsync(
            async db => (
                await db.Connections.SingleOrDefaultAsync(c => c.Id == connectionId, cancellationToken),
                await SignInAcceptance.OpenCaseAsync(db, connectionId, cancellationToken),
                await db.DeviceSignIns.SingleOrDefaultAsync(s => s.ConnectionId == connectionId, cancellationToken)),
            cancellationToken);
        if (connection is not { AuthModel: AuthModel.DelegatedUser, SignIn: SignInWay.DeviceCode })
        {
            return null;
        }

        var now = _time.GetUtcNow();
        if (row is not { State: DeviceSignInState.Waiting } || row.ExpiresAt < now + LeastLeft || row.CaseId != open?.Id || Begun(row) is null)
        {
            row = await StoreAsync(await AskAsync(connection, open, actor, cancellationToken), former: row, cancellationToken);
        }

        if (row is { State: DeviceSignInState.Waiting } && !await TryStartAsync(row, cancellationToken))
        {
            // Nobody would ask for what becomes of the old code.
            row = await StoreAsync(await AskAsync(connection, open, actor, cancellationToken), former: row, cancellationToken);
            await TryStartAsync(row, cancellationToken);
        }

        return DeviceSignIn.From(row, Begun(row), now);
    }

    /// <returns>The connection's last device sign-in; null when there was none.</returns>
    public async Task<DeviceSignIn?> FindAsync(string connectionId, CancellationToken cancellationToken)
        => await _database.ReadAsync(
            db => db.DeviceSignIns.SingleOrDefaultAsync(s => s.ConnectionId == connectionId, cancellationToken), cancellationToken) is { } row
                ? DeviceSignIn.From(row, Begun(row), _time.GetUtcNow())
                : null;

    internal static string Purpose(string connectionId) => $"device-code/{connectionId}";

    private async Task<DeviceSignInRow> AskAsync(ConnectionRow connection, CaseRow? open, string actor, CancellationToken cancellationToken)
    {
        var claims = WorkflowJson.Read<Diagnosis>(open?.Diagnosis)?.Claims;
        var row = new DeviceSignInRow
        {
            ConnectionId = connection.Id,
            Id = _newGuid().ToString("N"),
            CaseId = open?.Id,
            Actor = actor,
            ExpiresAt = _time.GetUtcNow(),
        };
        switch (await _poll.AskAsync(connection, begun: null, claims, cancellationToken))
        {
            case DeviceCodeAnswer.Pending pending:
                row.ProtectedAnswer = _protector.Protect(Purpose(connection.Id), pending.Begun);
                row.ExpiresAt += BegunDevice.Read(pending.Begun).Lifetime;
                break;
            case DeviceCodeAnswer.Refused refused:
                (row.State, row.Diagnosis) = (DeviceSignInState.Refused, WorkflowJson.Write(Diagnostician.Diagnose(refused.Evidence)));
                break;
            case DeviceCodeAnswer.SignedIn signedIn: // before the code was shown: it is not this person's sign-in
                await signedIn.App.RemoveAsync(signedIn.Result.Account);
                (row.State, row.Account) = (DeviceSignInState.WrongAccount, signedIn.Result.Account.Username);
                break;
        }

        return row;
    }

    // The gate is this node's: another one may have begun a sign-in meanwhile. Whoever stored first has the connection's only one.
    private Task<DeviceSignInRow> StoreAsync(DeviceSignInRow row, DeviceSignInRow? former, CancellationToken cancellationToken) => _database.WriteAsync(
        async db =>
        {
            var current = await db.DeviceSignIns.AsNoTracking().SingleOrDefaultAsync(s => s.ConnectionId == row.ConnectionId, cancellationToken);
            if (current is { State: DeviceSignInState.Waiting } && current.Id != former?.Id)
            {
                return current;
            }

            await db.DeviceSignIns.Where(s => s.ConnectionId == row.ConnectionId).ExecuteDeleteAsync(cancellationToken);
            db.DeviceSignIns.Add(row);
            return row;
        },
        cancellationToken);

    // After the row, and again for one that is under way: a process that died in between has not started it.
    // False: the workflow that waited for it has ended, failed or was terminated.
    private async Task<bool> TryStartAsync(DeviceSignInRow row, CancellationToken cancellationToken)
    {
        if (Begun(row) is not { } begun)
        {
            return true; // it is over: there is nothing to wait for
        }

        var instance = $"device-sign-in-{row.Id}";
        try
        {
            await _client.ScheduleNewOrchestrationInstanceAsync(
                nameof(SignInByDevice),
                new DeviceSignInInput(row.ConnectionId, row.Id, BegunDevice.Read(begun).Interval),
                new(instance),
                cancellationToken);
            return true;
        }
        catch (OrchestrationAlreadyExistsException)
        {
            return await _client.GetInstanceAsync(instance, cancellationToken) is not { IsCompleted: true };
        }
    }

    private string? Begun(DeviceSignInRow row)
        => row.ProtectedAnswer is { } data ? _protector.UnprotectText(Purpose(row.ConnectionId), data) : null;
}
