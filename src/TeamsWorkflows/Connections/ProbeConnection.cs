using Microsoft.EntityFrameworkCore;
using TeamsWorkflows.Data;
using TeamsWorkflows.Diagnostics;
using TeamsWorkflows.DurableTask;

namespace TeamsWorkflows.Connections;

/// <summary>Proves that a connection works again: a token, and a call with it.</summary>
internal sealed class ProbeConnection(Database database, ConnectionTrial trial, TimeProvider time)
    : TaskActivity<ProbeInput, ProbeResult>
{
    public override async Task<ProbeResult> RunAsync(TaskActivityContext context, ProbeInput input)
    {
        var connection = await database.ReadAsync(
            db => db.Connections.SingleAsync(c => c.Id == input.ConnectionId, context.CancellationToken), context.CancellationToken);

        // A sign-in has just put a new token into the cache; everything else must be seen by the authority.
        var request = new TokenRequest(BypassCache: input.Cause != OperatorAction.Reconnect);
        var failure = (await trial.RunAsync(connection, request, context.CancellationToken)).Failure;
        var diagnosis = failure?.Diagnosis;
        var verification = failure is null
            ? connection.AuthModel == AuthModel.Webhook ? "The next report shows whether the webhook works." : "The connection works."
            : failure.Diagnosis.Summary;
        var evidence = failure is null ? null : WorkflowJson.Write(failure.Evidence);
        await database.WriteAsync(
            db => db.Cases.Where(c => c.Id == input.CaseId).ExecuteUpdateAsync(
                set => set.SetProperty(c => c.LastVerification, $"{time.GetUtcNow():u} {verification}")
                    .SetProperty(c => c.Evidence, c => evidence ?? c.Evidence),
                context.CancellationToken),
            context.CancellationToken);
        return new(diagnosis);
    }
}
