using Microsoft.EntityFrameworkCore;
using TeamsWorkflows.Connections.Canary;
using TeamsWorkflows.Data;
using TeamsWorkflows.DurableTask.Client;

namespace TeamsWorkflows.Schedules;

/// <summary>The orchestrations behind the schedules: one each, started and woken here.</summary>
public sealed class ScheduleClock(Database database, DurableTaskClient client, CanaryDesk canary)
{
    /// <summary>Starts what does not run, and has each look at what is due: after a start of the process, or when the node that changed it may have died.</summary>
    /// <param name="since">Only what was changed then or later; null: all.</param>
    public async Task ResumeAsync(DateTimeOffset? since, CancellationToken cancellationToken)
    {
        var found = await database.ReadAsync(
            db => (since is { } from ? db.Schedules.Where(s => s.LastActionAt >= from) : db.Schedules)
                .Select(s => new { s.Id, s.Uid }).ToListAsync(cancellationToken),
            cancellationToken);
        foreach (var schedule in found)
        {
            await WakeAsync(schedule.Id, schedule.Uid, cancellationToken);
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
        if (await database.ReadAsync(
            db => db.Schedules.Where(s => s.Id == id).Select(s => (Guid?)s.Uid).SingleOrDefaultAsync(cancellationToken), cancellationToken) is { } uid)
        {
            await WakeAsync(id, uid, cancellationToken);
        }
    }

    /// <summary>Has the orchestration of a schedule that was deleted notice it, and end.</summary>
    public async Task EndedAsync(Guid uid, CancellationToken cancellationToken)
    {
        await client.RaiseEventAsync(OccurrenceNames.InstanceOfSchedule(uid), RunSchedule.Changed, eventPayload: true, cancellationToken);
        await canary.ReplanAsync(cancellationToken);
    }

    private async Task WakeAsync(string id, Guid uid, CancellationToken cancellationToken)
    {
        var instance = OccurrenceNames.InstanceOfSchedule(uid);
        if (await client.RaiseEventAsync(instance, RunSchedule.Changed, eventPayload: true, cancellationToken))
        {
            return;
        }

        // Not yet, or not any more: somebody ended it.
        await client.PurgeInstanceAsync(instance, cancellation: cancellationToken);
        try
        {
            await client.ScheduleNewOrchestrationInstanceAsync(nameof(RunSchedule), new RunScheduleInput(id, uid), new(instance), cancellationToken);
        }
        catch (OrchestrationAlreadyExistsException)
        {
            // Somebody else was faster, and it begins with looking at what is due.
        }
    }
}
