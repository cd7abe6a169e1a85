using System.Globalization;
using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using TeamsWorkflows.Schedules;
using TeamsWorkflows.Schedules.Planning;
using TeamsWorkflows.Server.Access;
using TeamsWorkflows.Server.Api;
using TeamsWorkflows.Server.Audit;

namespace TeamsWorkflows.Server.Console;

/// <summary>The console's pages of schedules.</summary>
internal static class ScheduleConsole
{
    private const int DaysOfWarnings = 7;
    private const int Upcoming = 5;
    private const int PageSize = 50;

    public static void MapScheduleConsole(this RouteGroupBuilder console)
    {
        console.MapGet("/schedules", ListAsync);
        console.MapGet("/schedules/plan", PlanAsync);
        console.MapGet("/schedules/{id}", FindAsync);
        console.MapPost("/schedules/{id}/act", ActAsync).Audited("schedule.act", "schedule");
    }

    private static async Task<RazorComponentResult<SchedulesPage>> ListAsync(
        int? skip, ScheduleDesk desk, SchedulePlanner planner, CancellationToken cancellationToken)
        => new(new
        {
            Schedules = ListPage.Cut(await desk.ListAsync(publisher: null, cancellationToken), skip),
            Plan = await planner.PlanAsync(DaysOfWarnings, publisher: null, cancellationToken),
        });

    private static async Task<RazorComponentResult<PlanPage>> PlanAsync(
        int? days, ScheduleDesk desk, SchedulePlanner planner, TimeProvider time, CancellationToken cancellationToken)
    {
        var span = Math.Clamp(days ?? DaysOfWarnings, 1, SchedulePlanner.MaxDays);
        return new(new
        {
            Days = span,
            Plan = await planner.PlanAsync(span, publisher: null, cancellationToken),
            Calendar = await ScheduleCalendar.ReadAsync(desk, time.GetUtcNow().AddDays(span), cancellationToken),
        });
    }

    private static async Task<Results<RazorComponentResult<SchedulePage>, NotFound>> FindAsync(
        string id, string? note, string? before, ScheduleDesk desk, SchedulePlanner planner, Func<Guid> newGuid, CancellationToken cancellationToken)
    {
        _ = QueryText.TryReadTime(before, out var earlier); // what is no time begins with the newest
        if (await desk.FindAsync(id, cancellationToken) is not { } schedule
            || await desk.UpcomingAsync(id, Upcoming, cancellationToken) is not { } upcoming
            || await desk.OccurrencesAsync(id, earlier, PageSize, cancellationToken) is not { } occurrences)
        {
            return TypedResults.NotFound();
        }

        var plan = await planner.PlanAsync(DaysOfWarnings, publisher: null, cancellationToken);
        return new RazorComponentResult<SchedulePage>(new
        {
            Schedule = schedule,
            Upcoming = upcoming,
            Occurrences = occurrences,
            Next = occurrences.Count < PageSize ? null : $"/schedules/{Uri.EscapeDataString(id)}?before={Uri.EscapeDataString(occurrences[^1].ScheduledFor.UtcDateTime.ToString("O", CultureInfo.InvariantCulture))}",
            Warnings = (IReadOnlyList<PlanWarning>)[.. plan.Warnings.Where(w => w.Schedules.Contains(id, StringComparer.Ordinal))],
            Call = newGuid(),
            Note = Notes.Text(note),
        });
    }

    private static async Task<Results<RedirectHttpResult, NotFound, BadRequest>> ActAsync(
        string id,
        [FromForm] string? action,
        [FromForm] string? reason,
        [FromForm] string? call,
        ClaimsPrincipal caller,
        ScheduleControl control,
        CancellationToken cancellationToken)
    {
        var said = new ReasonRequest(reason);
        if (!said.IsValid)
        {
            return Back(id, Notes.ReasonMissing);
        }

        var (actor, why) = (caller.Actor(), said.Reason!.Trim());
        var (isDone, note) = action switch
        {
            "pause" => (await control.PauseAsync(id, actor, why, cancellationToken), Notes.Paused),
            "resume" => (await control.ResumeAsync(id, actor, why, cancellationToken), Notes.Resumed),
            "trigger" => (await control.TriggerAsync(id, call, actor, why, cancellationToken) is not null, Notes.Triggered),
            _ => (false, null),
        };
        return note is null ? TypedResults.BadRequest() : isDone ? Back(id, note) : TypedResults.NotFound();
    }

    private static RedirectHttpResult Back(string id, string note) => TypedResults.Redirect($"/schedules/{Uri.EscapeDataString(id)}?note={note}");
}
