using System.ComponentModel.DataAnnotations;
using System.Security.Claims;
using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Http.Timeouts;
using TeamsWorkflows.DurableTask.Client;
using TeamsWorkflows.Server.Access;
using TeamsWorkflows.Server.Audit;
using TeamsWorkflows.Server.Orchestrations;

namespace TeamsWorkflows.Server.Api;

/// <summary>What administrators do to orchestrations. Each act asks for a reason.</summary>
internal static class OrchestrationActEndpoints
{
    private const int MaxIds = 1_000;

    public static void MapOrchestrationActs(this RouteGroupBuilder orchestrations)
    {
        Map<RecursiveRequest>("terminate", "Ends an instance where it stands; with recursive, its sub-orchestrations too.",
            static body => new OrchestrationAct.Terminate(body.Recursive ?? false));
        Map<ReasonRequest>("suspend", "Stops an instance; what arrives is kept until it is resumed.", static _ => new OrchestrationAct.Suspend());
        Map<ReasonRequest>("resume", "Lets a suspended instance go on.", static _ => new OrchestrationAct.Resume());
        Map<ReasonRequest>("rewind", "Lets a failed instance go on from where it failed; what failed runs again.", static _ => new OrchestrationAct.Rewind());
        Map<RestartRequest>("restart", "Starts an instance once more with its input, under a new identifier unless keepId is true.",
            static body => new OrchestrationAct.Restart(WithNewId: body.KeepId is not true));
        Map<RecursiveRequest>("purge", "Removes an instance that has ended, with its history; with recursive, its sub-orchestrations too. It cannot be undone.",
            static body => new OrchestrationAct.Purge(body.Recursive ?? false));
        orchestrations.MapPost("/{id}/raise-event/{name}", RaiseAsync).Audited("orchestration.raiseevent", "orchestration")
            .WithSummary("Sends an event to an instance.")
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status409Conflict)
            .ProducesProblem(StatusCodes.Status422UnprocessableEntity);
        orchestrations.MapPost("/bulk", BulkAsync).Audited("orchestration.bulk", "orchestrations")
            .WithMetadata(new DisableRequestTimeoutAttribute())
            .WithSummary($"Does the same to many instances: those named, at most {MaxIds:N0}, or all that a filter selects.")
            .ProducesProblem(StatusCodes.Status422UnprocessableEntity);

