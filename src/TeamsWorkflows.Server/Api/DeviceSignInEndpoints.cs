using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using TeamsWorkflows.Connections;
using TeamsWorkflows.Connections.SignIns;
using TeamsWorkflows.Server.Access;
using TeamsWorkflows.Server.Audit;

namespace TeamsWorkflows.Server.Api;

/// <summary>Sign-ins by device code: begun here, finished in any browser.</summary>
internal static class DeviceSignInEndpoints
{
    /// <summary>Below the connections, whose policy holds.</summary>
    public static void MapDeviceSignIns(this IEndpointRouteBuilder connections)
    {
        connections.MapPost("/{id}/device-sign-in", BeginAsync).Audited("connection.device-sign-in", "connection")
            .WithSummary("Begins a sign-in by device code, or gives the one that is under way; type the code at the address.")
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status409Conflict);
        connections.MapGet("/{id}/device-sign-in", FindAsync)
            .WithSummary("Shows how the connection's last sign-in by device code stands.")
            .ProducesProblem(StatusCodes.Status404NotFound);
    }

    private static async Task<Results<Ok<DeviceSignInResource>, ProblemHttpResult>> BeginAsync(
        string id, NoFields body, ClaimsPrincipal caller, ConnectionDesk desk, DeviceSignInDesk signIns, CancellationToken cancellationToken)
        => await desk.FindAsync(id, cancellationToken) is not { } connection
            ? Problems.NotFound("connection", id)
            : await signIns.BeginAsync(id, caller.Actor(), cancellationToken) is { } begun
                ? TypedResults.Ok(DeviceSignInResource.From(begun, connection))
                : NoDeviceSignIn(connection);

    private static async Task<Results<Ok<DeviceSignInResource>, ProblemHttpResult>> FindAsync(
        string id, ConnectionDesk desk, DeviceSignInDesk signIns, CancellationToken cancellationToken)
        => await signIns.FindAsync(id, cancellationToken) is { } found
            ? TypedResults.Ok(DeviceSignInResource.From(found, await desk.FindAsync(id, cancellationToken)))
            : Problems.NotFound("device sign-in", id);

    private static ProblemHttpResult NoDeviceSignIn(Connection connection) => connection.AuthModel == AuthModel.DelegatedUser
        ? Problems.Of(
            StatusCodes.Status409Conflict,
            "no-device-code",
            "This connection signs in in the browser",
            $"POST to {Links.SignIn(connection)} instead; or set the connection's SignIn to DeviceCode, and leave its credential out.")
        : ConnectionEndpoints.NoBrowserSignIn(connection, connection.Id);
}
