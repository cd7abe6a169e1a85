using Microsoft.EntityFrameworkCore;
using TeamsWorkflows.Data;

namespace TeamsWorkflows.Cases.Runbooks;

/// <summary>How a runbook has done, measured on the cases that were opened with it (B12).</summary>
/// <param name="Closed">Cases that a verification closed.</param>
/// <param name="Held">Of these, how many did not come back within a day.</param>
/// <param name="MedianMinutes">From opening to closing; null when none was closed.</param>
/// <param name="LastFix">What somebody wrote when it last held; null when it never did.</param>
public sealed record RunbookSuccess(string Runbook, int Opened, int Closed, int Held, double? MedianMinutes, string? LastFix);

/// <summary>Measures what really helps.</summary>
public sealed class RunbookRecord(Database database, TimeProvider time)
{
    private const int MaxCases = 5_000;

    /// <summary>How long the connection must be quiet afterwards for a repair to have held.</summary>
    private static readonly TimeSpan Quiet = TimeSpan.FromDays(1);

    /// <summary>The runbooks that cases were opened with, the most frequent first.</summary>
    public async Task<IReadOnlyList<RunbookSuccess>> ReadAsync(CancellationToken cancellationToken)
    {
        var cases = await database.ReadAsync(
            db => db.Cases.Where(c => c.Runbook != null).OrderByDescending(c => c.OpenedAt).Take(MaxCases)
                .Select(static c => new CaseRow // without what it does not ask for: the evidence is the most of a case
                {
                    Id = c.Id,
                    ConnectionId = c.ConnectionId,
                    Cause = c.Cause,
                    Class = c.Class,
                    Diagnosis = "",
                    Runbook = c.Runbook,
                    OpenedAt = c.OpenedAt,
                    ClosedAt = c.ClosedAt,
                    Resolution = c.Resolution,
                })
                .ToListAsync(cancellationToken),
            cancellationToken);
        return Measure(cases, time.GetUtcNow());
    }

    /// <returns>How one of them has done; null when no case was opened with it.</returns>
    public async Task<RunbookSuccess?> FindAsync(string? runbook, CancellationToken cancellationToken)
        => runbook is null ? null : (await ReadAsync(cancellationToken)).FirstOrDefault(s => s.Runbook == runbook);

    internal static IReadOnlyList<RunbookSuccess> Measure(IReadOnlyList<CaseRow> cases, DateTimeOffset now)
        => [.. cases.GroupBy(static c => c.Runbook!, StringComparer.Ordinal)
            .Select(g => Measure(g.Key, [.. g], cases, now))
            .OrderByDescending(static s => s.Opened).ThenBy(static s => s.Runbook, StringComparer.Ordinal)];

    private static RunbookSuccess Measure(string runbook, CaseRow[] own, IReadOnlyList<CaseRow> all, DateTimeOffset now)
    {
        var closed = own.Where(static c => c.ClosedAt is not null).OrderBy(static c => c.ClosedAt).ToArray();
        var held = closed.Where(c => now - c.ClosedAt >= Quiet && !all.Any(o => ComesBack(c, o))).ToArray();
        var minutes = closed.Select(static c => (c.ClosedAt!.Value - c.OpenedAt).TotalMinutes).Order().ToArray();
        return new(
            runbook, own.Length, closed.Length, held.Length, minutes.Length == 0 ? null : minutes[minutes.Length / 2], held.LastOrDefault()?.Resolution);
    }

    private static bool ComesBack(CaseRow closed, CaseRow other)
        => other.ConnectionId == closed.ConnectionId && other.OpenedAt > closed.ClosedAt && other.OpenedAt - closed.ClosedAt < Quiet;
}
