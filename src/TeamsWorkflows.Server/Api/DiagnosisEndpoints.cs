using Microsoft.AspNetCore.Http.HttpResults;
using TeamsWorkflows.Cases.Runbooks;
using TeamsWorkflows.Diagnostics;
using TeamsWorkflows.Server.Access;
using TeamsWorkflows.Server.Audit;

namespace TeamsWorkflows.Server.Api;

/// <summary>A verdict on any failure that somebody has seen anywhere. Nothing of it is kept.</summary>
internal static class DiagnosisEndpoints
{
    private const int LowestStatus = 100;
    private const int HighestStatus = 599;

    public static void MapDiagnoses(this IEndpointRouteBuilder routes)
        => routes.MapPost("/diagnoses", Diagnose).NotAudited("nothing is kept")
            .WithTags("Diagnoses")
            .RequireAuthorization(Policies.Operate)
            .WithSummary("Says what a failure is, why, what helps, and what would change the verdict; nothing of it is kept.")
            .WithDescription(
                "The text may be an error message, a body, a whole HTTP exchange (raw, or as curl -v prints it), a record with surface, status, headers and "
                + "body, or the output of a step of Power Automate. Tokens and secrets are taken out before anything looks at it.")
            .ProducesProblem(StatusCodes.Status422UnprocessableEntity);

    /// <returns>What cannot be as it is, by field; empty: nothing.</returns>
    public static Dictionary<string, string[]> Errors(DiagnosisRequest asked)
    {
        var errors = new Dictionary<string, string[]>(StringComparer.Ordinal);
        if (string.IsNullOrWhiteSpace(asked.Text) && asked.Status is null)
        {
            errors["text"] = ["Paste the error, the answer or the record, or give at least a status."];
        }
        else if (asked.Text?.Length > PastedExchange.MaxLength)
        {
            errors["text"] = [$"Give at most {PastedExchange.MaxLength:N0} characters: the part around the error is enough."];
        }

        if (asked.Status is < LowestStatus or > HighestStatus)
        {
            errors["status"] = [$"Give an HTTP status from {LowestStatus} to {HighestStatus}, or leave it out."];
        }

        return errors;
    }

    public static DiagnosisResource Of(DiagnosisRequest asked, DateTimeOffset now)
    {
        var evidence = PastedExchange.Read(
            asked.Text ?? "", asked.Surface, asked.Status, (asked.Headers ?? new Dictionary<string, string>(StringComparer.Ordinal)).Select(static h => $"{h.Key}: {h.Value}"), now);
        var diagnosis = Diagnostician.Diagnose(evidence);
        return new(diagnosis, evidence, RunbookShelf.Find(diagnosis.Runbook) is { } runbook ? Links.Runbook(runbook.Id) : null);
    }

    private static Results<Ok<DiagnosisResource>, ProblemHttpResult> Diagnose(DiagnosisRequest body, TimeProvider time)
        => Errors(body) is { Count: > 0 } errors
            ? Problems.Invalid("diagnosis", "That cannot be diagnosed", errors)
            : TypedResults.Ok(Of(body, time.GetUtcNow()));
}

/// <summary>A failure as somebody saw it.</summary>
/// <param name="Text">An error message, a body, a whole HTTP exchange, or a record; at most 65,536 characters.</param>
/// <param name="Surface">Where it was seen; null: guessed from the text.</param>
/// <param name="Status">The HTTP status; null: from the text.</param>
/// <param name="Headers">Headers of the answer, by name; they come before those of the text.</param>
internal sealed record DiagnosisRequest(string? Text, FailureSurface? Surface = null, int? Status = null, IReadOnlyDictionary<string, string>? Headers = null);

/// <param name="Evidence">What the verdict rests on, without tokens and secrets.</param>
/// <param name="Runbook">Where the runbook is; null: there is none.</param>
internal sealed record DiagnosisResource(Diagnosis Diagnosis, FailureEvidence Evidence, string? Runbook);
