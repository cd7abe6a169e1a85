using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using TeamsWorkflows.Connections;
using TeamsWorkflows.Diagnostics;
using TeamsWorkflows.Server.Access;
using TeamsWorkflows.Server.Audit;

namespace TeamsWorkflows.Server.Api;

/// <summary>Connections: how each way into Microsoft 365 is, and how a person connects it.</summary>
internal static class ConnectionEndpoints
{
    public static RouteGroupBuilder MapConnections(this IEndpointRouteBuilder routes)
    {
        var connections = routes.MapGroup("/connections").WithTags("Connections").RequireAuthorization(Policies.Operate);
        connections.MapGet("/", ListAsync).WithSummary("Lists connections.");
        connections.MapGet("/{id}", FindAsync)
            .WithSummary("Shows a connection; the header ETag names the version of its definition.")
            .ProducesProblem(StatusCodes.Status404NotFound);
        connections.MapPost("/{id}/sign-in", SignInAsync).Audited("connection.sign-in", "connection")
            .WithSummary("Begins a sign-in for the connection; open the address in a browser.")
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status409Conflict);
        connections.MapPost("/{id}/probe", ProbeAsync).NotAudited("it tries, and changes nothing")
            .WithSummary("Tries a connection now: a token, and a call with it. It opens no case and posts nothing.")
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status409Conflict);
        connections.MapDeviceSignIns();
        connections.MapRegister();
        connections.MapStories();
        connections.MapCalendarKeys();
        return connections;
    }

    /// <summary>Why a sign-in in the browser cannot be begun for a connection.</summary>
    public static ProblemHttpResult NoBrowserSignIn(Connection? connection, string connectionId)
        => connection is { AuthModel: AuthModel.DelegatedUser, SignIn: SignInWay.DeviceCode }
            ? Problems.Of(
                StatusCodes.Status409Conflict,
                "device-code",
                "This connection signs in by device code",
                $"POST to {Links.SignIn(connection)} instead, and type the code that it answers with where it says.")
            : Problems.Of(
                StatusCodes.Status409Conflict,
                "no-sign-in-needed",
                "Nobody signs in for this connection",
                $"Connection '{connectionId}' acts as an application. Change its secret in the configuration instead.");

    private static async Task<Ok<ConnectionList>> ListAsync(ConnectionDesk desk, CancellationToken cancellationToken)
        => TypedResults.Ok(new ConnectionList(
            (await desk.ListAsync(cancellationToken)).Select(ConnectionResource.From).ToArray()));

    private static async Task<Results<Ok<ConnectionResource>, ProblemHttpResult>> FindAsync(
        string id, ConnectionDesk desk, HttpResponse response, CancellationToken cancellationToken)
    {
        if (await desk.FindAsync(id, cancellationToken) is not { } connection)
        {
            return Problems.NotFound("connection", id);
        }

        response.Headers.ETag = connection.ETag;
        return TypedResults.Ok(ConnectionResource.From(connection));
    }

    private static async Task<Results<Ok<SignInBegun>, ProblemHttpResult>> SignInAsync(
        string id, NoFields body, ClaimsPrincipal caller, ConnectionDesk desk, SignInDesk signIns, CancellationToken cancellationToken)
        => await desk.FindAsync(id, cancellationToken) is not { } connection
            ? Problems.NotFound("connection", id)
            : await signIns.BeginAsync(id, caller.Actor(), cancellationToken) is { } begun
                ? TypedResults.Ok(new SignInBegun(begun.Address, begun.ExpiresAt))
                : NoBrowserSignIn(connection, id);

    private static async Task<Results<Ok<ProbeResource>, ProblemHttpResult>> ProbeAsync(
        string id, NoFields body, ProbeDesk desk, CancellationToken cancellationToken)
        => await desk.ProbeAsync(id, cancellationToken) switch
        {
            ProbeOutcome.Works => TypedResults.Ok(new ProbeResource(id, Works: true, Diagnosis: null)),
            ProbeOutcome.Broken broken => TypedResults.Ok(new ProbeResource(id, Works: false, broken.Diagnosis)),
            ProbeOutcome.NeverConnected => Problems.Of(
                StatusCodes.Status409Conflict, "never-connected", "Nobody has signed in", $"Connection '{id}' has no sign-in to try. Sign in for it first."),
            ProbeOutcome.NothingToTry => Problems.Of(
                StatusCodes.Status409Conflict, "nothing-to-try", "There is nothing to try", $"Connection '{id}' is a webhook: only a post would show whether it works."),
            ProbeOutcome.NotFound => Problems.NotFound("connection", id),
            _ => throw new System.Diagnostics.UnreachableException(),
        };
}

/// <summary>What came of trying a connection.</summary>
/// <param name="Diagnosis">Why it does not work; null: it works.</param>
internal sealed record ProbeResource(string Connection, bool Works, Diagnosis? Diagnosis);
