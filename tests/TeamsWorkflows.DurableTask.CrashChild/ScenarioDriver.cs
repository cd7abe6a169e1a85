using System.Globalization;
using TeamsWorkflows.DurableTask.Client;
using TeamsWorkflows.DurableTask.Core;

namespace TeamsWorkflows.DurableTask.CrashChild;

/// <summary>Plays the caller of one scenario, and goes on where the process before was killed.</summary>
internal sealed class ScenarioDriver(
    DurableTaskClient client, Journal journal, CrashActivities activities, CrashArguments arguments, ILookup<string, JournalEntry> past)
{
    private const int EventCount = 5;

    public async Task DriveAsync(Scenario scenario)
    {
        var id = scenario.Id;
        if (!Has(id, Verbs.AsksPurge))
        {
            await StartAsync(scenario);
            if (scenario.TakesEvents)
            {
                await RaiseEventsAsync(id);
            }

            if (scenario.FailsAtFirst)
            {
                await MendAsync(id);
            }

            var end = await client.WaitForInstanceCompletionAsync(id);
            journal.Write(Verbs.Ended, id, end.Output ?? "");
            foreach (var (other, _) in scenario.Others)
            {
                await client.WaitForInstanceCompletionAsync(other);
            }
        }

        if (scenario.IsPurged)
        {
            await PurgeAsync(id);
        }

        journal.Write(Verbs.Closed, id);
    }

    private async Task StartAsync(Scenario scenario)
    {
        if (Has(scenario.Id, Verbs.Started))
        {
            return;
        }

        journal.Write(Verbs.AsksStart, scenario.Id);
        var plan = new Plan(arguments.WorkMs, new string('b', arguments.BallastBytes));
        try
        {
            await client.ScheduleNewOrchestrationInstanceAsync(scenario.Orchestrator, plan, new(scenario.Id));
        }
        catch (OrchestrationAlreadyExistsException) when (Has(scenario.Id, Verbs.AsksStart))
        {
            // The process before was killed between the commit and the answer.
        }

        journal.Write(Verbs.Started, scenario.Id);
    }

    private async Task RaiseEventsAsync(string id)
    {
        for (var i = 0; i < EventCount; i++)
        {
            var name = i.ToString(CultureInfo.InvariantCulture);
            if (!HasRaised(id, name) && !await RaiseAsync(id, name))
            {
                journal.Write(Verbs.Broken, id, $"event {name} was refused by an instance that waits for it");
            }
        }

        if (!HasRaised(id, "stop") && !await RaiseAsync(id, "stop") && !HasAsked(id, "stop"))
        {
            journal.Write(Verbs.Broken, id, "the last event was refused by an instance that waits for it");
        }
    }

    // The payload names the process, too: an event that got no answer and is sent again is another one.
    private async Task<bool> RaiseAsync(string id, string name)
    {
        var payload = string.Create(CultureInfo.InvariantCulture, $"{name}/{arguments.Run}");
        journal.Write(Verbs.AsksEvent, id, payload);
        if (!await client.RaiseEventAsync(id, "e", payload))
        {
            return false;
        }

        journal.Write(Verbs.Raised, id, payload);
        return true;
    }

    private async Task MendAsync(string id)
    {
        if (!Has(id, Verbs.Mended))
        {
            var failed = await client.WaitForInstanceCompletionAsync(id);
            if (failed.Status != OrchestrationRuntimeStatus.Failed)
            {
                journal.Write(Verbs.Broken, id, $"it ended as {failed.Status} and had to fail");
            }

            activities.Mend(id);
        }

        if (!Has(id, Verbs.Rewound) && (await client.GetInstanceAsync(id))!.Status == OrchestrationRuntimeStatus.Failed)
        {
            journal.Write(Verbs.AsksRewind, id);
            await client.RewindInstanceAsync(id);
            journal.Write(Verbs.Rewound, id);
        }
    }

    private async Task PurgeAsync(string id)
    {
        var hasAsked = Has(id, Verbs.AsksPurge);
        journal.Write(Verbs.AsksPurge, id);
        var purged = await client.PurgeInstanceAsync(id);
        if (purged.PurgedInstanceCount != 1 && !hasAsked)
        {
            journal.Write(Verbs.Broken, id, "a finished instance was not purged");
        }

        journal.Write(Verbs.Purged, id);
    }

    private bool Has(string id, string verb) => past[id].Any(e => e.Verb == verb);

    private bool HasRaised(string id, string name) => HasEvent(id, Verbs.Raised, name);

    private bool HasAsked(string id, string name) => HasEvent(id, Verbs.AsksEvent, name);

    private bool HasEvent(string id, string verb, string name)
        => past[id].Any(e => e.Verb == verb && e.Detail.StartsWith(name + "/", StringComparison.Ordinal));
}
