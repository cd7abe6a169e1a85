using System.ComponentModel.DataAnnotations;
using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using TeamsWorkflows.Audit;
using TeamsWorkflows.Connections.Forecast;
using TeamsWorkflows.Server.Access;
using TeamsWorkflows.Server.Audit;

namespace TeamsWorkflows.Server.Api;

/// <summary>The calendar of dates for programs that cannot sign in, and the keys to it.</summary>
internal static class CalendarEndpoints
{
    public static void MapCalendarKeys(this RouteGroupBuilder connections)
    {
        connections.MapGet("/calendar-keys", ListAsync).WithSummary("Lists the keys to the calendar feed, without the keys themselves.");
        connections.MapPost("/calendar-keys", CreateAsync).Audited("calendar-key.create", "calendar-key")
            .RequireAuthorization(Policies.Administer)
            .WithSummary("Makes a key to the calendar feed; its address is shown this once.")
            .ProducesProblem(StatusCodes.Status422UnprocessableEntity);
        connections.MapDelete("/calendar-keys/{id:guid}", RevokeAsync).Audited("calendar-key.revoke", "calendar-key")
            .RequireAuthorization(Policies.Administer)
            .WithSummary("Revokes a key to the calendar feed.")
            .ProducesProblem(StatusCodes.Status404NotFound);
    }

    // The key in the path is what the caller proves; a wrong and a revoked one look alike.
    public static void MapCalendarFeed(this IEndpointRouteBuilder routes) => routes.MapGet("/calendar/{key}.ics", FeedAsync)
        .AllowAnonymous()
        .ExcludeFromDescription();

    private static async Task<Results<ContentHttpResult, NotFound>> FeedAsync(
        string key, CalendarKeys keys, ForecastDesk forecast, TimeProvider time, HttpResponse response, CancellationToken cancellationToken)
    {
        if (!await keys.OpensAsync(key, cancellationToken))
        {
            return TypedResults.NotFound();
        }

        response.Headers.CacheControl = "private, no-store";
        return TypedResults.Text(ExpiryCalendar.Write(await forecast.ExpiriesAsync(cancellationToken), time.GetUtcNow()), "text/calendar; charset=utf-8");
    }

    private static async Task<Ok<CalendarKeyList>> ListAsync(CalendarKeys keys, CancellationToken cancellationToken)
        => TypedResults.Ok(new CalendarKeyList(await keys.ListAsync(cancellationToken)));

    private static async Task<Results<Created<CalendarKeyCreated>, ProblemHttpResult>> CreateAsync(
        CalendarKeyRequest body, ClaimsPrincipal caller, CalendarKeys keys, CancellationToken cancellationToken)
    {
        if (string.IsNullOrWhiteSpace(body.Name) || body.Name.Length > CalendarKeys.MaxNameLength)
        {
            var fix = $"Say whose calendar it is for, in at most {CalendarKeys.MaxNameLength} characters.";
            return Problems.Of(
                StatusCodes.Status422UnprocessableEntity,
                "invalid-calendar-key",
                "The key has no name",
                $"name: {fix}",
                new Dictionary<string, string[]>(StringComparer.Ordinal) { ["name"] = [fix] });
        }

        AuditCall.Current?.To($"calendar-key/{body.Name.Trim()}");
        var made = await keys.CreateAsync(body.Name, caller.Actor(), cancellationToken);
        return TypedResults.Created($"{Links.Root}/connections/calendar-keys", new CalendarKeyCreated(made.Id, made.Name, $"/calendar/{made.Key}.ics"));
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> RevokeAsync(
        Guid id, ClaimsPrincipal caller, CalendarKeys keys, CancellationToken cancellationToken)
        => await keys.RevokeAsync(id, caller.Actor(), cancellationToken) ? TypedResults.NoContent() : Problems.NotFound("calendar key", id.ToString("D"));
}

internal sealed record CalendarKeyRequest([property: Required] string? Name);

internal sealed record CalendarKeyList(IReadOnlyList<CalendarKey> Keys);

/// <param name="Path">Where the feed is, from the product's address; it holds the key, and is not shown again.</param>
internal sealed record CalendarKeyCreated(Guid Id, string Name, string Path);
