using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using TeamsWorkflows.Connections;
using TeamsWorkflows.Connections.SignIns;
using TeamsWorkflows.Server.Access;
using TeamsWorkflows.Server.Api;
using TeamsWorkflows.Server.Audit;

namespace TeamsWorkflows.Server.Console;

/// <summary>Signing in by a code: a page that shows it, and looks by itself whether it was used.</summary>
internal static class DeviceSignInForms
{
    // Seconds; the page has no script.
    private const string Refresh = "5";

    public static void MapDeviceSignInForms(this IEndpointRouteBuilder console)
    {
        console.MapPost("/connections/{id}/device-sign-in", BeginAsync).Audited("connection.device-sign-in", "connection");
        console.MapGet("/connections/{id}/device-sign-in", ShowAsync);
    }

    private static async Task<Results<RedirectHttpResult, NotFound>> BeginAsync(
        string id, ClaimsPrincipal caller, DeviceSignInDesk signIns, CancellationToken cancellationToken)
        => await signIns.BeginAsync(id, caller.Actor(), cancellationToken) is null
            ? TypedResults.NotFound()
            : TypedResults.Redirect($"/connections/{Uri.EscapeDataString(id)}/{Links.SignInPath(SignInWay.DeviceCode)}");

    private static async Task<Results<RazorComponentResult<DeviceSignInPage>, NotFound>> ShowAsync(
        string id, HttpContext http, DeviceSignInDesk signIns, ConnectionDesk connections, CancellationToken cancellationToken)
    {
        if (await signIns.FindAsync(id, cancellationToken) is not { } found)
        {
            return TypedResults.NotFound();
        }

        if (found.State == DeviceSignInState.Waiting)
        {
            http.Response.Headers["Refresh"] = Refresh;
        }

        return new RazorComponentResult<DeviceSignInPage>(new { SignIn = found, (await connections.FindAsync(id, cancellationToken))?.Username });
    }
}
