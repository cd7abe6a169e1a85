using Microsoft.EntityFrameworkCore;
using TeamsWorkflows.Data;
using TeamsWorkflows.Diagnostics;

namespace TeamsWorkflows.Cases;

/// <summary>The three-question test on a case: what was answered, and what it comes to (R16).</summary>
/// <param name="Rounds">All rounds of answers, the newest first.</param>
/// <param name="Next">The first question without an answer in the newest round; null when all three have one.</param>
/// <param name="Conclusion">What the newest answers make of the case's verdict; null before the first.</param>
public sealed record GuidedState(
    string CaseId,
    IReadOnlyList<GuidedQuestion> Questions,
    IReadOnlyList<GuidedAnswers> Rounds,
    GuidedQuestionId? Next,
    GuidedConclusion? Conclusion);

/// <summary>Asks the three questions about a case, and keeps the answers for the record.</summary>
public sealed class GuidedDesk(Database database, CaseDesk cases, TimeProvider time)
{
    /// <returns>Null when there is no such case.</returns>
    public async Task<GuidedState?> ReadAsync(string caseId, CancellationToken cancellationToken)
    {
        if (await cases.FindAsync(caseId, cancellationToken) is not { } found)
        {
            return null;
        }

        var rows = await database.ReadAsync(
            db => db.GuidedAnswers.Where(a => a.CaseId == caseId).OrderByDescending(a => a.Number).ToListAsync(cancellationToken), cancellationToken);
        var rounds = rows.ConvertAll(static r => new GuidedAnswers(r.IsUnauthorized, r.FreshSignInHelps, r.OnlyAfterIdleTime, r.Actor, r.At));
        return new(
            caseId,
            GuidedTest.Questions,
            rounds,
            Next(rounds is [var last, ..] ? last : null),
            rounds is [var newest, ..] ? GuidedTest.Conclude(found.Diagnosis, newest) : null);
    }

    /// <summary>Keeps a round of answers beside the earlier ones.</summary>
    /// <returns>Null when there is no such case.</returns>
    public async Task<GuidedState?> AnswerAsync(
        string caseId, bool? isUnauthorized, bool? freshSignInHelps, bool? onlyAfterIdleTime, string actor, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(actor);

        var isKept = await database.WriteAsync(
            async db =>
            {
                if (!await db.Cases.AnyAsync(c => c.Id == caseId, cancellationToken))
                {
                    return false;
                }

                db.GuidedAnswers.Add(new GuidedAnswerRow
                {
                    CaseId = caseId,
                    Number = 1 + await db.GuidedAnswers.CountAsync(a => a.CaseId == caseId, cancellationToken),
                    IsUnauthorized = isUnauthorized,
                    FreshSignInHelps = freshSignInHelps,
                    OnlyAfterIdleTime = onlyAfterIdleTime,
                    Actor = actor,
                    At = time.GetUtcNow(),
                });
                return true;
            },
            cancellationToken);
        return isKept ? await ReadAsync(caseId, cancellationToken) : null;
    }

    private static GuidedQuestionId? Next(GuidedAnswers? answers) => answers switch
    {
        null or { IsUnauthorized: null } => GuidedQuestionId.IsUnauthorized,
        { FreshSignInHelps: null } => GuidedQuestionId.FreshSignInHelps,
        { OnlyAfterIdleTime: null } => GuidedQuestionId.OnlyAfterIdleTime,
        _ => null,
    };
}
