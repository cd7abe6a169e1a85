using Microsoft.AspNetCore.Http.HttpResults;
using TeamsWorkflows.Cases.Escalation;
using TeamsWorkflows.Cases.Runbooks;
using TeamsWorkflows.Server.Access;

namespace TeamsWorkflows.Server.Api;

/// <summary>Runbooks with their measured success, and the packet that asks somebody else for help.</summary>
internal static class RunbookEndpoints
{
    public static void MapRunbooks(this IEndpointRouteBuilder routes)
    {
        var runbooks = routes.MapGroup("/runbooks").WithTags("Runbooks").RequireAuthorization(Policies.Operate);
        runbooks.MapGet("/", ListAsync).WithSummary("Lists the runbooks, and how those that were used have done.");
        runbooks.MapGet("/{**id}", Find)
            .WithSummary("Shows a runbook by the name that a diagnosis gives.")
            .ProducesProblem(StatusCodes.Status404NotFound);
    }

    public static void MapPackets(this RouteGroupBuilder cases)
    {
        cases.MapGet("/{id}/packet", PacketAsync)
            .WithSummary("Makes the escalation packet: what an administrator or Microsoft needs to know, without secrets.")
            .ProducesProblem(StatusCodes.Status404NotFound);
        cases.MapGet("/{id}/packet.md", DocumentAsync)
            .WithSummary("The escalation packet as a document to send.")
            .Produces<string>(StatusCodes.Status200OK, "text/markdown")
            .ProducesProblem(StatusCodes.Status404NotFound);
    }

    private static async Task<Ok<RunbookList>> ListAsync(RunbookRecord record, CancellationToken cancellationToken)
        => TypedResults.Ok(new RunbookList(RunbookShelf.Version, RunbookShelf.All, await record.ReadAsync(cancellationToken)));

    private static Results<Ok<Runbook>, ProblemHttpResult> Find(string id)
        => RunbookShelf.Find(id) is { } runbook ? TypedResults.Ok(runbook) : Problems.NotFound("runbook", id);

    private static async Task<Results<Ok<EscalationPacket>, ProblemHttpResult>> PacketAsync(
        string id, PacketDesk desk, CancellationToken cancellationToken)
        => await desk.MakeAsync(id, cancellationToken) is { } packet ? TypedResults.Ok(packet) : Problems.NotFound("case", id);

    private static async Task<Results<ContentHttpResult, ProblemHttpResult>> DocumentAsync(
        string id, PacketDesk desk, CancellationToken cancellationToken)
        => await desk.MakeAsync(id, cancellationToken) is { } packet
            ? TypedResults.Text(PacketDocument.Write(packet), "text/markdown; charset=utf-8")
            : Problems.NotFound("case", id);
}

/// <param name="Success">How the ones that cases were opened with have done.</param>
internal sealed record RunbookList(string Version, IReadOnlyList<Runbook> Runbooks, IReadOnlyList<RunbookSuccess> Success);
