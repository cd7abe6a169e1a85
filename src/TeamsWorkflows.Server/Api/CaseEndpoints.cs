using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using TeamsWorkflows.Cases;
using TeamsWorkflows.Connections;
using TeamsWorkflows.Diagnostics;
using TeamsWorkflows.Server.Access;
using TeamsWorkflows.Server.Audit;

namespace TeamsWorkflows.Server.Api;

/// <summary>Cases: what a person has to do, and the word that it is done.</summary>
internal static class CaseEndpoints
{
    public static RouteGroupBuilder MapCases(this IEndpointRouteBuilder routes)
    {
        var cases = routes.MapGroup("/cases").WithTags("Cases").RequireAuthorization(Policies.Operate);
        cases.MapGet("/", ListAsync).WithSummary("Lists cases, open ones first; those of one label, if one is given.")
            .ProducesProblem(StatusCodes.Status400BadRequest);
        cases.MapGet("/{id}", FindAsync)
            .WithSummary("Shows a case with its diagnosis and what waits for it.")
            .ProducesProblem(StatusCodes.Status404NotFound);
        cases.MapPost("/{id}/sign-in", SignInAsync).Audited("case.sign-in", "case")
            .WithSummary("Begins the sign-in that resolves a reconnect case; open the address in a browser.")
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status409Conflict);
        cases.MapPost("/{id}/resolve", ResolveAsync).Audited("case.resolve", "case")
            .WithSummary("Says that the cause is gone; the connection is verified before the case closes.")
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status409Conflict)
            .ProducesProblem(StatusCodes.Status422UnprocessableEntity);
        cases.MapSteps();
        cases.MapGuidedTest();
        cases.MapPackets();
        return cases;
    }

    private static async Task<Results<Ok<CaseList>, ProblemHttpResult>> ListAsync(
        bool? open, string? label, int? skip, int? limit, CaseDesk desk, CancellationToken cancellationToken)
    {
        if (!ListPaging.TryRead(skip, limit, out var page, out var problem))
        {
            return problem;
        }

        var found = label is null
            ? await desk.PageAsync(open, page.Skip, page.Limit, cancellationToken)
            : await desk.PageAsync(open, label, page.Skip, page.Limit, cancellationToken);
        return TypedResults.Ok(new CaseList([.. found.Select(CaseResource.From)], page.Next("cases", found.Count, open, label)));
    }

    private static async Task<Results<Ok<CaseResource>, ProblemHttpResult>> FindAsync(
        string id, CaseDesk desk, CancellationToken cancellationToken)
        => await desk.FindAsync(id, cancellationToken) is { } found
            ? TypedResults.Ok(CaseResource.From(found))
            : Problems.NotFound("case", id);

    private static async Task<Results<Ok<SignInBegun>, ProblemHttpResult>> SignInAsync(
        string id, NoFields body, ClaimsPrincipal caller, CaseDesk desk, ConnectionDesk connections, SignInDesk signIns, CancellationToken cancellationToken)
    {
        switch (await desk.FindAsync(id, cancellationToken))
        {
            case null:
                return Problems.NotFound("case", id);
            case { IsOpen: false }:
                return Closed();
            case { Cause: not OperatorAction.Reconnect } other:
                return Problems.Of(
                    StatusCodes.Status409Conflict,
                    "no-sign-in-needed",
                    "A sign-in does not resolve this case",
                    $"{other.Diagnosis.Summary} When that is put right, POST a reason to {Links.Case(id)}/resolve.");
            case var found:
                return await signIns.BeginAsync(found.ConnectionId, caller.Actor(), cancellationToken) is { } begun
                    ? TypedResults.Ok(new SignInBegun(begun.Address, begun.ExpiresAt))
                    : ConnectionEndpoints.NoBrowserSignIn(await connections.FindAsync(found.ConnectionId, cancellationToken), found.ConnectionId);
        }
    }

    private static async Task<Results<Accepted<CaseVerifying>, ProblemHttpResult>> ResolveAsync(
        string id, ReasonRequest body, ClaimsPrincipal caller, CaseDesk desk, CancellationToken cancellationToken)
    {
        if (!body.IsValid)
        {
            return ReasonProblem();
        }

        return await desk.ResolveAsync(id, caller.Actor(), body.Reason!.Trim(), cancellationToken) switch
        {
            ResolveResult.Verifying => TypedResults.Accepted(
                Links.Case(id), new CaseVerifying(id, "verifying", Links.Case(id))),
            ResolveResult.NotFound => Problems.NotFound("case", id),
            ResolveResult.AlreadyClosed => Closed(),
            ResolveResult.SignInRequired => Problems.Of(
                StatusCodes.Status409Conflict,
                "sign-in-required",
                "Only a sign-in resolves this case",
                $"POST {{}} to {Links.Case(id)}/sign-in and open the address that it answers with."),
            _ => throw new System.Diagnostics.UnreachableException(),
        };
    }

    public static ProblemHttpResult ReasonProblem() => Problems.Of(
        StatusCodes.Status422UnprocessableEntity,
        "reason-missing",
        "A reason is needed",
        $"reason: say in {ReasonRequest.MinLength} to {ReasonRequest.MaxLength:N0} characters what was done, for the record.",
        new Dictionary<string, string[]>(StringComparer.Ordinal)
        {
            ["reason"] = [$"Give {ReasonRequest.MinLength} to {ReasonRequest.MaxLength:N0} characters."],
        });

    public static ProblemHttpResult Closed() => Problems.Of(
        StatusCodes.Status409Conflict, "case-closed", "The case is closed", "There is nothing left to do about it.");
}
