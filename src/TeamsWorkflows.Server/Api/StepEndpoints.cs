using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using TeamsWorkflows.Cases;
using TeamsWorkflows.Cases.Runbooks;
using TeamsWorkflows.Server.Access;
using TeamsWorkflows.Server.Audit;

namespace TeamsWorkflows.Server.Api;

/// <summary>The steps of a case's runbook: which are done.</summary>
internal static class StepEndpoints
{
    public static void MapSteps(this RouteGroupBuilder cases)
    {
        cases.MapPut("/{id}/steps/{step}", TickAsync).Audited("case.tick", "case")
            .WithSummary("Says that a step of the case's runbook is done; whoever said so first stays the one who did it.")
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status409Conflict);
        cases.MapDelete("/{id}/steps/{step}", UntickAsync).Audited("case.untick", "case")
            .WithSummary("Takes back that a step is done.")
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status409Conflict);
    }

    private static async Task<Results<Ok<CaseStep>, ProblemHttpResult>> TickAsync(
        string id, string step, ClaimsPrincipal caller, StepDesk steps, CaseDesk cases, CancellationToken cancellationToken)
        => Problem(id, step, await steps.TickAsync(id, step, caller.Actor(), cancellationToken)) is { } problem
            ? problem
            : (await cases.FindAsync(id, cancellationToken))?.Steps.FirstOrDefault(s => s.Id == step) is { } ticked ? TypedResults.Ok(ticked)
            : Problems.NotFound("step", step); // kept, and the case has another runbook since

    private static async Task<Results<NoContent, ProblemHttpResult>> UntickAsync(
        string id, string step, StepDesk steps, CancellationToken cancellationToken)
        => Problem(id, step, await steps.UntickAsync(id, step, cancellationToken)) is { } problem ? problem : TypedResults.NoContent();

    private static ProblemHttpResult? Problem(string id, string step, TickResult result) => result switch
    {
        TickResult.Kept => null,
        TickResult.NoCase => Problems.NotFound("case", id),
        TickResult.NoStep => Problems.NotFound("step", step),
        TickResult.CaseClosed => CaseEndpoints.Closed(),
        _ => throw new System.Diagnostics.UnreachableException(),
    };
}
