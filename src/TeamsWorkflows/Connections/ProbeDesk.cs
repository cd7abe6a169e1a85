using Microsoft.EntityFrameworkCore;
using TeamsWorkflows.Data;
using TeamsWorkflows.Diagnostics;

namespace TeamsWorkflows.Connections;

/// <summary>Tries a connection at somebody's word: a token, and a call with it. It opens no case and posts nothing.</summary>
public sealed class ProbeDesk
{
    private readonly Database _database;
    private readonly ConnectionTrial _trial;

    internal ProbeDesk(Database database, ConnectionTrial trial) => (_database, _trial) = (database, trial);

    public async Task<ProbeOutcome> ProbeAsync(string connectionId, CancellationToken cancellationToken)
    {
        var row = await _database.ReadAsync(db => db.Connections.SingleOrDefaultAsync(c => c.Id == connectionId, cancellationToken), cancellationToken);
        return row switch
        {
            null => new ProbeOutcome.NotFound(),
            { AuthModel: AuthModel.Webhook } => new ProbeOutcome.NothingToTry(),
            { AuthModel: AuthModel.DelegatedUser, State: ConnectionState.NeverConnected } => new ProbeOutcome.NeverConnected(),
            _ => (await _trial.RunAsync(row, TokenRequest.Silent, cancellationToken)).Failure is { } failure
                ? new ProbeOutcome.Broken(failure.Diagnosis)
                : new ProbeOutcome.Works(),
        };
    }
}

/// <summary>What came of trying a connection. The hierarchy is closed.</summary>
public abstract record ProbeOutcome
{
    private ProbeOutcome()
    {
    }

    public sealed record Works : ProbeOutcome;

    public sealed record Broken(Diagnosis Diagnosis) : ProbeOutcome;

    /// <summary>Nobody has signed in yet.</summary>
    public sealed record NeverConnected : ProbeOutcome;

    /// <summary>A webhook can only be tried by posting to it.</summary>
    public sealed record NothingToTry : ProbeOutcome;

    public sealed record NotFound : ProbeOutcome;
}
