using TeamsWorkflows.Cases;
using TeamsWorkflows.Deliveries;
using TeamsWorkflows.DurableTask;

namespace TeamsWorkflows.Connections;

/// <summary>One case of one connection, from the mail to the operators to the last run that goes on.</summary>
/// <remarks>
/// Single flight: the case's row is unique per connection, cause and class, and this instance's identifier is the case's. However
/// many runs fail, one mail goes out and one person acts. Afterwards each run has a turn in its channel, in the order in which
/// the reports were handed over: they go on at the channel's pace, not all at once.
/// </remarks>
internal sealed class ReconnectConnection : TaskOrchestrator<ReconnectInput, ParkedRun[]>
{
    /// <summary>The event that says a person has acted.</summary>
    public const string Resolved = nameof(CaseResolved);

    public override async Task<ParkedRun[]> RunAsync(TaskOrchestrationContext context, ReconnectInput input)
    {
        var notified = NotifyAsync(context, input);
        var (resolved, chased) = await ChasedAsync(context, input);
        var runs = await context.CallActivityAsync<ParkedRun[]>(
            nameof(CloseCase), new CloseCaseInput(input.CaseId, resolved.Actor, resolved.Reason, input.LinesUp), Retries.ThroughOutages);
        if (input.LinesUp)
        {
            await ResumeAsync(context, input);
        }
        else
        {
            await ResumeOneByOneAsync(context, input, runs);
        }

        await notified;
        await chased;
        return runs;
    }

    // Any number of runs: they are in no history.
    private static async Task ResumeAsync(TaskOrchestrationContext context, ReconnectInput input)
    {
        context.SetCustomStatus(new DeliveryProgress("resuming deliveries"));
        for (string? last = null; ;)
        {
            var resumed = await context.CallActivityAsync<ResumedRuns>(
                nameof(ResumeRuns), new ResumeRunsInput(input.CaseId, last), Retries.ThroughOutages);
            if (resumed.Last is null)
            {
                return;
            }

            last = resumed.Last;
            if (input.ResumeInterval > TimeSpan.Zero)
            {
                await context.CreateTimer(input.ResumeInterval);
            }
        }
    }

    // As cases of older releases did, whose histories have it.
    private static async Task ResumeOneByOneAsync(TaskOrchestrationContext context, ReconnectInput input, ParkedRun[] runs)
    {
        context.SetCustomStatus(new DeliveryProgress($"resuming {runs.Length} deliveries"));
        for (var i = 0; i < runs.Length; i++)
        {
            if (i > 0 && input.ResumeInterval > TimeSpan.Zero)
            {
                await context.CreateTimer(input.ResumeInterval);
            }

            context.SendEvent(runs[i].InstanceId, Reauthenticate.Restored, new ConnectionRestored(input.CaseId));
        }
    }

    // A mail server that is down must not keep a person who comes by himself from resolving the case.
    private static async Task NotifyAsync(TaskOrchestrationContext context, ReconnectInput input)
    {
        try
        {
            await context.CallActivityAsync<bool>(nameof(NotifyOperators), input.CaseId, Retries.OfMail);
        }
        catch (TaskFailedException)
        {
            context.SetCustomStatus(new DeliveryProgress("waiting for an operator; the mail to the operators failed"));
        }
    }

    private static async Task<(CaseResolved Resolved, Task Chased)> ChasedAsync(TaskOrchestrationContext context, ReconnectInput input)
    {
        using var acted = new CancellationTokenSource();
        var chased = input.Chase is { } chase ? ChaseAsync(context, input.CaseId, chase, acted.Token) : Task.CompletedTask;
        var resolved = await VerifiedAsync(context, input);
#pragma warning disable CA1849, MA0042, VSTHRD103 // CancelAsync would leave the orchestrator's thread
        acted.Cancel();
#pragma warning restore CA1849, MA0042, VSTHRD103
        return (resolved, chased);
    }

    // Reminders wait in durable timers and end with the case. A mail that fails is made up for by the next one, which is then
    // the escalation that could not be sent.
    private static async Task ChaseAsync(TaskOrchestrationContext context, string caseId, CaseChase chase, CancellationToken acted)
    {
        var since = context.CurrentUtcDateTime;
        var owesEscalation = false;
        foreach (var nudge in chase.Nudges())
        {
            owesEscalation |= nudge.IsEscalation;
            try
            {
                await context.CreateTimer(since + nudge.After, acted);
                if (!await context.CallActivityAsync<bool>(nameof(RemindOperators), new RemindInput(caseId, nudge.Number, owesEscalation), Retries.OfMail))
                {
                    return;
                }

                owesEscalation = false;
            }
            catch (OperationCanceledException)
            {
                return; // the case is closed
            }
            catch (TaskFailedException)
            {
                context.SetCustomStatus(new DeliveryProgress("waiting for an operator; a reminder could not be sent"));
            }

            if (acted.IsCancellationRequested)
            {
                return;
            }
        }
    }

    private static async Task<CaseResolved> VerifiedAsync(TaskOrchestrationContext context, ReconnectInput input)
    {
        while (true)
        {
            context.SetCustomStatus(new DeliveryProgress("waiting for an operator"));
            var resolved = await context.WaitForExternalEvent<CaseResolved>(Resolved);
            context.SetCustomStatus(new DeliveryProgress("verifying"));
            var probe = await context.CallActivityAsync<ProbeResult>(
                nameof(ProbeConnection), new ProbeInput(input.CaseId, input.ConnectionId, input.Cause), Retries.ThroughOutages);
            if (probe.Diagnosis is null)
            {
                return resolved;
            }
        }
    }
}
