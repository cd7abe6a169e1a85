using Microsoft.AspNetCore.Http.Timeouts;
using TeamsWorkflows.Server.Access;

namespace TeamsWorkflows.Server.Live;

/// <summary>Live updates: for programs by bearer token, for open pages by the console's cookie.</summary>
internal static class LiveSetup
{
    public static IServiceCollection AddLive(this IServiceCollection services)
    {
        services.AddSingleton<ChangeFeed>();
        services.AddSingleton<EventStream>();
        return services;
    }

    public static void MapEvents(this IEndpointRouteBuilder api)
        => api.MapGet("/events", static (HttpContext http, string? topics, EventStream stream) => stream.Open(http, topics))
            .WithTags("Events")
            .RequireAuthorization(Policies.Operate)
            .WithSummary("Streams what changes as Server-Sent Events: that something changed, not what it is now.")
            .WithDescription(
                "topics: any of Cases, Approvals, Deliveries, Connections, Schedules, Orchestrations (Administrator), with commas between them; all that "
                + "the caller may see when left out. Events: ready (first), change, reset (something may have been missed: read everything anew), heartbeat "
                + "(every 15 seconds without another). Send the last event's id as Last-Event-ID to go on after a break. A stream ends after an hour, or "
                + "with the token.")
            .WithMetadata(new DisableRequestTimeoutAttribute())
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status503ServiceUnavailable);

    /// <summary>For the console's own script. A browser must not follow a redirect to the sign-in here, so it is refused without one.</summary>
    public static void MapLive(this IEndpointRouteBuilder console)
        => console.MapGet("/live", static IResult (HttpContext http, string? topics, EventStream stream)
                => http.User.Identity?.IsAuthenticated != true ? TypedResults.StatusCode(StatusCodes.Status401Unauthorized)
                    : http.User.MayOperate() ? stream.Open(http, topics)
                    : TypedResults.StatusCode(StatusCodes.Status403Forbidden))
            .WithMetadata(new DisableRequestTimeoutAttribute())
            .AllowAnonymous()
            .ExcludeFromDescription();
}
