using Microsoft.EntityFrameworkCore;
using TeamsWorkflows.Cases.Runbooks;
using TeamsWorkflows.Data;
using TeamsWorkflows.Diagnostics;

namespace TeamsWorkflows.Connections;

/// <summary>Stops asking people to sign in when their sign-ins have not lasted, and turns to the policy with the proof (B5, R91).</summary>
internal static class LoopBreaker
{
    /// <summary>Sign-ins that were unused for this long end by themselves: using the connection helps, no policy does.</summary>
    private static readonly TimeSpan Unused = TimeSpan.FromDays(80);

    // No policy is this impatient: somebody revokes by hand, or tries things out.
    private static readonly TimeSpan Shortest = TimeSpan.FromMinutes(30);

    // A sign-in that ends irregularly, but three times in so short a time, is no accident either.
    private const int ShortCount = 3;
    private static readonly TimeSpan ShortTime = TimeSpan.FromDays(7);

    /// <returns>The verdict as it is, or one that asks for the policy in place of another sign-in.</returns>
    public static async Task<Diagnosis> JudgeAsync(
        ProductDb db, string connectionId, Diagnosis diagnosis, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (diagnosis.Action != OperatorAction.Reconnect)
        {
            return diagnosis;
        }

        var since = now - History.ConnectionLog.Reach;
        var signIns = await db.ConnectionEvents
            .Where(e => e.ConnectionId == connectionId && e.Kind == ConnectionEventKind.Reconnected && e.At >= since)
            .Select(e => e.At).ToListAsync(cancellationToken);
        var failures = await db.Cases
            .Where(c => c.ConnectionId == connectionId && c.Cause == OperatorAction.Reconnect && c.OpenedAt >= since)
            .Select(c => c.OpenedAt).ToListAsync(cancellationToken);
        return Judge(diagnosis, signIns, [.. failures, now]);
    }

    /// <summary>Pure: the same times give the same verdict.</summary>
    public static Diagnosis Judge(Diagnosis diagnosis, IEnumerable<DateTimeOffset> signIns, IEnumerable<DateTimeOffset> failures)
    {
        ConnectionEvent[] events =
        [
            // A failure before the sign-in that it led to, even if the clock stood still in between.
            .. failures.Select(Failed).Concat(signIns.Select(SignedIn)).OrderBy(static e => e.At),
        ];
        var lasted = ReconnectLoops.Lasted(events).Where(static l => l.Lasted >= Shortest).ToArray();
        ConnectionEvent[] counted = [.. lasted.SelectMany(static l => new[] { SignedIn(l.From), Failed(l.From + l.Lasted) })];
        var isShort = lasted.Length >= ShortCount && lasted.TakeLast(ShortCount).All(static l => l.Lasted < ShortTime);
        return ReconnectLoops.Read(counted) is { } loop && (loop.Period < Unused || isShort)
            ? diagnosis with
            {
                Action = OperatorAction.ChangePolicy,
                Retry = RetryAdvice.AfterFix,
                Summary = loop.Summary,
                Runbook = RunbookShelf.ReconnectLoop,
                MayRenewSilently = false,
            }
            : diagnosis;
    }

    private static ConnectionEvent SignedIn(DateTimeOffset at) => new(at, ConnectionEventKind.Reconnected);

    private static ConnectionEvent Failed(DateTimeOffset at) => new(at, ConnectionEventKind.Failed, Class: FailureClasses.RefreshBroken);
}
