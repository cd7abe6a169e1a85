using Microsoft.EntityFrameworkCore;
using TeamsWorkflows.Data;

namespace TeamsWorkflows.Doctor;

/// <summary>What the doctor found, and when.</summary>
public sealed record KeptFinding(Finding Finding, DateTimeOffset FoundAt);

/// <summary>What the doctor found last, for whoever looks later: to look tries nothing, and asks nobody.</summary>
public sealed class DoctorRecord(Database database, DoctorDesk doctor, TimeProvider time)
{
    /// <summary>Has the doctor look, and keeps what it finds in place of what it had found there before.</summary>
    /// <remarks>A look at everything takes long: what somebody else has found about a connection meanwhile is newer, and stays.</remarks>
    /// <param name="connectionId">Only at this connection; null: at everything.</param>
    public async Task ExamineAsync(string? connectionId, CancellationToken cancellationToken)
    {
        var began = time.GetUtcNow();
        var findings = connectionId is null ? (await doctor.ExamineAsync(cancellationToken)).Findings : await doctor.ExamineAsync(connectionId, cancellationToken);
        await database.WriteAsync(
            async db =>
            {
                var looked = db.Findings.Where(f => connectionId == null || f.Scope == connectionId);
                var newer = await looked.Where(f => f.FoundAt > began).Select(f => f.Scope).Distinct().ToListAsync(cancellationToken);
                await looked.Where(f => !newer.Contains(f.Scope)).ExecuteDeleteAsync(cancellationToken);
                db.Findings.AddRange(findings.Select((finding, i) => FindingRow.Of(finding, i + 1, began)).Where(f => !newer.Contains(f.Scope, StringComparer.Ordinal)));
            },
            cancellationToken);
    }

    /// <summary>Everything that was found about a connection, what is worst first; empty when nobody has had it looked at.</summary>
    public async Task<IReadOnlyList<KeptFinding>> OfConnectionAsync(string connectionId, CancellationToken cancellationToken)
        => [.. (await ReadAsync(db => db.Findings.Where(f => f.Scope == connectionId).OrderBy(f => f.Number), cancellationToken)).OrderByDescending(static f => f.Finding.Result)];

    /// <summary>A page of what was found, what is bad first.</summary>
    /// <param name="result">Only what came out so; null: all that is not good.</param>
    public Task<IReadOnlyList<KeptFinding>> PageAsync(CheckResult? result, int skip, int pageSize, CancellationToken cancellationToken) => ReadAsync(
        db => db.Findings.Where(f => result == null ? f.Result != CheckResult.Good : f.Result == result)
            .OrderBy(f => f.Result).ThenBy(f => f.Scope).ThenBy(f => f.Number) // by its word: Bad, then Warning
            .Skip(skip).Take(pageSize),
        cancellationToken);

    /// <summary>How much came out how, and when everything was looked at; null: never.</summary>
    public Task<(IReadOnlyDictionary<CheckResult, int> Counts, DateTimeOffset? LookedAt)> CountAsync(CancellationToken cancellationToken) => database.ReadAsync(
        async db => (
            (IReadOnlyDictionary<CheckResult, int>)await db.Findings.GroupBy(f => f.Result).Select(g => new { g.Key, Count = g.Count() }).ToDictionaryAsync(g => g.Key, g => g.Count, cancellationToken),
            await db.Findings.Where(f => f.Scope == FindingRow.Everything).Select(f => (DateTimeOffset?)f.FoundAt).FirstOrDefaultAsync(cancellationToken)),
        cancellationToken);

    private async Task<IReadOnlyList<KeptFinding>> ReadAsync(Func<ProductDb, IQueryable<FindingRow>> select, CancellationToken cancellationToken)
        => (await database.ReadAsync(db => select(db).ToListAsync(cancellationToken), cancellationToken)).ConvertAll(static r => r.Kept);
}
