using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using TeamsWorkflows.Cases;
using TeamsWorkflows.Server.Access;
using TeamsWorkflows.Server.Audit;

namespace TeamsWorkflows.Server.Api;

/// <summary>The three-question test on a case.</summary>
internal static class GuidedEndpoints
{
    public static void MapGuidedTest(this RouteGroupBuilder cases)
    {
        cases.MapGet("/{id}/guided-test", ReadAsync)
            .WithSummary("Shows the three questions, what was answered, and what it comes to.")
            .ProducesProblem(StatusCodes.Status404NotFound);
        cases.MapPost("/{id}/guided-test", AnswerAsync).Audited("case.guided-test", "case")
            .WithSummary("Keeps a round of answers; leave out what is not known yet.")
            .ProducesProblem(StatusCodes.Status404NotFound);
    }

    private static async Task<Results<Ok<GuidedState>, ProblemHttpResult>> ReadAsync(
        string id, GuidedDesk desk, CancellationToken cancellationToken)
        => await desk.ReadAsync(id, cancellationToken) is { } state ? TypedResults.Ok(state) : Problems.NotFound("case", id);

    private static async Task<Results<Ok<GuidedState>, ProblemHttpResult>> AnswerAsync(
        string id, GuidedRequest body, ClaimsPrincipal caller, GuidedDesk desk, CancellationToken cancellationToken)
        => await desk.AnswerAsync(
            id, body.IsUnauthorized, body.FreshSignInHelps, body.OnlyAfterIdleTime, caller.Actor(), cancellationToken) is { } state
                ? TypedResults.Ok(state)
                : Problems.NotFound("case", id);
}

/// <param name="IsUnauthorized">Is the answer a 401?</param>
/// <param name="FreshSignInHelps">Does a fresh interactive sign-in fix it at once?</param>
/// <param name="OnlyAfterIdleTime">Does it fail only after idle time?</param>
internal sealed record GuidedRequest(bool? IsUnauthorized, bool? FreshSignInHelps, bool? OnlyAfterIdleTime);
