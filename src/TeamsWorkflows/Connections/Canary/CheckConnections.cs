using Microsoft.EntityFrameworkCore;
using TeamsWorkflows.Data;
using TeamsWorkflows.Diagnostics;
using TeamsWorkflows.DurableTask;

namespace TeamsWorkflows.Connections.Canary;

/// <summary>Tries every connection that is thought to work, and opens the case of one that does not, before a report needs it (B10).</summary>
/// <remarks>It also uses the stored sign-ins, which end when nobody does, and asks registrations when their credentials end.</remarks>
internal sealed class CheckConnections(
    Database database, ConnectionTrial trial, Registrations registrations, ParkRun park, CanaryTimes times, TimeProvider time)
    : TaskActivity<WatchInput, WatchRound>
{
    public override async Task<WatchRound> RunAsync(TaskActivityContext context, WatchInput input)
    {
        if (input.OnlyPlan == true)
        {
            return new(0, [], await times.NextAsync(time.GetUtcNow(), context.CancellationToken));
        }

        var rows = await database.ReadAsync(
            db => db.Connections
                .Where(c => c.AuthModel != AuthModel.Webhook
                    && (c.State == ConnectionState.Healthy || (c.State == ConnectionState.NeverConnected && c.AuthModel != AuthModel.DelegatedUser)))
                .OrderBy(c => c.Id).ToListAsync(context.CancellationToken),
            context.CancellationToken);
        var broken = new List<string>();
        foreach (var row in rows)
        {
            if (!await WorksAsync(context, row))
            {
                broken.Add(row.Id);
            }
        }

        return new(rows.Count, broken, await times.NextAsync(time.GetUtcNow(), context.CancellationToken));
    }

    private async Task<bool> WorksAsync(TaskActivityContext context, ConnectionRow row)
    {
        var (token, failure) = await trial.RunAsync(row, TokenRequest.Silent, context.CancellationToken);
        if (failure is { Diagnosis: { MayRenewSilently: true } first })
        {
            (token, failure) = await trial.RunAsync(row, new TokenRequest(BypassCache: true, first.Claims), context.CancellationToken);
        }

        if (failure is null)
        {
            await registrations.ReadAsync(row, token!, context.CancellationToken);
            return true;
        }

        var diagnosis = failure.Diagnosis;
        if (diagnosis.Action != OperatorAction.WaitAndRetry && diagnosis.Class != FailureClasses.Unknown)
        {
            await StopAsync(row, failure, context.CancellationToken);
            await park.RunAsync(context, new ParkRunInput(row.Id, DeliveryId: "", InstanceId: null, diagnosis, row.Generation));
        }

        return false;
    }

    // Whoever used the connection meanwhile knows better: only the generation that was tried is stopped.
    private Task StopAsync(ConnectionRow used, ConnectionVerdict failure, CancellationToken cancellationToken) => database.WriteAsync(
        async db =>
        {
            var row = await db.Connections.SingleAsync(c => c.Id == used.Id, cancellationToken);
            if (row.Generation == used.Generation && row.State != ConnectionState.NeedsAttention)
            {
                (row.State, row.StateSince) = (ConnectionState.NeedsAttention, time.GetUtcNow());
                (row.Diagnosis, row.Evidence) = (WorkflowJson.Write(failure.Diagnosis), WorkflowJson.Write(failure.Evidence));
            }
        },
        cancellationToken);
}
