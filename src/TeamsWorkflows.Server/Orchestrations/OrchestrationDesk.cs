using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Text.Json;
using TeamsWorkflows.Audit;
using TeamsWorkflows.DurableTask;
using TeamsWorkflows.DurableTask.Client;
using TeamsWorkflows.DurableTask.Core;

namespace TeamsWorkflows.Server.Orchestrations;

/// <summary>Where administrators act on orchestrations, from the console and over the API.</summary>
/// <remarks>
/// Who it was and why goes with the act into the instance's history where the engine has a place for it, and into the audit log
/// always: before the act, for without an entry nothing is done, and after it with what came of it.
/// </remarks>
internal sealed partial class OrchestrationDesk(
    DurableTaskClient client, DurableTaskRegistry registry, AuditLog audit, ILogger<OrchestrationDesk> logger)
{
    private const int AtOnce = 16;

    private static readonly OrchestrationRuntimeStatus[] Ended =
        [OrchestrationRuntimeStatus.Completed, OrchestrationRuntimeStatus.Failed, OrchestrationRuntimeStatus.Terminated];

    /// <summary>Does it to one instance; returns when that is durable.</summary>
    /// <param name="reason">At least 3 characters, for the record.</param>
    public Task<ActResult> ActAsync(string id, OrchestrationAct act, string actor, string reason, CancellationToken cancellationToken)
        => ActAsync(id, act, actor, reason, isAlone: true, cancellationToken);

    /// <summary>Does the same to many; one that fails does not keep the others from it.</summary>
    [SuppressMessage("Design", "CA1031", Justification = "Edge: what went wrong with one instance is a result; the others go on.")]
    public async Task<BulkProgress> ActAsync(
        IAsyncEnumerable<string> ids, OrchestrationAct act, string actor, string reason, BulkProgress progress, CancellationToken cancellationToken)
    {
        await audit.RecordAsync(AuditOutcome.Begun, before: null, AuditText.Of(("act", act.Word)), cancellationToken);
        var options = new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken };
        var isWhole = false;
        try
        {
            await Parallel.ForEachAsync(ids, options, async (id, cancellation) =>
            {
                try
                {
                    progress.Count(await ActAsync(id, act, actor, reason, isAlone: false, cancellation) is ActResult.Done);
                }
                catch (Exception e) when (!cancellation.IsCancellationRequested)
                {
                    progress.Fail(id, e.Message);
                }
            });
            isWhole = progress.Failures.Count == 0;
            return progress;
        }
        finally
        {
            var numbers = AuditText.Of(("act", act.Word), ("done", $"{progress.Done}"), ("skipped", $"{progress.Skipped}"), ("failed", $"{progress.Failures.Count}"));
            await audit.RecordAsync(isWhole ? AuditOutcome.Done : AuditOutcome.Failed, before: null, numbers, CancellationToken.None);
            Log.ActedOnMany(logger, act.Word, progress.Done, progress.Skipped, progress.Failures.Count);
        }
    }

    /// <summary>Starts an orchestrator; an instance of that identifier that has ended makes room.</summary>
    /// <param name="id">Null: a new identifier.</param>
    public async Task<ActResult> StartAsync(string name, string? id, JsonElement? input, CancellationToken cancellationToken)
    {
        if (!registry.OrchestratorNames.Contains(name))
        {
            return new ActResult.Invalid("functionName", $"There is no orchestrator '{name}'. There are: {string.Join(", ", registry.OrchestratorNames)}.");
        }

        if (id is not null)
        {
            AuditCall.Current?.To($"orchestration/{id}");
        }

        await audit.RecordAsync(AuditOutcome.Begun, before: null, AuditText.Of(("name", name)), cancellationToken);
        var (outcome, started) = (AuditOutcome.Failed, id);
        try
        {
            started = await client.ScheduleNewOrchestrationInstanceAsync(name, input, new(id) { ReplaceableStatuses = Ended }, cancellationToken);
            outcome = AuditOutcome.Done;
            return new ActResult.Done(started);
        }
        catch (OrchestrationAlreadyExistsException)
        {
            outcome = AuditOutcome.Refused;
            return new ActResult.NotNow($"There is an instance '{id}', and it has not ended. Choose another identifier, or terminate it.");
        }
        catch (ArgumentException e)
        {
            outcome = AuditOutcome.Refused;
            return new ActResult.Invalid("instanceId", e.Message);
        }
        finally
        {
            await audit.RecordAsync(outcome, before: null, AuditText.Of(("name", name), ("instance", started)), CancellationToken.None);
        }
    }

    /// <summary>Removes the instances that have ended and that a filter selects.</summary>
    /// <returns>How many went.</returns>
    public async Task<int> PurgeAsync(PurgeInstancesFilter filter, CancellationToken cancellationToken)
    {
        var selected = AuditText.Of(("from", $"{filter.CreatedFrom:O}"), ("to", $"{filter.CreatedTo:O}"), ("statuses", string.Join(", ", filter.Statuses ?? [])));
        await audit.RecordAsync(AuditOutcome.Begun, selected, after: null, cancellationToken);
        var (outcome, count) = (AuditOutcome.Failed, 0);
        try
        {
            count = (await client.PurgeAllInstancesAsync(filter, recursive: false, cancellationToken)).PurgedInstanceCount;
            outcome = AuditOutcome.Done;
            return count;
        }
        finally
        {
            await audit.RecordAsync(outcome, selected, AuditText.Of(("count", $"{count}")), CancellationToken.None);
        }
    }

    /// <summary>The identifiers of every instance that a query selects, page by page.</summary>
    public async IAsyncEnumerable<string> SelectAsync(
        OrchestrationQuery query, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        string? token = null;
        do
        {
            var page = await client.GetAllInstancesAsync(query with { ContinuationToken = token }, cancellationToken);
            foreach (var instance in page.Instances)
            {
                yield return instance.InstanceId;
            }

            token = page.ContinuationToken;
        }
        while (token is not null);
    }

    private async Task<ActResult> ActAsync(
        string id, OrchestrationAct act, string actor, string reason, bool isAlone, CancellationToken cancellationToken)
    {
        if (await client.GetInstanceAsync(id, cancellationToken) is not { } instance)
        {
            return new ActResult.NotFound();
        }

        using var call = AuditCall.Current is { } all ? AuditCall.Begin(all.Actor, $"orchestration.{act.Word}", $"orchestration/{id}", all.Reason) : null;
        var before = AuditText.Of(("name", instance.Name), ("status", $"{instance.Status}"));
        if (isAlone)
        {
            await audit.RecordAsync(AuditOutcome.Begun, before, after: null, cancellationToken);
        }

        var outcome = AuditOutcome.Failed;
        string? after = null;
        try
        {
            var result = await DoAsync(instance, act, $"{actor}: {reason}", cancellationToken);
            (outcome, after) = result is ActResult.Done done
                ? (AuditOutcome.Done, AuditText.Of(("instance", done.InstanceId), ("count", $"{done.Count}")))
                : (AuditOutcome.Refused, null);
            return result;
        }
        finally
        {
            await audit.RecordAsync(outcome, before, after, CancellationToken.None); // it is done: whoever asked may be gone
            if (isAlone)
            {
                Log.Acted(logger, act.Word, outcome, LogText.Of(id));
            }
            else
            {
                Log.ActedAmongMany(logger, act.Word, outcome, LogText.Of(id));
            }
        }
    }

    private async Task<ActResult> DoAsync(
        OrchestrationMetadata instance, OrchestrationAct act, string reason, CancellationToken cancellationToken)
    {
        var id = instance.InstanceId;
        switch (act)
        {
            case OrchestrationAct.Terminate(var recursive):
                return Open(id, await client.TerminateInstanceAsync(id, reason, recursive, cancellationToken));
            case OrchestrationAct.Suspend:
                return Open(id, await client.SuspendInstanceAsync(id, reason, cancellationToken));
            case OrchestrationAct.Resume:
                return Open(id, await client.ResumeInstanceAsync(id, reason, cancellationToken));
            case OrchestrationAct.Purge(var recursive):
                var purged = await client.PurgeInstanceAsync(id, recursive, cancellationToken);
                return purged.PurgedInstanceCount > 0
                    ? new ActResult.Done(id, purged.PurgedInstanceCount)
                    : new ActResult.NotNow("It has not ended. Terminate it first.");
            case OrchestrationAct.RaiseEvent(var name, var data):
                return await RaiseAsync(id, name, data, cancellationToken);
            case OrchestrationAct.Rewind:
                return await RepairAsync("Only a failed instance can be rewound.", async () =>
                {
                    await client.RewindInstanceAsync(id, reason, cancellationToken);
                    return id;
                });
            case OrchestrationAct.Restart(var withNewId):
                return await RepairAsync(
                    "It has not ended, so its identifier is not free. Restart it under a new one, or terminate it first.",
                    () => client.RestartAsync(id, withNewId, cancellationToken));
            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }

    private async Task<ActResult> RaiseAsync(string id, string name, JsonElement? data, CancellationToken cancellationToken)
    {
        try
        {
            return Open(id, await client.RaiseEventAsync(id, name, data, cancellationToken));
        }
        catch (ArgumentException e)
        {
            return new ActResult.Invalid(e.ParamName == "eventName" ? "name" : "data", e.Message);
        }
    }

    // The status may change between any look at it and the act: the engine decides, and says so.
    private static async Task<ActResult> RepairAsync(string otherwise, Func<Task<string>> repair)
    {
        try
        {
            return new ActResult.Done(await repair());
        }
        catch (InvalidOperationException)
        {
            return new ActResult.NotNow(otherwise);
        }
        catch (OrchestrationNotFoundException)
        {
            return new ActResult.NotFound();
        }
    }

    private static ActResult Open(string id, bool isOpen)
        => isOpen ? new ActResult.Done(id) : new ActResult.NotNow("It has ended.");

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "An administrator asked for {Act} of orchestration {InstanceId}: {Outcome}")]
        public static partial void Acted(ILogger logger, string act, AuditOutcome outcome, string instanceId);

        [LoggerMessage(2, LogLevel.Warning, "An administrator asked for {Act} of many orchestrations: {Done} done, {Skipped} left as they were, {Failed} failed")]
        public static partial void ActedOnMany(ILogger logger, string act, int done, int skipped, int failed);

        [LoggerMessage(3, LogLevel.Debug, "An administrator asked for {Act} of many orchestrations, {InstanceId} among them: {Outcome}")]
        public static partial void ActedAmongMany(ILogger logger, string act, AuditOutcome outcome, string instanceId);
    }
}
