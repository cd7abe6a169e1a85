using Microsoft.AspNetCore.Mvc;
using TeamsWorkflows.Server.Audit;

namespace TeamsWorkflows.Server.Console;

/// <summary>How a person wants times shown; kept in a cookie of this browser.</summary>
internal static class TimeMode
{
    public const string Relative = "relative";
    public const string Utc = "utc";

    /// <summary>By the browser's clock: without its script, the server shows UTC.</summary>
    public const string Local = "local";

    private const string Cookie = "teamsworkflows-time";

    public static IReadOnlyList<string> All { get; } = [Relative, Local, Utc];

    public static string Of(HttpContext? http)
        => http?.Request.Cookies[Cookie] is { } mode && All.Contains(mode, StringComparer.Ordinal) ? mode : Relative;

    public static string Name(string mode) => mode switch
    {
        Local => "local",
        Utc => "UTC",
        _ => "relative",
    };

    public static void MapTimeMode(this IEndpointRouteBuilder routes) => routes.MapPost("/time", Set).NotAudited("it is how one person reads times")
        .AddEndpointFilter(ConsoleEndpoints.RefuseForgeriesAsync)
        .ExcludeFromDescription();

    private static IResult Set([FromForm] string? mode, [FromForm] string? back, HttpContext http)
    {
        if (mode is null || !All.Contains(mode, StringComparer.Ordinal))
        {
            return TypedResults.BadRequest();
        }

        http.Response.Cookies.Append(Cookie, mode, new CookieOptions
        {
            HttpOnly = true,
            IsEssential = true,
            MaxAge = TimeSpan.FromDays(365),
            SameSite = SameSiteMode.Lax,
            Secure = http.Request.IsHttps,
        });
        return TypedResults.LocalRedirect(IsLocal(back) ? back! : "/");
    }

    // A path of ours, and nothing that a browser would take for another host.
    private static bool IsLocal(string? address) => address is ['/', ..] and not ['/', '/' or '\\', ..] && !address.Any(char.IsControl);
}
