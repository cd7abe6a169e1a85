using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Http.Timeouts;
using Microsoft.Extensions.Options;
using TeamsWorkflows.Audit;
using TeamsWorkflows.Server.Access;
using TeamsWorkflows.Server.Audit;

namespace TeamsWorkflows.Server.Api;

/// <summary>The audit log, for administrators: read, taken away as a file, verified. Nothing here changes it.</summary>
internal static class AuditEndpoints
{
    private const int DefaultPageSize = 50;

    public static void MapAudit(this IEndpointRouteBuilder routes)
    {
        var audit = routes.MapGroup("/audit").WithTags("Audit").RequireAuthorization(Policies.Administer);
        audit.MapGet("/", ListAsync)
            .WithSummary("Lists entries, newest first: by actor, action (or a group of them, such as case), target and time.")
            .ProducesProblem(StatusCodes.Status400BadRequest);
        audit.MapGet("/export", ExportAsync)
            .WithMetadata(new DisableRequestTimeoutAttribute())
            .WithSummary("Exports the log as JSON Lines, oldest first; the last line names its head. With after, only what came since.")
            .Produces<string>(StatusCodes.Status200OK, AuditExport.ContentType)
            .ProducesProblem(StatusCodes.Status400BadRequest);
        audit.MapGet("/verification", VerifyAsync)
            .WithSummary("Verifies the whole log, and that it still has the entry that a head kept elsewhere names.")
            .ProducesProblem(StatusCodes.Status400BadRequest);
    }

    private static async Task<Results<Ok<AuditPage>, ProblemHttpResult>> ListAsync(
        string? actor,
        string? action,
        string? target,
        string? from,
        string? to,
        long? before,
        int? limit,
        AuditLog log,
        CancellationToken cancellationToken)
    {
        var filter = new AuditFilterText(actor, action, target, from, to);
        var pageSize = limit ?? DefaultPageSize;
        if (pageSize is < 1 or > AuditQuery.MaxPageSize)
        {
            return Problems.InvalidParameter(nameof(limit), $"Give a number from 1 to {AuditQuery.MaxPageSize}.");
        }

        if (!filter.TryRead(before, pageSize, out var query, out var wrong))
        {
            return Problems.InvalidParameter(wrong, QueryText.TimeExample);
        }

        var found = await log.ListAsync(query, cancellationToken);
        return TypedResults.Ok(new AuditPage(
            [.. found.Select(AuditEntryResource.From)], found.Count < pageSize ? null : $"{Links.Root}/audit?{filter.Next(found[^1].Sequence)}&limit={pageSize}"));
    }

    public static async Task<Results<PushStreamHttpResult, ProblemHttpResult>> ExportAsync(
        long? after, AuditLog log, CancellationToken cancellationToken)
    {
        if (after < 0)
        {
            return Problems.InvalidParameter(nameof(after), "Give the number of the last entry that you have, or leave it out.");
        }

        var head = await log.HeadAsync(cancellationToken);
        return TypedResults.Stream(
            file => AuditExport.WriteAsync(file, log.ReadAsync(after ?? 0, head.Sequence, cancellationToken), head, cancellationToken),
            AuditExport.ContentType,
            "audit.jsonl");
    }

    private static async Task<Results<Ok<AuditVerification>, ProblemHttpResult>> VerifyAsync(
        long? sequence, string? hash, AuditWatch watch, IOptions<AuditOptions> options, CancellationToken cancellationToken)
    {
        if (sequence is null != hash is null || hash is { Length: not 64 })
        {
            return Problems.InvalidParameter(nameof(hash), "Give a head as sequence and hash (64 hexadecimal digits), or neither.");
        }

        AuditHead[] kept = sequence is { } number ? [new(number, hash!)] : [];
        return TypedResults.Ok(AuditVerification.From(await watch.ReviewAsync(options.Value.VerifyFor, kept, cancellationToken)));
    }
}

/// <param name="Next">The address of the next page; null: this is the last.</param>
internal sealed record AuditPage(IReadOnlyList<AuditEntryResource> Entries, string? Next);

/// <summary>An entry of the audit log.</summary>
/// <param name="Before">What the act changed, as it was, by row.</param>
/// <param name="After">What the act changed, as it is now, by row.</param>
internal sealed record AuditEntryResource(
    long Sequence,
    DateTimeOffset At,
    string Actor,
    string ActorId,
    string Role,
    string Action,
    string Target,
    string? Reason,
    AuditOutcome Outcome,
    JsonElement? Before,
    JsonElement? After,
    string PreviousHash,
    string Hash)
{
    public static AuditEntryResource From(AuditEntry entry) => new(
        entry.Sequence,
        entry.At,
        entry.Actor,
        entry.ActorId,
        entry.Role,
        entry.Action,
        entry.Target,
        entry.Reason,
        entry.Outcome,
        JsonText.Parse(entry.Before),
        JsonText.Parse(entry.After),
        entry.PreviousHash,
        entry.Hash);
}

/// <summary>What a verification of the audit log came to.</summary>
/// <param name="IsIntact">Whether nothing is wrong; null: it was not verified to the end in its time (Audit:VerifyFor).</param>
/// <param name="Entries">How many entries are sound, from the first.</param>
/// <param name="Sequence">The last of them: keep it elsewhere, with its hash.</param>
/// <param name="Kind">How the log is not what it was; null: nothing is wrong.</param>
/// <param name="BrokenAt">The entry from which on the log proves nothing; null: nothing is wrong.</param>
internal sealed record AuditVerification(
    DateTimeOffset At, bool? IsIntact, long? Entries, long? Sequence, string? Hash, AuditBreakKind? Kind, long? BrokenAt, string? Why)
{
    public static AuditVerification From(AuditReview review) => new(
        review.At,
        review.Verdict?.IsIntact,
        review.Verdict?.Entries,
        review.Verdict?.Head.Sequence,
        review.Verdict?.Head.Hash,
        review.Verdict?.Break?.Kind,
        review.Verdict?.Break?.Sequence,
        review.Verdict?.Break?.Why);
}
