using Microsoft.EntityFrameworkCore;
using TeamsWorkflows.Connections.Canary;
using TeamsWorkflows.Connections.Credentials;
using TeamsWorkflows.Data;
using TeamsWorkflows.Diagnostics;
using TeamsWorkflows.DurableTask;

namespace TeamsWorkflows.Connections;

/// <summary>Proves that the connections of a case work again: a token, and a call with it.</summary>
internal sealed class ProbeConnection(Database database, ConnectionTrial trial, ConnectionCheck check, VaultCertificates vaults, TimeProvider time)
    : TaskActivity<ProbeInput, ProbeResult>
{
    public override async Task<ProbeResult> RunAsync(TaskActivityContext context, ProbeInput input)
    {
        var (connection, others) = await database.ReadAsync(
            async db => (
                await db.Connections.SingleAsync(c => c.Id == input.ConnectionId, context.CancellationToken),
                await db.Connections.Where(c => db.CaseConnections.Any(o => o.CaseId == input.CaseId && o.ConnectionId == c.Id))
                    .OrderBy(c => c.Id).ToListAsync(context.CancellationToken)),
            context.CancellationToken);
        if (input.Cause == OperatorAction.RotateCredential && connection.VaultCertificate is { } address)
        {
            vaults.Forget(address); // somebody says that there is a new one
        }

        // A sign-in has just put a new token into the cache; everything else must be seen by the authority.
        var request = new TokenRequest(BypassCache: input.Cause != OperatorAction.Reconnect);
        var failure = (await trial.RunAsync(connection, request, context.CancellationToken)).Failure;
        var broken = failure is null ? null : connection.Id;
        for (var i = 0; i < others.Count && failure is null; i++)
        {
            failure = await OfOtherAsync(context, input, others[i], request);
            broken = failure is null ? null : others[i].Id;
        }

        var verification = failure is null ? (others.Count > 0 ? "The connections work."
                : connection.AuthModel == AuthModel.Webhook ? "The next report shows whether the webhook works." : "The connection works.")
            : others.Count == 0 ? failure.Diagnosis.Summary : $"{broken}: {failure.Diagnosis.Summary}";
        var evidence = failure is null ? null : WorkflowJson.Write(failure.Evidence);
        await database.WriteAsync(
            db =>
            {
                db.Note(ChangeTopic.Cases, input.CaseId);
                return db.Cases.Where(c => c.Id == input.CaseId).ExecuteUpdateAsync(
                    set => set.SetProperty(c => c.LastVerification, $"{time.GetUtcNow():u} {verification}")
                        .SetProperty(c => c.Evidence, c => evidence ?? c.Evidence),
                    context.CancellationToken);
            },
            context.CancellationToken);
        return new(failure?.Diagnosis);
    }

    // One that fails for another reason by now is no matter of this case any more: it gets its own.
    private async Task<ConnectionVerdict?> OfOtherAsync(TaskActivityContext context, ProbeInput input, ConnectionRow other, TokenRequest request)
    {
        var failure = (await trial.RunAsync(other, request, context.CancellationToken)).Failure;
        if (failure is null || !ConnectionCheck.IsForPeople(failure.Diagnosis) || failure.Diagnosis.Action == input.Cause)
        {
            return failure;
        }

        await database.WriteAsync(
            db =>
            {
                db.Note(ChangeTopic.Cases, input.CaseId);
                db.Note(ChangeTopic.Connections, other.Id);
                return db.CaseConnections.Where(o => o.CaseId == input.CaseId && o.ConnectionId == other.Id).ExecuteDeleteAsync(context.CancellationToken);
            },
            context.CancellationToken);
        await check.StopAsync(context, other, failure);
        return null;
    }
}
