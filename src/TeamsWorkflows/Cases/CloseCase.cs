using Microsoft.EntityFrameworkCore;
using TeamsWorkflows.Connections;
using TeamsWorkflows.Data;
using TeamsWorkflows.DurableTask;

namespace TeamsWorkflows.Cases;

/// <summary>Closes a case and frees its connections, in one step; gives back who waited for it, if it is asked for.</summary>
internal sealed class CloseCase(Database database, ConnectionHealth health, TimeProvider time) : TaskActivity<CloseCaseInput, ParkedRun[]>
{
    public override Task<ParkedRun[]> RunAsync(TaskActivityContext context, CloseCaseInput input) => database.WriteAsync(
        async db =>
        {
            var found = await db.Cases.Include(c => c.Others).SingleAsync(c => c.Id == input.CaseId, context.CancellationToken);
            if (found.ClosedAt is null)
            {
                (found.ClosedAt, found.ClosedBy, found.Resolution) = (time.GetUtcNow(), input.Actor, input.Reason);
                string[] freed = [found.ConnectionId, .. found.Others.Select(static o => o.ConnectionId)];
                foreach (var connection in await db.Connections.Where(c => freed.Contains(c.Id)).ToListAsync(context.CancellationToken))
                {
                    health.Move(db, connection, ConnectionState.Healthy, because: null, evidence: null, input.Actor);
                    connection.Generation++;
                }
            }

            return input.KeepsRuns
                ? []
                : await db.ParkedRuns.Where(p => p.CaseId == input.CaseId)
                    .OrderBy(p => p.ParkedAt).ThenBy(p => p.InstanceId)
                    .Select(p => new ParkedRun(p.InstanceId, p.DeliveryId))
                    .ToArrayAsync(context.CancellationToken);
        },
        context.CancellationToken);
}
