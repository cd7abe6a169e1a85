using Microsoft.EntityFrameworkCore;
using TeamsWorkflows.Data;
using TeamsWorkflows.Deliveries;
using TeamsWorkflows.Deliveries.Pacing;
using TeamsWorkflows.DurableTask;
using TeamsWorkflows.DurableTask.Client;

namespace TeamsWorkflows.Connections;

/// <summary>Tells some of the runs behind a closed case that it is over, and each when its turn is.</summary>
/// <remarks>
/// Turns are in the order in which the reports were handed over (identifiers rise with time). Run again, it hands out new
/// turns, and who has gone on already does not hear of them.
/// </remarks>
internal sealed class ResumeRuns(Database database, DurableTaskClient client, PaceGate gate, TimeProvider time)
    : TaskActivity<ResumeRunsInput, ResumedRuns>
{
    private const int BatchSize = 1_000;
    private const int AtOnce = 32;

    public override async Task<ResumedRuns> RunAsync(TaskActivityContext context, ResumeRunsInput input)
    {
        var runs = await LineUpAsync(input, context.CancellationToken);
        await Parallel.ForEachAsync(
            runs,
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = context.CancellationToken },
            async (run, cancellationToken) => await client.RaiseEventAsync(
                run.InstanceId, Reauthenticate.Restored, new ConnectionRestored(input.CaseId, run.Turn), cancellationToken));
        return new(runs.Count == 0 ? null : runs[^1].DeliveryId);
    }

    private Task<IReadOnlyList<Run>> LineUpAsync(ResumeRunsInput input, CancellationToken cancellationToken) => database.WriteAsync<IReadOnlyList<Run>>(
        async db =>
        {
            var after = input.After ?? "";
            var parked = await db.ParkedRuns.AsNoTracking()
                .Where(p => p.CaseId == input.CaseId && string.Compare(p.DeliveryId, after) > 0)
                .OrderBy(p => p.DeliveryId)
                .Take(BatchSize)
                .Join(db.Deliveries, p => p.DeliveryId, d => d.Id, (run, delivery) => new { run.InstanceId, delivery })
                .ToListAsync(cancellationToken);
            if (parked.Count == 0)
            {
                return [];
            }

            var ordered = parked.OrderBy(p => p.delivery.Id, StringComparer.Ordinal).ToArray();
            var used = ordered.Select(static p => p.delivery.ConnectionId).Distinct(StringComparer.Ordinal).ToArray();
            var connections = await db.Connections.AsNoTracking().Where(c => used.Contains(c.Id))
                .ToDictionaryAsync(static c => c.Id, StringComparer.Ordinal, cancellationToken);
            var turns = await gate.LineUpAsync(db, [.. ordered.Select(static p => p.delivery)], connections, time.GetUtcNow(), cancellationToken);
            return [.. ordered.Zip(turns, static (p, turn) => new Run(p.InstanceId, p.delivery.Id, Turn(turn)))];
        },
        cancellationToken);

    private static PostOutcome.Paced? Turn((PaceSlot Slot, DateTimeOffset Due)? turn)
        => turn is { } given ? new(given.Due, [given.Slot], "The connection was restored too late for its turn: others came first.") : null;

    private sealed record Run(string InstanceId, string DeliveryId, PostOutcome.Paced? Turn);
}
