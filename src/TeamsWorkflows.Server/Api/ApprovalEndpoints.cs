using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using TeamsWorkflows.Approvals;
using TeamsWorkflows.Server.Access;
using TeamsWorkflows.Server.Audit;

namespace TeamsWorkflows.Server.Api;

/// <summary>Approvals, for people who are signed in: what waits for them, exactly what would be posted, and their decision.</summary>
internal static class ApprovalEndpoints
{
    public static void MapApprovals(this IEndpointRouteBuilder routes)
    {
        var approvals = routes.MapGroup("/approvals").WithTags("Approvals").RequireAuthorization(Policies.Approve);
        approvals.MapGet("/", ListAsync)
            .WithSummary("Lists approvals, open ones first. Approvers see those that ask for them; operators and administrators see all.")
            .ProducesProblem(StatusCodes.Status400BadRequest);
        approvals.MapGet("/{id}", FindAsync)
            .WithSummary("Shows an approval with exactly what would be posted.")
            .ProducesProblem(StatusCodes.Status404NotFound);
        approvals.MapPost("/{id}/decide", DecideAsync).Audited("approval.decide", "approval")
            .WithSummary("Approves or refuses, as the person who is signed in. Saying the same again is harmless.")
            .ProducesProblem(StatusCodes.Status403Forbidden)
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status409Conflict)
            .ProducesProblem(StatusCodes.Status422UnprocessableEntity);
    }

    /// <returns>Null: the word is no decision.</returns>
    public static Decision? Decision(string? word) => QueryText.TryRead<Decision>(word, out var known) ? known : null;

    private static async Task<Results<Ok<ApprovalList>, ProblemHttpResult>> ListAsync(
        bool? open, int? skip, int? limit, ClaimsPrincipal caller, ApprovalDesk desk, CancellationToken cancellationToken)
    {
        if (!ListPaging.TryRead(skip, limit, out var page, out var problem))
        {
            return problem;
        }

        var who = caller.Decider();
        var found = await desk.PageAsync(who, open, page.Skip, page.Limit, cancellationToken);
        return TypedResults.Ok(new ApprovalList([.. found.Select(a => ApprovalResource.From(a, who))], page.Next("approvals", found.Count, open)));
    }

    private static async Task<Results<Ok<ApprovalDetailResource>, ProblemHttpResult>> FindAsync(
        string id, ClaimsPrincipal caller, ApprovalDesk desk, CancellationToken cancellationToken)
        => await desk.FindAsync(id, caller.Decider(), cancellationToken) is { } found
            ? TypedResults.Ok(ApprovalDetailResource.From(found, caller.Decider()))
            : Problems.NotFound("approval", id);

    private static async Task<Results<Ok<ApprovalDetailResource>, ProblemHttpResult>> DecideAsync(
        string id, ApprovalDecisionRequest body, ClaimsPrincipal caller, ApprovalDesk desk, CancellationToken cancellationToken)
    {
        if (!caller.IsPerson())
        {
            return Problems.Of(
                StatusCodes.Status403Forbidden, "approval-needs-a-person", "A person has to decide", "An application cannot approve or refuse. Sign in as a person.");
        }

        if (Decision(body.Decision) is not { } decision)
        {
            return Invalid("decision", QueryText.Choices<Decision>());
        }

        if (!ApprovalLimits.IsComment(decision, body.Comment))
        {
            return Invalid("comment", $"Say in {ApprovalLimits.MinReasonLength} to {ApprovalLimits.MaxTextLength:N0} characters why; an approval needs no comment.");
        }

        var who = caller.Decider();
        if (await desk.FindAsync(id, who, cancellationToken) is null)
        {
            return Problems.NotFound("approval", id);
        }

        return await desk.DecideAsync(id, who, decision, Comment(body.Comment), DecisionWay.Api, cancellationToken) switch
        {
            DecideResult.Done => await FindAsync(id, caller, desk, cancellationToken) is { Result: Ok<ApprovalDetailResource> shown } ? shown : Problems.NotFound("approval", id),
            DecideResult.NotFound => Problems.NotFound("approval", id),
            DecideResult.NotAsked => Problems.Of(
                StatusCodes.Status403Forbidden, "approval-not-asked", "It does not ask for you", "Neither your name nor a role of yours is among its approvers."),
            DecideResult.OwnReport => Problems.Of(
                StatusCodes.Status403Forbidden, "approval-of-own-report", "It is your own report", "Whoever hands a report over may not approve it: somebody else has to (four eyes)."),
            DecideResult.AlreadyDecided => Problems.Of(
                StatusCodes.Status409Conflict, "approval-already-decided", "You have decided otherwise", "A decision is kept as it was made first."),
            DecideResult.Closed => Problems.Of(
                StatusCodes.Status409Conflict, "approval-closed", "There is nothing left to decide", "It is decided or over, or its report was cancelled."),
            _ => throw new System.Diagnostics.UnreachableException(),
        };
    }

    /// <summary>A comment as it is kept; null when there is none.</summary>
    public static string? Comment(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();

    private static ProblemHttpResult Invalid(string field, string fix) => Problems.Of(
        StatusCodes.Status422UnprocessableEntity,
        "invalid-decision",
        "The decision is invalid",
        $"{field}: {fix}",
        new Dictionary<string, string[]>(StringComparer.Ordinal) { [field] = [fix] });
}
