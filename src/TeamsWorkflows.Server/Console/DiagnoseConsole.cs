using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using TeamsWorkflows.Cases.Runbooks;
using TeamsWorkflows.Diagnostics;
using TeamsWorkflows.Server.Api;
using TeamsWorkflows.Server.Audit;

namespace TeamsWorkflows.Server.Console;

/// <summary>Paste any error, get the diagnosis. The answer to a POST is the page itself: there is nothing to redirect to.</summary>
internal static class DiagnoseConsole
{
    public static void MapDiagnoseConsole(this IEndpointRouteBuilder console)
    {
        console.MapGet("/diagnose", static () => new RazorComponentResult<DiagnosePage>(new { }));
        console.MapPost("/diagnose", Diagnose).NotAudited("nothing is kept");
        console.MapGet("/runbooks/{**id}", Runbook);
    }

    private static RazorComponentResult<DiagnosePage> Diagnose(
        [FromForm] string? text, [FromForm] string? surface, [FromForm] string? status, TimeProvider time)
    {
        var isNumber = int.TryParse(status, NumberStyles.None, CultureInfo.InvariantCulture, out var number);
        var seenAt = Enum.TryParse<FailureSurface>(surface, out var known) && Enum.IsDefined(known) ? known : (FailureSurface?)null;
        var asked = new DiagnosisRequest(text, seenAt, isNumber ? number : string.IsNullOrWhiteSpace(status) ? null : -1);
        var wrong = DiagnosisEndpoints.Errors(asked).Values.FirstOrDefault()?[0];
        var found = wrong is null ? DiagnosisEndpoints.Of(asked, time.GetUtcNow()) : null;
        return new(new { Text = found is null ? null : PastedExchange.Redact(text), Surface = seenAt, Status = status, Wrong = wrong, Found = found?.Diagnosis, Evidence = found?.Evidence });
    }

    private static Results<RazorComponentResult<RunbookPage>, NotFound> Runbook(string id)
        => RunbookShelf.Find(id) is { } runbook ? new RazorComponentResult<RunbookPage>(new { Runbook = runbook }) : TypedResults.NotFound();
}
