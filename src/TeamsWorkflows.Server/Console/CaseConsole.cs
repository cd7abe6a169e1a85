using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using TeamsWorkflows.Cases;
using TeamsWorkflows.Cases.Escalation;
using TeamsWorkflows.Cases.Runbooks;
using TeamsWorkflows.Connections;
using TeamsWorkflows.Diagnostics;
using TeamsWorkflows.Server.Access;
using TeamsWorkflows.Server.Api;
using TeamsWorkflows.Server.Audit;

namespace TeamsWorkflows.Server.Console;

/// <summary>Cases, for people: all of them, one of them, and what is done about it.</summary>
internal static class CaseConsole
{
    public static void MapCaseConsole(this IEndpointRouteBuilder console)
    {
        console.MapGet("/cases", ListAsync);
        console.MapGet("/cases/{id}", ShowAsync);
        console.MapGet("/cases/{id}/packet.md", PacketAsync);
        console.MapPost("/cases/{id}/sign-in", SignInAsync).Audited("case.sign-in", "case");
        console.MapPost("/cases/{id}/resolve", ResolveAsync).Audited("case.resolve", "case");
        console.MapPost("/cases/{id}/guided-test", AnswerAsync).Audited("case.guided-test", "case");
        console.MapPost("/cases/{id}/steps/{step}/tick", TickAsync).Audited("case.tick", "case");
        console.MapPost("/cases/{id}/steps/{step}/untick", UntickAsync).Audited("case.untick", "case");
    }

    private static async Task<RazorComponentResult<CasesPage>> ListAsync(
        [AsParameters] CaseFilter filter, int? skip, CaseDesk cases, CancellationToken cancellationToken)
    {
        var from = ListPage.Skip(skip);
        var found = filter.Searched is { } label
            ? await cases.PageAsync(filter.IsOpen, label, from, ListPage.Size + 1, cancellationToken)
            : await cases.PageAsync(filter.IsOpen, from, ListPage.Size + 1, cancellationToken);
        return new(new { Cases = ListPage.Of(found, from), Filter = filter });
    }

    private static async Task<Results<RazorComponentResult<CasePage>, NotFound>> ShowAsync(
        string id, string? note, CaseDesk cases, GuidedDesk guided, RunbookRecord runbooks, CancellationToken cancellationToken)
        => await cases.FindAsync(id, cancellationToken) is { } found && await guided.ReadAsync(id, cancellationToken) is { } test
            ? new RazorComponentResult<CasePage>(new
            {
                Case = found,
                Test = test,
                Success = await runbooks.FindAsync(found.Diagnosis.Runbook, cancellationToken),
                Note = Notes.Text(note),
            })
            : TypedResults.NotFound();

    private static async Task<Results<ContentHttpResult, NotFound>> PacketAsync(string id, PacketDesk desk, CancellationToken cancellationToken)
        => await desk.MakeAsync(id, cancellationToken) is { } packet
            ? TypedResults.Text(PacketDocument.Write(packet), "text/markdown; charset=utf-8")
            : TypedResults.NotFound();

    private static async Task<Results<RedirectHttpResult, NotFound>> SignInAsync(
        string id, ClaimsPrincipal caller, CaseDesk cases, SignInDesk signIns, CancellationToken cancellationToken)
        => await cases.FindAsync(id, cancellationToken) switch
        {
            null => TypedResults.NotFound(),
            { IsOpen: true, Cause: OperatorAction.Reconnect } found
                when await signIns.BeginAsync(found.ConnectionId, caller.Actor(), cancellationToken) is { } begun
                => ConsoleEndpoints.SeeOther(begun.Address.AbsoluteUri),
            _ => Back(id, Notes.Changed),
        };

    private static async Task<Results<RedirectHttpResult, NotFound>> ResolveAsync(
        string id, [FromForm] string? reason, ClaimsPrincipal caller, CaseDesk cases, CancellationToken cancellationToken)
    {
        var said = new ReasonRequest(reason);
        if (!said.IsValid)
        {
            return Back(id, Notes.ReasonMissing);
        }

        return await cases.ResolveAsync(id, caller.Actor(), said.Reason!.Trim(), cancellationToken) switch
        {
            ResolveResult.NotFound => TypedResults.NotFound(),
            ResolveResult.Verifying => Back(id, Notes.Verifying),
            _ => Back(id, Notes.Changed),
        };
    }

    private static async Task<Results<RedirectHttpResult, NotFound>> AnswerAsync(
        string id,
        [FromForm] string? isUnauthorized,
        [FromForm] string? freshSignInHelps,
        [FromForm] string? onlyAfterIdleTime,
        ClaimsPrincipal caller,
        GuidedDesk guided,
        CancellationToken cancellationToken)
        => await guided.AnswerAsync(
            id, YesOrNo(isUnauthorized), YesOrNo(freshSignInHelps), YesOrNo(onlyAfterIdleTime), caller.Actor(), cancellationToken) is null
                ? TypedResults.NotFound()
                : Back(id, Notes.Answered);

    private static async Task<Results<RedirectHttpResult, NotFound>> TickAsync(
        string id, string step, ClaimsPrincipal caller, StepDesk steps, CancellationToken cancellationToken)
        => AfterTick(id, step, await steps.TickAsync(id, step, caller.Actor(), cancellationToken));

    private static async Task<Results<RedirectHttpResult, NotFound>> UntickAsync(string id, string step, StepDesk steps, CancellationToken cancellationToken)
        => AfterTick(id, step, await steps.UntickAsync(id, step, cancellationToken));

    private static Results<RedirectHttpResult, NotFound> AfterTick(string id, string step, TickResult result) => result switch
    {
        TickResult.Kept => ConsoleEndpoints.SeeOther($"{Address(id)}#step-{Uri.EscapeDataString(step)}"), // where the person was
        TickResult.CaseClosed or TickResult.NoStep => Back(id, Notes.Changed), // the page was of an earlier state of it
        _ => TypedResults.NotFound(),
    };

    private static bool? YesOrNo(string? word) => bool.TryParse(word, out var answer) ? answer : null;

    private static string Address(string id) => $"/cases/{Uri.EscapeDataString(id)}";

    private static RedirectHttpResult Back(string id, string note) => ConsoleEndpoints.SeeOther($"{Address(id)}?note={note}");
}

/// <summary>Which cases, as an address says it.</summary>
/// <param name="State">Open or closed; anything else: both.</param>
public sealed record CaseFilter(string? State = null, string? Label = null)
{
    public const string Open = "open";
    public const string Closed = "closed";

    private const int MaxLabelLength = 200;

    public bool? IsOpen => State switch { Open => true, Closed => false, _ => null };

    /// <summary>Gets the label that is looked for; null: any.</summary>
    public string? Searched => QueryText.Given(Label) is { Length: <= MaxLabelLength } label ? label : null;

    /// <returns>What is given, to stand in an address; each part ends with an ampersand.</returns>
    internal string ToQueryString() => QueryText.Parts(("state", State), ("label", Label));
}
