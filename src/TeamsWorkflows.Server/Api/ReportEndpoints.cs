using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using TeamsWorkflows.Deliveries;
using TeamsWorkflows.Reports;
using TeamsWorkflows.Reports.Receipts;
using TeamsWorkflows.Server.Access;
using TeamsWorkflows.Server.Audit;

namespace TeamsWorkflows.Server.Api;

/// <summary>Reports: handed over once, followed by whoever handed them over.</summary>
internal static class ReportEndpoints
{
    private const string KeyHeader = "Idempotency-Key";

    public static RouteGroupBuilder MapReports(this IEndpointRouteBuilder routes)
    {
        var reports = routes.MapGroup("/reports").WithTags("Reports");
        reports.MapPost("/", SubmitAsync).NotAudited("the ledger keeps who handed over what")
            .RequireAuthorization(Policies.Publish)
            .WithSummary("Hands over a report. Repeating the call with the same key and body is harmless.")
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status413PayloadTooLarge)
            .ProducesProblem(StatusCodes.Status415UnsupportedMediaType)
            .ProducesProblem(StatusCodes.Status422UnprocessableEntity);
        reports.MapPost("/preview", PreviewAsync).NotAudited("nothing is kept")
            .RequireAuthorization(Policies.Publish)
            .WithSummary("Shows exactly what each destination would get, with its size. Nothing is kept and nothing is sent.")
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status413PayloadTooLarge)
            .ProducesProblem(StatusCodes.Status422UnprocessableEntity);
        reports.MapGet("/{id}", FindAsync)
            .RequireAuthorization(Policies.Follow)
            .WithSummary("Shows a report and its deliveries. Publishers see their own.")
            .ProducesProblem(StatusCodes.Status404NotFound);
        reports.MapGet("/{id}/receipt", ReceiptAsync)
            .RequireAuthorization(Policies.Follow)
            .WithSummary("Shows who got a report, when, by which way, with proofs. Publishers see their own.")
            .ProducesProblem(StatusCodes.Status404NotFound);
        reports.MapPost("/{id}/cancel", CancelAsync).Audited("report.cancel", "report")
            .RequireAuthorization(Policies.Operate)
            .WithSummary("Cancels all deliveries of a report that have not ended.")
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status422UnprocessableEntity);
        return reports;
    }

    private static async Task<Results<Accepted<ReportResource>, ProblemHttpResult>> SubmitAsync(
        [FromHeader(Name = KeyHeader)] string? key,
        ReportRequest report,
        ClaimsPrincipal caller,
        ReportDesk desk,
        HttpResponse response,
        CancellationToken cancellationToken)
    {
        if (key is not { Length: > 0 and <= ReportLimits.MaxIdempotencyKeyLength } || !key.All(static c => c is > ' ' and <= '~'))
        {
            return Problems.InvalidParameter(
                KeyHeader,
                $"Send the header {KeyHeader} with 1 to {ReportLimits.MaxIdempotencyKeyLength} visible ASCII characters: "
                + "one key per report, the same one when the call is repeated.");
        }

        switch (await desk.SubmitAsync(caller.Publisher(), caller.Actor(), key, report, cancellationToken))
        {
            case SubmitResult.Accepted accepted:
                if (accepted.IsRepeat)
                {
                    response.Headers["Idempotency-Replayed"] = "true";
                }

                var resource = ReportResource.From(accepted.Report);
                return TypedResults.Accepted(resource.Links.Self, resource);
            case SubmitResult.KeyReused reused:
                return Problems.Of(
                    StatusCodes.Status422UnprocessableEntity,
                    "idempotency-key-reused",
                    "The idempotency key was used for another report",
                    $"The key belongs to report {reused.ReportId}, whose body was different. Use a new key for a new report.");
            case SubmitResult.Invalid invalid:
                return Invalid(invalid.Errors);
            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }

    private static async Task<Results<Ok<ReportReceipt>, ProblemHttpResult>> ReceiptAsync(
        string id, ClaimsPrincipal caller, ReportDesk desk, CancellationToken cancellationToken)
        => await desk.FindAsync(id, cancellationToken) is { } report && (caller.MayOperate() || report.Publisher == caller.Publisher())
            ? TypedResults.Ok(ReportReceipt.Of(report))
            : Problems.NotFound("report", id);

    private static async Task<Results<Accepted<ReportCancelled>, ProblemHttpResult>> CancelAsync(
        string id, ReasonRequest body, ClaimsPrincipal caller, DeliveryDesk desk, CancellationToken cancellationToken)
        => !body.IsValid ? CaseEndpoints.ReasonProblem()
            : await desk.CancelReportAsync(id, caller.Actor(), body.Reason!.Trim(), cancellationToken) is { } results
                ? TypedResults.Accepted(Links.Report(id), new ReportCancelled(results))
                : Problems.NotFound("report", id);

    private static async Task<Results<Ok<ReportPreview>, ProblemHttpResult>> PreviewAsync(
        ReportRequest report, ClaimsPrincipal caller, ReportDesk desk, CancellationToken cancellationToken)
        => await desk.PreviewAsync(report, caller.Actor(), caller.Publisher(), cancellationToken) switch
        {
            PreviewResult.Shown shown => TypedResults.Ok(shown.Preview),
            PreviewResult.Invalid invalid => Invalid(invalid.Errors),
            _ => throw new System.Diagnostics.UnreachableException(),
        };

    private static ProblemHttpResult Invalid(IReadOnlyDictionary<string, string[]> errors) => Problems.Invalid("report", "The report is invalid", errors);

    private static async Task<Results<Ok<ReportResource>, ProblemHttpResult>> FindAsync(
        string id, ClaimsPrincipal caller, ReportDesk desk, CancellationToken cancellationToken)
        => await desk.FindAsync(id, cancellationToken) is { } report && (caller.MayOperate() || report.Publisher == caller.Publisher())
            ? TypedResults.Ok(ReportResource.From(report))
            : Problems.NotFound("report", id);
}
