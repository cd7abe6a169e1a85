using System.Collections.Concurrent;
using Microsoft.EntityFrameworkCore;
using TeamsWorkflows.Data;
using TeamsWorkflows.Diagnostics;
using TeamsWorkflows.DurableTask;

namespace TeamsWorkflows.Connections;

/// <summary>Renews a connection's token once, past the cache, for all the runs that failed on the old one.</summary>
internal sealed class RenewToken(
    Database database, TokenSource tokens, ConnectionVerdicts verdicts, ConnectionGates gates, ConnectionHealth health)
    : TaskActivity<RenewTokenInput, RenewalOutcome>
{
    public override async Task<RenewalOutcome> RunAsync(TaskActivityContext context, RenewTokenInput input)
    {
        using var alone = await gates.EnterAsync(input.ConnectionId, context.CancellationToken);
        var connection = await database.ReadAsync(
            db => db.Connections.SingleAsync(c => c.Id == input.ConnectionId, context.CancellationToken), context.CancellationToken);
        if (connection.Generation > input.Generation)
        {
            return new(Diagnosis: null); // somebody else was here since then
        }

        if (connection.State == ConnectionState.NeedsAttention && WorkflowJson.Read<Diagnosis>(connection.Diagnosis) is { } known)
        {
            return new(known);
        }

        var token = await tokens.AcquireAsync(
            connection, new TokenRequest(BypassCache: true, input.Claims), context.CancellationToken);
        var refused = token is TokenResult.Refused { Evidence: { } evidence }
            ? await verdicts.JudgeAsync(connection, evidence, operation: null, context.CancellationToken)
            : null;
        var diagnosis = refused is null ? null : refused.Diagnosis with { Claims = refused.Diagnosis.Claims ?? input.Claims };
        await RecordAsync(connection, diagnosis, refused?.Evidence, context.CancellationToken);
        return new(diagnosis);
    }

    private Task RecordAsync(
        ConnectionRow used, Diagnosis? diagnosis, FailureEvidence? evidence, CancellationToken cancellationToken) => database.WriteAsync(
        async db =>
        {
            var connection = await db.Connections.SingleAsync(c => c.Id == used.Id, cancellationToken);
            if (diagnosis is null)
            {
                connection.Generation++;
            }
            else if (diagnosis.Action != OperatorAction.WaitAndRetry && connection.Generation == used.Generation)
            {
                health.Move(db, connection, ConnectionState.NeedsAttention, diagnosis, WorkflowJson.Write(evidence), ConnectionHealth.Product);
            }
        },
        cancellationToken);
}

/// <summary>One at a time, per connection, in this process; other processes meet in the token cache's row.</summary>
internal sealed class ConnectionGates
{
    private readonly ConcurrentDictionary<string, SemaphoreSlim> _gates = new(StringComparer.Ordinal);

    public async Task<IDisposable> EnterAsync(string connectionId, CancellationToken cancellationToken)
    {
        var gate = _gates.GetOrAdd(connectionId, static _ => new SemaphoreSlim(1, 1));
        await gate.WaitAsync(cancellationToken);
        return new Exit(gate);
    }

    private sealed class Exit(SemaphoreSlim gate) : IDisposable
    {
        public void Dispose() => gate.Release();
    }
}
