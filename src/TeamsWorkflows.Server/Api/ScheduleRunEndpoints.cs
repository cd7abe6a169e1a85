using System.Globalization;
using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using TeamsWorkflows.Reports;
using TeamsWorkflows.Schedules;
using TeamsWorkflows.Server.Access;
using TeamsWorkflows.Server.Audit;

namespace TeamsWorkflows.Server.Api;

/// <summary>What a schedule did, and what people do with it: publishers with their own, operators with all.</summary>
internal static class ScheduleRunEndpoints
{
    private const int MaxPageSize = 200;
    private const int DefaultPageSize = 50;

    public static void MapScheduleRuns(this RouteGroupBuilder schedules)
    {
        var runs = schedules.MapGroup("/{id}").RequireAuthorization(Policies.Follow);
        runs.MapGet("/occurrences", OccurrencesAsync)
            .WithSummary("Lists what the schedule did, newest first.")
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status404NotFound);
        runs.MapPost("/pause", PauseAsync).Audited("schedule.pause", "schedule")
            .WithSummary("Stops the schedule from occurring until it is resumed.")
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status422UnprocessableEntity);
        runs.MapPost("/resume", ResumeAsync).Audited("schedule.resume", "schedule")
            .WithSummary("Lets the schedule occur again; what fell into the pause is not caught up.")
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status422UnprocessableEntity);
        runs.MapPost("/trigger", TriggerAsync).Audited("schedule.trigger", "schedule")
            .WithSummary("Hands the report over at once. Repeating the call with the same Idempotency-Key is harmless.")
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status422UnprocessableEntity);
        runs.MapPost("/backfill", BackfillAsync).Audited("schedule.backfill", "schedule")
            .WithSummary("Hands over the reports of a span of time in the past, except those that were.")
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status422UnprocessableEntity);
    }

    private static async Task<Results<Ok<OccurrencePage>, ProblemHttpResult>> OccurrencesAsync(
        string id, DateTimeOffset? before, int? limit, ClaimsPrincipal caller, ScheduleDesk desk, CancellationToken cancellationToken)
    {
        var pageSize = limit ?? DefaultPageSize;
        if (pageSize is < 1 or > MaxPageSize)
        {
            return Problems.InvalidParameter(nameof(limit), $"Give a number from 1 to {MaxPageSize}.");
        }

        if (!await MayAsync(id, caller, desk, cancellationToken)
            || await desk.OccurrencesAsync(id, before, pageSize, cancellationToken) is not { } found)
        {
            return Problems.NotFound("schedule", id);
        }

        var next = found.Count < pageSize ? null
            : $"{Links.Schedule(id)}/occurrences?before={Uri.EscapeDataString(found[^1].ScheduledFor.ToString("O", CultureInfo.InvariantCulture))}&limit={pageSize}";
        return TypedResults.Ok(new OccurrencePage([.. found.Select(OccurrenceResource.From)], next));
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> PauseAsync(
        string id, ReasonRequest body, ClaimsPrincipal caller, ScheduleDesk desk, ScheduleControl control, CancellationToken cancellationToken)
        => !body.IsValid ? CaseEndpoints.ReasonProblem()
            : await MayAsync(id, caller, desk, cancellationToken)
                && await control.PauseAsync(id, caller.Actor(), body.Reason!.Trim(), cancellationToken)
                ? TypedResults.NoContent()
                : Problems.NotFound("schedule", id);

    private static async Task<Results<NoContent, ProblemHttpResult>> ResumeAsync(
        string id, ReasonRequest body, ClaimsPrincipal caller, ScheduleDesk desk, ScheduleControl control, CancellationToken cancellationToken)
        => !body.IsValid ? CaseEndpoints.ReasonProblem()
            : await MayAsync(id, caller, desk, cancellationToken)
                && await control.ResumeAsync(id, caller.Actor(), body.Reason!.Trim(), cancellationToken)
                ? TypedResults.NoContent()
                : Problems.NotFound("schedule", id);

    private static async Task<Results<Accepted<OccurrenceResource>, ProblemHttpResult>> TriggerAsync(
        string id,
        [FromHeader(Name = "Idempotency-Key")] string? key,
        ReasonRequest body,
        ClaimsPrincipal caller,
        ScheduleDesk desk,
        ScheduleControl control,
        CancellationToken cancellationToken)
    {
        if (!body.IsValid)
        {
            return CaseEndpoints.ReasonProblem();
        }

        if (key is { Length: 0 or > ReportLimits.MaxIdempotencyKeyLength })
        {
            return Problems.InvalidParameter("Idempotency-Key", $"Send 1 to {ReportLimits.MaxIdempotencyKeyLength} characters, or no such header.");
        }

        return await MayAsync(id, caller, desk, cancellationToken)
            && await control.TriggerAsync(id, key, caller.Actor(), body.Reason!.Trim(), cancellationToken) is { } occurrence
                ? TypedResults.Accepted($"{Links.Schedule(id)}/occurrences", OccurrenceResource.From(occurrence))
                : Problems.NotFound("schedule", id);
    }

    private static async Task<Results<Accepted<BackfillBegun>, ProblemHttpResult>> BackfillAsync(
        string id, BackfillRequest body, ClaimsPrincipal caller, ScheduleDesk desk, ScheduleControl control, CancellationToken cancellationToken)
    {
        var said = new ReasonRequest(body.Reason);
        if (!said.IsValid)
        {
            return CaseEndpoints.ReasonProblem();
        }

        return !await MayAsync(id, caller, desk, cancellationToken)
            ? Problems.NotFound("schedule", id)
            : await control.BackfillAsync(id, body.From, body.To, caller.Actor(), said.Reason!.Trim(), cancellationToken) switch
            {
                BackfillResult.Accepted accepted => TypedResults.Accepted(
                    $"{Links.Schedule(id)}/occurrences",
                    new BackfillBegun([.. accepted.Begun.Select(OccurrenceResource.From)], accepted.AlreadyThere)),
                BackfillResult.NotFound => Problems.NotFound("schedule", id),
                BackfillResult.Invalid invalid => Problems.Invalid("backfill", "The span of time is invalid", invalid.Errors),
                _ => throw new System.Diagnostics.UnreachableException(),
            };
    }

    // Operators may do all this with every schedule; a publisher who may not see one is told that there is none.
    private static async Task<bool> MayAsync(string id, ClaimsPrincipal caller, ScheduleDesk desk, CancellationToken cancellationToken)
        => await desk.FindAsync(id, cancellationToken) is { } schedule && caller.MaySee(schedule);
}
