using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Text.Json;
using TeamsWorkflows.DurableTask;
using TeamsWorkflows.DurableTask.Client;

namespace TeamsWorkflows.Server.Orchestrations;

/// <summary>Where administrators act on orchestrations, from the console and over the API.</summary>
/// <remarks>
/// Who it was and why goes with the act into the instance's history where the engine has a place for it, and into the log always.
/// </remarks>
internal sealed partial class OrchestrationDesk(DurableTaskClient client, ILogger<OrchestrationDesk> logger)
{
    private const int AtOnce = 16;

    /// <summary>Does it to one instance; returns when that is durable.</summary>
    /// <param name="reason">At least 3 characters, for the record.</param>
    public async Task<ActResult> ActAsync(
        string id, OrchestrationAct act, string actor, string reason, CancellationToken cancellationToken)
    {
        if (await client.GetInstanceAsync(id, cancellationToken) is not { } instance)
        {
            return new ActResult.NotFound();
        }

        var result = await DoAsync(instance, act, $"{actor}: {reason}", cancellationToken);
        if (result is ActResult.Done)
        {
            Log.Acted(logger, actor, act.Word, id, reason.ReplaceLineEndings(" "));
        }

        return result;
    }

    /// <summary>Does the same to many; one that fails does not keep the others from it.</summary>
    [SuppressMessage("Design", "CA1031", Justification = "Edge: what went wrong with one instance is a result; the others go on.")]
    public async Task<BulkResult> ActAsync(
        IAsyncEnumerable<string> ids, OrchestrationAct act, string actor, string reason, CancellationToken cancellationToken)
    {
        var (done, skipped) = (0, 0);
        ConcurrentQueue<BulkFailure> failures = [];
        var options = new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(ids, options, async (id, cancellation) =>
        {
            try
            {
                var isDone = await ActAsync(id, act, actor, reason, cancellation) is ActResult.Done;
                Interlocked.Increment(ref isDone ? ref done : ref skipped);
            }
            catch (Exception e) when (!cancellation.IsCancellationRequested)
            {
                failures.Enqueue(new(id, e.Message));
            }
        });
        return new(done, skipped, [.. failures]);
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
        [LoggerMessage(1, LogLevel.Warning, "{Actor} did {Act} to orchestration {InstanceId}: {Reason}")]
        public static partial void Acted(ILogger logger, string actor, string act, string instanceId, string reason);
    }
}
