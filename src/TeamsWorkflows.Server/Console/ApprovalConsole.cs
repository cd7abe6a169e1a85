using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using TeamsWorkflows.Approvals;
using TeamsWorkflows.Server.Access;
using TeamsWorkflows.Server.Api;
using TeamsWorkflows.Server.Audit;

namespace TeamsWorkflows.Server.Console;

/// <summary>Approvals in the console: an inbox, what would be posted, and two buttons.</summary>
internal static class ApprovalConsole
{
    public static void MapApprovalConsole(this IEndpointRouteBuilder routes)
    {
        var approvals = routes.MapGroup("/approvals").RequireAuthorization(Policies.Approve).ExcludeFromDescription();
        approvals.AddEndpointFilter(ConsoleEndpoints.RefuseForgeriesAsync);
        approvals.MapGet("/", ListAsync);
        approvals.MapGet("/{id}", ShowAsync);
        approvals.MapPost("/{id}/decide", DecideAsync).Audited("approval.decide", "approval");
    }

    private static async Task<RazorComponentResult<ApprovalsPage>> ListAsync(int? skip, ClaimsPrincipal caller, ApprovalDesk desk, CancellationToken cancellationToken)
    {
        var (who, from) = (caller.Decider(), ListPage.Skip(skip));
        return new(new { Approvals = ListPage.Of(await desk.PageAsync(who, isOpen: null, from, ListPage.Size + 1, cancellationToken), from), Who = who });
    }

    private static async Task<Results<RazorComponentResult<ApprovalPage>, NotFound>> ShowAsync(
        string id, string? note, ClaimsPrincipal caller, ApprovalDesk desk, CancellationToken cancellationToken)
        => await desk.FindAsync(id, caller.Decider(), cancellationToken) is { } found
            ? new RazorComponentResult<ApprovalPage>(new { Detail = found, Who = caller.Decider(), Note = Notes.Text(note) })
            : TypedResults.NotFound();

    private static async Task<Results<RedirectHttpResult, NotFound>> DecideAsync(
        string id, [FromForm] string? decision, [FromForm] string? comment, ClaimsPrincipal caller, ApprovalDesk desk, CancellationToken cancellationToken)
    {
        var who = caller.Decider();
        if (ApprovalEndpoints.Decision(decision) is not { } said || await desk.FindAsync(id, who, cancellationToken) is null)
        {
            return TypedResults.NotFound();
        }

        if (!ApprovalLimits.IsComment(said, comment))
        {
            return ToApproval(id, Notes.CommentMissing);
        }

        return await desk.DecideAsync(id, who, said, ApprovalEndpoints.Comment(comment), DecisionWay.Console, cancellationToken) == DecideResult.Done
            ? ToApproval(id, Notes.Decided)
            : ToApproval(id, Notes.NotYours);
    }

    private static RedirectHttpResult ToApproval(string id, string note) => TypedResults.Redirect($"/approvals/{Uri.EscapeDataString(id)}?note={note}");
}
