using Microsoft.AspNetCore.Http.HttpResults;
using TeamsWorkflows.Audit;
using TeamsWorkflows.Server.Access;
using TeamsWorkflows.Server.Api;
using TeamsWorkflows.Server.Audit;

namespace TeamsWorkflows.Server.Console;

/// <summary>The console's page of the audit log, for administrators.</summary>
internal static class AuditConsole
{
    private const int PageSize = 50;

    // Longer than that nobody waits for a page; the verification at the start is shown then.
    private static readonly TimeSpan Verifying = TimeSpan.FromSeconds(2);

    public static void MapAuditConsole(this RouteGroupBuilder console)
    {
        var audit = console.MapGroup("/audit").RequireAuthorization(Policies.Administer);
        audit.MapGet("/", ListAsync);
        audit.MapGet("/export.jsonl", AuditEndpoints.ExportAsync);
    }

    private static async Task<RazorComponentResult<AuditLogPage>> ListAsync(
        string? actor,
        string? action,
        string? target,
        string? from,
        string? to,
        long? before,
        AuditLog log,
        AuditWatch watch,
        CancellationToken cancellationToken)
    {
        var filter = new AuditFilterText(actor, action, target, from, to);
        var isUnderstood = filter.TryRead(before, PageSize, out var query, out _);
        var found = isUnderstood ? await log.ListAsync(query, cancellationToken) : [];
        var atTheStart = watch.Last;
        var now = await watch.ReviewAsync(Verifying, [], cancellationToken);
        return new(new
        {
            Filter = filter,
            Entries = found,
            Review = now.Verdict is null && atTheStart is not null ? atTheStart : now,
            Wrong = isUnderstood ? null : QueryText.TimeExample,
            Next = found.Count < PageSize ? null : $"/audit?{filter.Next(found[^1].Sequence)}",
        });
    }
}
