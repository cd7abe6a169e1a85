using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using TeamsWorkflows.Schedules;
using TeamsWorkflows.Schedules.Planning;
using TeamsWorkflows.Server.Access;
using TeamsWorkflows.Server.Audit;

namespace TeamsWorkflows.Server.Api;

/// <summary>Schedules: reports that are handed over by the clock.</summary>
internal static class ScheduleEndpoints
{
    private const int DefaultCount = 10;
    private const int DefaultDays = 7;

    public static RouteGroupBuilder MapSchedules(this IEndpointRouteBuilder routes)
    {
        var schedules = routes.MapGroup("/schedules").WithTags("Schedules");
        schedules.MapGet("/", ListAsync)
            .RequireAuthorization(Policies.Follow)
            .WithSummary("Lists schedules. Publishers see their own.");
        schedules.MapGet("/plan", PlanAsync)
            .RequireAuthorization(Policies.Follow)
            .WithSummary("Simulates the schedules of the coming days against the paces of channels, connections and tenants.")
            .ProducesProblem(StatusCodes.Status400BadRequest);
        schedules.MapGet("/{id}", FindAsync)
            .RequireAuthorization(Policies.Follow)
            .WithSummary("Shows a schedule; the header ETag names its version.")
            .ProducesProblem(StatusCodes.Status404NotFound);
        schedules.MapPut("/{id}", PutAsync).Audited("schedule.put", "schedule")
            .RequireAuthorization(Policies.Arrange)
            .WithSummary("Creates a schedule, or changes the version that If-Match names.")
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status409Conflict)
            .ProducesProblem(StatusCodes.Status412PreconditionFailed)
            .ProducesProblem(StatusCodes.Status422UnprocessableEntity)
            .ProducesProblem(StatusCodes.Status428PreconditionRequired);
        schedules.MapDelete("/{id}", DeleteAsync).Audited("schedule.delete", "schedule")
            .RequireAuthorization(Policies.Arrange)
            .WithSummary("Deletes a schedule; reports that it handed over stay.")
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status412PreconditionFailed);
        schedules.MapPost("/{id}/preview", PreviewAsync).NotAudited("nothing is kept")
            .RequireAuthorization(Policies.Arrange)
            .WithSummary("Shows when such a schedule would occur and what it would hand over. Nothing is kept.")
            .ProducesProblem(StatusCodes.Status422UnprocessableEntity);
        schedules.MapGet("/{id}/upcoming", UpcomingAsync)
            .RequireAuthorization(Policies.Follow)
            .WithSummary("Lists the next occurrences.")
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status404NotFound);
        schedules.MapScheduleRuns();
        return schedules;
    }

    private static async Task<Ok<ScheduleList>> ListAsync(ClaimsPrincipal caller, ScheduleDesk desk, CancellationToken cancellationToken)
        => TypedResults.Ok(new ScheduleList(
            [.. (await desk.ListAsync(caller.MayOperate() ? null : caller.Publisher(), cancellationToken)).Select(ScheduleResource.From)]));

    private static async Task<Results<Ok<SchedulePlan>, ProblemHttpResult>> PlanAsync(
        int? days, ClaimsPrincipal caller, SchedulePlanner planner, CancellationToken cancellationToken)
        => days is < 1 or > SchedulePlanner.MaxDays
            ? Problems.InvalidParameter(nameof(days), $"Give a number from 1 to {SchedulePlanner.MaxDays}.")
            : TypedResults.Ok(await planner.PlanAsync(days ?? DefaultDays, caller.MayOperate() ? null : caller.Publisher(), cancellationToken));

    private static async Task<Results<Ok<ScheduleResource>, ProblemHttpResult>> FindAsync(
        string id, ClaimsPrincipal caller, ScheduleDesk desk, HttpResponse response, CancellationToken cancellationToken)
    {
        if (await desk.FindAsync(id, cancellationToken) is not { } schedule || !caller.MaySee(schedule))
        {
            return Problems.NotFound("schedule", id);
        }

        response.Headers.ETag = schedule.ETag;
        return TypedResults.Ok(ScheduleResource.From(schedule));
    }

    private static async Task<Results<Ok<SchedulePut>, Created<SchedulePut>, ProblemHttpResult>> PutAsync(
        string id,
        [FromHeader(Name = "If-Match")] string? ifMatch,
        [FromHeader(Name = "If-None-Match")] string? ifNoneMatch,
        ScheduleDefinition definition,
        ClaimsPrincipal caller,
        ScheduleDesk desk,
        HttpResponse response,
        CancellationToken cancellationToken)
    {
        if (ifNoneMatch is not (null or "*"))
        {
            return Edits.WrongIfNoneMatch();
        }

        switch (await desk.PutAsync(id, definition, new(ifMatch, ifNoneMatch is not null), caller.Editor(), cancellationToken))
        {
            case PutScheduleResult.Put put:
                response.Headers.ETag = put.Schedule.ETag;
                var resource = new SchedulePut(ScheduleResource.From(put.Schedule), put.Warnings);
                return put.IsNew ? TypedResults.Created(resource.Schedule.Links.Self, resource) : TypedResults.Ok(resource);
            case PutScheduleResult.Invalid invalid:
                return Invalid(invalid.Errors);
            case PutScheduleResult.Refused refused:
                return Edits.Refused(refused.Why, "schedule", id);
            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> DeleteAsync(
        string id,
        [FromHeader(Name = "If-Match")] string? ifMatch,
        ClaimsPrincipal caller,
        ScheduleDesk desk,
        CancellationToken cancellationToken)
        => await desk.FindAsync(id, cancellationToken) is not { } schedule || !caller.MayChange(schedule) ? Problems.NotFound("schedule", id)
            : await desk.DeleteAsync(id, ifMatch, cancellationToken) ? TypedResults.NoContent()
            : Edits.Refused(EditRefusal.PreconditionFailed, "schedule", id);

    private static async Task<Results<Ok<SchedulePreviewed>, ProblemHttpResult>> PreviewAsync(
        string id, ScheduleDefinition definition, ClaimsPrincipal caller, ScheduleDesk desk, CancellationToken cancellationToken)
        => await desk.PreviewAsync(id, definition, DefaultCount, caller.Editor(), cancellationToken) switch
        {
            SchedulePreviewResult.Shown shown => TypedResults.Ok(new SchedulePreviewed(shown.Upcoming, shown.Report, shown.Warnings)),
            SchedulePreviewResult.Invalid invalid => Invalid(invalid.Errors),
            _ => throw new System.Diagnostics.UnreachableException(),
        };

    private static async Task<Results<Ok<UpcomingList>, ProblemHttpResult>> UpcomingAsync(
        string id, int? count, ClaimsPrincipal caller, ScheduleDesk desk, CancellationToken cancellationToken)
    {
        if (count is < 1 or > ScheduleLimits.MaxUpcoming)
        {
            return Problems.InvalidParameter(nameof(count), $"Give a number from 1 to {ScheduleLimits.MaxUpcoming}.");
        }

        return await desk.FindAsync(id, cancellationToken) is { } schedule && caller.MaySee(schedule)
            && await desk.UpcomingAsync(id, count ?? DefaultCount, cancellationToken) is { } upcoming
                ? TypedResults.Ok(new UpcomingList(upcoming))
                : Problems.NotFound("schedule", id);
    }

    private static ProblemHttpResult Invalid(IReadOnlyDictionary<string, string[]> errors) => Problems.Invalid("schedule", "The schedule is invalid", errors);
}

/// <summary>Whose schedules a caller may see and change.</summary>
internal static class ScheduleAccess
{
    public static bool MaySee(this ClaimsPrincipal caller, Schedule schedule) => caller.MayOperate() || schedule.Publisher == caller.Publisher();

    public static bool MayChange(this ClaimsPrincipal caller, Schedule schedule) => caller.MayAdminister() || schedule.Publisher == caller.Publisher();
}
