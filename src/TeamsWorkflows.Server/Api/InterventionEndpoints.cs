using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using TeamsWorkflows.Deliveries;
using TeamsWorkflows.Reports;
using TeamsWorkflows.Server.Access;
using TeamsWorkflows.Server.Audit;

namespace TeamsWorkflows.Server.Api;

/// <summary>What operators do about deliveries; each with a reason, which is kept.</summary>
internal static class InterventionEndpoints
{
    public static void MapInterventions(this RouteGroupBuilder deliveries)
    {
        var words = deliveries.MapGroup("/{id}").RequireAuthorization(Policies.Operate);
        words.MapPost("/cancel", CancelAsync).Audited("delivery.cancel", "delivery")
            .WithSummary("Ends a delivery early. A message that is under way is looked for: if it arrived, the delivery ends as delivered.")
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status409Conflict)
            .ProducesProblem(StatusCodes.Status422UnprocessableEntity);
        words.MapPost("/decide", DecideAsync).Audited("delivery.decide", "delivery")
            .WithSummary("Says what becomes of a delivery that is held: ItIsThere, PostAgain or FallBack.")
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status409Conflict)
            .ProducesProblem(StatusCodes.Status422UnprocessableEntity);
        words.MapPost("/resend", ResendAsync).Audited("delivery.resend", "delivery")
            .WithSummary("Sends the report once more there, under a new key: it may be a second message.")
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status409Conflict)
            .ProducesProblem(StatusCodes.Status422UnprocessableEntity);
    }

    /// <returns>Null: the word says nothing about a held delivery.</returns>
    public static OperatorWord? Decision(string? word)
        => QueryText.TryRead<OperatorWord>(word, out var known) && known is OperatorWord.ItIsThere or OperatorWord.PostAgain or OperatorWord.FallBack
            ? known
            : null;

    private static async Task<Results<Accepted<DeliveryResource>, ProblemHttpResult>> CancelAsync(
        string id, ReasonRequest body, ClaimsPrincipal caller, DeliveryDesk desk, ReportDesk reports, CancellationToken cancellationToken)
        => body.IsValid
            ? await AnswerAsync(id, await desk.CancelAsync(id, caller.Actor(), body.Reason!.Trim(), cancellationToken), reports, cancellationToken)
            : CaseEndpoints.ReasonProblem();

    private static async Task<Results<Accepted<DeliveryResource>, ProblemHttpResult>> DecideAsync(
        string id, DecisionRequest body, ClaimsPrincipal caller, DeliveryDesk desk, ReportDesk reports, CancellationToken cancellationToken)
    {
        var said = new ReasonRequest(body.Reason);
        if (!said.IsValid)
        {
            return CaseEndpoints.ReasonProblem();
        }

        return Decision(body.Decision) is { } word
            ? await AnswerAsync(id, await desk.DecideAsync(id, word, caller.Actor(), said.Reason!.Trim(), cancellationToken), reports, cancellationToken)
            : Problems.Of(
                StatusCodes.Status422UnprocessableEntity,
                "decision-missing",
                "A decision is needed",
                "decision: use one of ItIsThere, PostAgain, FallBack.",
                new Dictionary<string, string[]>(StringComparer.Ordinal) { ["decision"] = ["Use one of: ItIsThere, PostAgain, FallBack."] });
    }

    private static async Task<Results<Accepted<DeliveryResource>, ProblemHttpResult>> ResendAsync(
        string id, ReasonRequest body, ClaimsPrincipal caller, ReportDesk reports, CancellationToken cancellationToken)
        => body.IsValid
            ? await reports.ResendAsync(id, caller.Actor(), body.Reason!.Trim(), cancellationToken) switch
            {
                ResendResult.Accepted accepted => await ShowAsync(accepted.DeliveryId, reports, cancellationToken),
                ResendResult.StillRunning running => Problems.Of(
                    StatusCodes.Status409Conflict,
                    "delivery-running",
                    "The delivery has not ended",
                    $"Cancel it first: POST a reason to {Links.Delivery(running.DeliveryId)}/cancel."),
                ResendResult.FilesGone => Problems.Of(
                    StatusCodes.Status409Conflict,
                    "attachments-gone",
                    "The report's attachments are not kept any more",
                    "They are past their retention (Deliveries:AttachmentRetention). Hand the report over anew."),
                ResendResult.NotApproved => Problems.Of(
                    StatusCodes.Status409Conflict,
                    "report-not-approved",
                    "The report was not approved",
                    "Its approvers refused it, or did not decide in time. Hand it over anew, and have it approved."),
                _ => Problems.NotFound("delivery", id),
            }
            : CaseEndpoints.ReasonProblem();

    private static async Task<Results<Accepted<DeliveryResource>, ProblemHttpResult>> AnswerAsync(
        string id, WordResult result, ReportDesk reports, CancellationToken cancellationToken) => result switch
        {
            WordResult.Done => await ShowAsync(id, reports, cancellationToken),
            WordResult.NotFound => Problems.NotFound("delivery", id),
            WordResult.AlreadyEnded => Problems.Of(
                StatusCodes.Status409Conflict, "delivery-ended", "The delivery has ended", "There is nothing left to cancel. What came of it is in the ledger."),
            WordResult.NotHeld => Problems.Of(
                StatusCodes.Status409Conflict, "delivery-not-held", "The delivery waits for no decision", "Somebody was faster, or it has gone on by itself."),
            WordResult.NotStarted => Problems.Of(
                StatusCodes.Status409Conflict, "delivery-not-started", "The delivery has not begun", "Repeat the call in a moment."),
            _ => throw new System.Diagnostics.UnreachableException(),
        };

    private static async Task<Results<Accepted<DeliveryResource>, ProblemHttpResult>> ShowAsync(
        string id, ReportDesk reports, CancellationToken cancellationToken)
        => await reports.FindDeliveryAsync(id, cancellationToken) is { } delivery
            ? TypedResults.Accepted(Links.Delivery(id), DeliveryResource.From(delivery))
            : Problems.NotFound("delivery", id);
}
