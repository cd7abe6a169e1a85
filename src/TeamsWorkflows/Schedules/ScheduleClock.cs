using Microsoft.EntityFrameworkCore;
using TeamsWorkflows.Connections.Canary;
using TeamsWorkflows.Data;
using TeamsWorkflows.DurableTask.Client;

namespace TeamsWorkflows.Schedules;

/// <summary>The orchestrations behind the schedules: one each, started and woken here.</summary>
public sealed class ScheduleClock(Database database, DurableTaskClient client, CanaryDesk canary)
{
    /// <summary>Starts what does not run of all schedules, and has each look at what is due: after a start of the process.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var ids = await database.ReadAsync(db => db.Schedules.Select(s => s.Id).ToListAsync(cancellationToken), cancellationToken);
        foreach (var id in ids)
        {
            await WakeAsync(id, cancellationToken);
        }
    }

    /// <summary>Wakes what was changed lately: the node that changed it may have died before it did so.</summary>
    public async Task ResumeAsync(DateTimeOffset since, CancellationToken cancellationToken)
    {
        var ids = await database.ReadAsync(
            db => db.Schedules.Where(s => s.LastActionAt >= since).Select(s => s.Id).ToListAsync(cancellationToken), cancellationToken);
        foreach (var id in ids)
        {
            await WakeAsync(id, cancellationToken);
        }
    }

    /// <summary>Has a schedule that was changed look at what is due, and connections tried before what it will occur at.</summary>
    public async Task ChangedAsync(string id, CancellationToken cancellationToken)
    {
        await WakeAsync(id, cancellationToken);
        await canary.ReplanAsync(cancellationToken);
    }

    /// <summary>Has a schedule look at what is due, and starts its orchestration if it does not run. Harmless when there is no such schedule.</summary>
    public async Task WakeAsync(string id, CancellationToken cancellationToken)
    {
        var row = await database.ReadAsync(
            db => db.Schedules.Where(s => s.Id == id).Select(s => new { s.Uid }).SingleOrDefaultAsync(cancellationToken), cancellationToken);
        if (row is null)
        {
            return;
        }

        var instance = OccurrenceNames.InstanceOfSchedule(row.Uid);
        if (await client.RaiseEventAsync(instance, RunSchedule.Changed, eventPayload: true, cancellationToken))
        {
            return;
        }

        // Not yet, or not any more: somebody ended it.
        await client.PurgeInstanceAsync(instance, cancellation: cancellationToken);
        try
        {
            await client.ScheduleNewOrchestrationInstanceAsync(nameof(RunSchedule), new RunScheduleInput(id, row.Uid), new(instance), cancellationToken);
        }
        catch (OrchestrationAlreadyExistsException)
        {
            // Somebody else was faster, and it begins with looking at what is due.
        }
    }

    /// <summary>Has the orchestration of a schedule that was deleted notice it, and end.</summary>
    public async Task EndedAsync(Guid uid, CancellationToken cancellationToken)
    {
        await client.RaiseEventAsync(OccurrenceNames.InstanceOfSchedule(uid), RunSchedule.Changed, eventPayload: true, cancellationToken);
        await canary.ReplanAsync(cancellationToken);
    }
}
