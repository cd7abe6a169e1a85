using Microsoft.EntityFrameworkCore;
using Microsoft.Graph.Models;
using TeamsWorkflows.Data;
using TeamsWorkflows.Diagnostics;
using TeamsWorkflows.DurableTask;
using TeamsWorkflows.Graph;

namespace TeamsWorkflows.Connections;

/// <summary>Proves that a connection works again: a token, and a call with it.</summary>
internal sealed class ProbeConnection(Database database, TokenSource tokens, TeamsChannels channels, TimeProvider time)
    : TaskActivity<ProbeInput, ProbeResult>
{
    public override async Task<ProbeResult> RunAsync(TaskActivityContext context, ProbeInput input)
    {
        var connection = await database.ReadAsync(
            db => db.Connections.SingleAsync(c => c.Id == input.ConnectionId, context.CancellationToken), context.CancellationToken);
        var diagnosis = await ProbeAsync(connection, input.Cause, context.CancellationToken);
        var verification = diagnosis is null ? "The connection works." : diagnosis.Summary;
        await database.WriteAsync(
            db => db.Cases.Where(c => c.Id == input.CaseId).ExecuteUpdateAsync(
                set => set.SetProperty(c => c.LastVerification, $"{time.GetUtcNow():u} {verification}"), context.CancellationToken),
            context.CancellationToken);
        return new(diagnosis);
    }

    private async Task<Diagnosis?> ProbeAsync(ConnectionRow connection, OperatorAction cause, CancellationToken cancellationToken)
    {
        // A sign-in has just put a new token into the cache; everything else must be seen by the authority.
        var request = new TokenRequest(BypassCache: cause != OperatorAction.Reconnect);
        var token = await tokens.AcquireAsync(connection, request, cancellationToken);
        if (token is TokenResult.Refused refused)
        {
            return Diagnostician.Diagnose(refused.Evidence);
        }

        if (connection.AuthModel != AuthModel.DelegatedUser)
        {
            return null; // an application has no /me: that it gets a token is what can be proved without touching data
        }

        var accessToken = ((TokenResult.Acquired)token).AccessToken;
        return await channels.ProbeAsync(accessToken, channels.NewRequestId(), cancellationToken) is GraphResult<User>.Failure failure
            ? Diagnostician.Diagnose(failure.Evidence)
            : null;
    }
}