        void Map<T>(string word, string summary, Func<T, OrchestrationAct> act)
            where T : IReason
            => orchestrations.MapPost(
                "/{id}/" + word,
                (string id, T body, ClaimsPrincipal caller, OrchestrationDesk desk, CancellationToken cancellationToken)
                    => ActAsync(id, act(body), body.Reason, caller, desk, cancellationToken))
                .Audited("orchestration." + word, "orchestration")
                .WithSummary(summary)
                .ProducesProblem(StatusCodes.Status404NotFound)
                .ProducesProblem(StatusCodes.Status409Conflict)
                .ProducesProblem(StatusCodes.Status422UnprocessableEntity);
    }

    private static Task<Results<Accepted<ActedResource>, ProblemHttpResult>> RaiseAsync(
        string id, string name, RaiseEventRequest body, ClaimsPrincipal caller, OrchestrationDesk desk, CancellationToken cancellationToken)
        => ActAsync(id, new OrchestrationAct.RaiseEvent(name, body.Data), body.Reason, caller, desk, cancellationToken);

    private static async Task<Results<Accepted<ActedResource>, ProblemHttpResult>> ActAsync(
        string id, OrchestrationAct act, string? reason, ClaimsPrincipal caller, OrchestrationDesk desk, CancellationToken cancellationToken)
    {
        if (!ReasonRequest.IsReason(reason))
        {
            return CaseEndpoints.ReasonProblem();
        }

        return await desk.ActAsync(id, act, caller.Actor(), reason.Trim(), cancellationToken) switch
        {
            ActResult.Done done => TypedResults.Accepted(
                Links.Orchestration(done.InstanceId), new ActedResource(done.InstanceId, act.Word, done.Count, Links.Orchestration(done.InstanceId))),
            ActResult.NotFound => Problems.NotFound("orchestration", id),
            ActResult.NotNow refused => Problems.Of(
                StatusCodes.Status409Conflict, "orchestration-state", "The orchestration does not stand so that this could be done", refused.Why),
            ActResult.Invalid invalid => Invalid(invalid.Field, invalid.Fix),
            _ => throw new System.Diagnostics.UnreachableException(),
        };
    }

    private static async Task<Results<Ok<BulkResource>, ProblemHttpResult>> BulkAsync(
        BulkRequest body, ClaimsPrincipal caller, OrchestrationDesk desk, CancellationToken cancellationToken)
    {
        if (OrchestrationAct.Parse(body.Action, body.Recursive ?? false) is not { } act)
        {
            return Invalid("action", $"Use one of: {string.Join(", ", OrchestrationAct.Words)}.");
        }

        if (!ReasonRequest.IsReason(body.Reason))
        {
            return CaseEndpoints.ReasonProblem();
        }

        IAsyncEnumerable<string> ids;
        switch (body)
        {
            case { Ids: { Count: >= 1 and <= MaxIds } named, Filter: null }:
                ids = named.Distinct(StringComparer.Ordinal).ToAsyncEnumerable();
                break;
            case { Ids: null, Filter: { } filter }:
                if (!filter.TryRead(out var query, out var error))
                {
                    return Invalid("filter." + error.Field, error.Fix);
                }

                ids = desk.SelectAsync(query, cancellationToken);
                break;
            default:
                return Invalid("ids", $"Name 1 to {MaxIds:N0} instances, or give a filter in place of them.");
        }

        return TypedResults.Ok(BulkResource.From(await desk.ActAsync(ids, act, caller.Actor(), body.Reason!.Trim(), new BulkProgress(), cancellationToken)));
    }

    private static ProblemHttpResult Invalid(string field, string fix) => Problems.Invalid(
        "act", "That cannot be done", new Dictionary<string, string[]>(StringComparer.Ordinal) { [field] = [fix] });
}

/// <summary>A body that says why.</summary>
internal interface IReason
{
    string? Reason { get; }
}

/// <param name="Recursive">Whether sub-orchestrations are meant, too; the default is false.</param>
internal sealed record RecursiveRequest([property: Required] string? Reason, bool? Recursive) : IReason;

/// <param name="KeepId">Whether the new instance takes the old one's place; the default is false.</param>
internal sealed record RestartRequest([property: Required] string? Reason, bool? KeepId) : IReason;

/// <param name="Data">What the event says, any JSON; null: nothing but its name.</param>
internal sealed record RaiseEventRequest([property: Required] string? Reason, JsonElement? Data) : IReason;

/// <param name="Action">terminate, suspend, resume, rewind, restart or purge.</param>
/// <param name="Ids">The instances; null when a filter selects them.</param>
/// <param name="Filter">Selects the instances; an empty one selects all.</param>
/// <param name="Recursive">Whether sub-orchestrations are meant, too; the default is false.</param>
internal sealed record BulkRequest(
    [property: Required] string? Action, [property: Required] string? Reason, IReadOnlyList<string>? Ids, OrchestrationFilter? Filter, bool? Recursive) : IReason;

/// <param name="Id">Where it goes on: the new instance after a restart.</param>
/// <param name="Count">How many instances went, for a purge; 1 otherwise.</param>
internal sealed record ActedResource(string Id, string Action, int Count, string Self);

/// <param name="Skipped">How many did not stand so that it could be done.</param>
internal sealed record BulkResource(int Succeeded, int Skipped, IReadOnlyList<BulkFailure> Failures)
{
    public static BulkResource From(BulkProgress result) => new(result.Done, result.Skipped, [.. result.Failures]);
}
