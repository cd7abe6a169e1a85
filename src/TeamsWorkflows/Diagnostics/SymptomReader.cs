using System.Globalization;

namespace TeamsWorkflows.Diagnostics;

/// <summary>Finds patterns in a connection's history. Pure: the same history gives the same symptoms, in the same order.</summary>
public static class SymptomReader
{
    private const int RepeatedCount = 3;
    private const int SteadyCount = 5;
    private const int TogetherCount = 3;
    private static readonly TimeSpan Together = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan Skew = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan OldToken = TimeSpan.FromMinutes(55);
    private static readonly TimeSpan Idle = TimeSpan.FromMinutes(45);
    private static readonly TimeSpan SoonAfterChange = TimeSpan.FromHours(24);
    private static readonly TimeSpan SoonAfterReconnect = TimeSpan.FromDays(3);

    public static IReadOnlyList<Symptom> Read(ConnectionHistory history)
    {
        ArgumentNullException.ThrowIfNull(history);

        var events = history.Events.OrderBy(e => e.At).ToArray();
        Func<ConnectionEvent[], Symptom?>[] readers =
        [
            ThrottledThenExpired, ClockSkew, AgedByDelay, ReconnectLoops.Read, RecurredAfterReconnect, EverythingAtOnce, SingleEndpoint,
            RepeatedUnauthorized, SuddenFailure, TestAgainstProduction, FailsAfterIdleTime, FollowsAChange,
        ];
        return [.. readers.Select(r => r(events)).OfType<Symptom>()];
    }

    internal static bool IsAboutTokens(ConnectionEvent e) => e.Kind == ConnectionEventKind.Failed
        && (e.Status == 401 || e.Class is FailureClasses.AccessTokenExpired or FailureClasses.RefreshBroken or FailureClasses.TokenInvalid);

    // What stops whatever uses the connection, whichever call is made.
    private static bool IsOfConnection(ConnectionEvent e) => IsAboutTokens(e)
        || (e.Kind == ConnectionEventKind.Failed && e.Class is FailureClasses.ClientCredential or FailureClasses.ConsentPermissionMissing
            or FailureClasses.UserDisabledOrDeleted or FailureClasses.AppMissingOrDisabled);

    private static Symptom? RepeatedUnauthorized(ConnectionEvent[] events)
    {
        var run = TrailingRun(events, e => e is { Kind: ConnectionEventKind.Failed, Status: 401 });
        return run.Length < RepeatedCount ? null : new(
            SymptomKind.RepeatedUnauthorized, $"{run.Length} times 401 in a row: repeating the call does not help.", run[0].At);
    }

    private static Symptom? SuddenFailure(ConnectionEvent[] events)
    {
        var failures = TrailingRun(events, e => e.Kind == ConnectionEventKind.Failed);
        if (failures.Length == 0)
        {
            return null;
        }

        var before = Uses(events).TakeWhile(e => e != failures[0]).ToArray();
        var streak = TrailingRun(before, e => e.Kind == ConnectionEventKind.Succeeded);
        return streak.Length < SteadyCount ? null : new(
            SymptomKind.SuddenFailure,
            string.Create(CultureInfo.InvariantCulture, $"It worked {streak.Length} times, last at {streak[^1].At.UtcDateTime:u}, then failed."),
            failures[0].At);
    }

    private static Symptom? TestAgainstProduction(ConnectionEvent[] events)
    {
        var last = Uses(events).Where(e => e.Environment is not null).GroupBy(e => e.Environment!, StringComparer.OrdinalIgnoreCase)
            .Select(g => g.Last()).ToArray();
        var (works, fails) = (last.FirstOrDefault(e => e.Kind == ConnectionEventKind.Succeeded), last.FirstOrDefault(e => e.Kind == ConnectionEventKind.Failed));
        return works is null || fails is null ? null : new(
            SymptomKind.TestAgainstProduction,
            $"It works in {works.Environment} and fails in {fails.Environment}: compare tenant, registration, consent and the renewal of tokens.",
            fails.At,
            Suggests: FailureClasses.ClientConfig);
    }

    private static Symptom? EverythingAtOnce(ConnectionEvent[] events)
    {
        var last = Uses(events).Where(e => e.Workflow is not null).GroupBy(e => e.Workflow!, StringComparer.Ordinal).Select(g => g.Last()).ToArray();
        var failed = last.Where(IsOfConnection).OrderBy(e => e.At).ToArray();
        if (failed.Length < TogetherCount || failed[^1].At - failed[0].At > Together
            || last.Any(e => e.At > failed[0].At && !failed.Contains(e))) // what has not run since says nothing
        {
            return null;
        }

        return new(
            SymptomKind.EverythingAtOnce,
            $"All {failed.Length} workflows that ran failed within {Minutes(failed[^1].At - failed[0].At)}: it is the connection, not a workflow.",
            failed[0].At,
            Suggests: failed.All(IsAboutTokens) ? FailureClasses.RefreshBroken : failed[^1].Class);
    }

    private static Symptom? SingleEndpoint(ConnectionEvent[] events)
    {
        var last = Uses(events).Where(e => e.Endpoint is not null).GroupBy(e => e.Endpoint!, StringComparer.Ordinal).Select(g => g.Last()).ToArray();
        var failed = last.Where(e => e.Kind == ConnectionEventKind.Failed).ToArray();
        return failed.Length != 1 || last.Length < 2 || !last.Any(e => e.Kind == ConnectionEventKind.Succeeded && e.At >= failed[0].At) ? null : new(
            SymptomKind.SingleEndpoint,
            $"Only {failed[0].Endpoint} fails, the same sign-in works elsewhere: look at that endpoint, its permission and its target.",
            failed[0].At,
            Suggests: failed[0].Class);
    }

    private static Symptom? ThrottledThenExpired(ConnectionEvent[] events)
    {
        var failures = TrailingRun(events, e => e.Kind == ConnectionEventKind.Failed);
        var throttled = failures.Where(e => e.Status == 429 || e.Class == FailureClasses.Throttled).ToArray();
        return throttled.Length < 2 || failures[^1].Class != FailureClasses.AccessTokenExpired || failures[^1].TokenIssuedAt >= throttled[0].At ? null : new(
            SymptomKind.ThrottledThenExpired,
            $"The token ran out during {Minutes(failures[^1].At - throttled[0].At)} of throttling: the throttling is the cause.",
            throttled[0].At,
            Suggests: FailureClasses.Throttled);
    }

    private static Symptom? ClockSkew(ConnectionEvent[] events)
    {
        var last = events.LastOrDefault(e => e.ClockOffset is not null);
        return last?.ClockOffset is not { } offset || offset.Duration() < Skew ? null : new(
            SymptomKind.ClockSkew,
            $"This machine's clock is {Minutes(offset.Duration())} {(offset > TimeSpan.Zero ? "ahead" : "behind")}: check NTP; containers and virtual machines have their host's time.",
            last.At,
            Suggests: FailureClasses.ClientConfig);
    }

    private static Symptom? AgedByDelay(ConnectionEvent[] events)
    {
        var last = events.LastOrDefault(IsAboutTokens);
        return last?.TokenIssuedAt is not { } issued || last.At - issued < OldToken || last.ClockOffset?.Duration() >= Skew ? null : new(
            SymptomKind.AgedByDelay,
            $"The token was {Minutes(last.At - issued)} old when it was used, and the clocks agree: take a token right before the call.",
            issued,
            Suggests: FailureClasses.AccessTokenExpired);
    }

    private static Symptom? RecurredAfterReconnect(ConnectionEvent[] events)
    {
        var reconnect = events.LastOrDefault(e => e.Kind == ConnectionEventKind.Reconnected);
        var failure = reconnect is null ? null : events.FirstOrDefault(e => e.At > reconnect.At && IsAboutTokens(e));
        return failure is null || failure.At - reconnect!.At > SoonAfterReconnect ? null : new(
            SymptomKind.RecurredAfterReconnect,
            $"The last reconnect helped for {Minutes(failure.At - reconnect.At)}: look at scopes, ownership, policy and the registration before another one.",
            failure.At);
    }

    private static Symptom? FailsAfterIdleTime(ConnectionEvent[] events)
    {
        var uses = Uses(events).ToArray();
        var pairs = uses.Zip(uses.Skip(1)).ToArray();
        var failures = pairs.Where(p => IsAboutTokens(p.Second) && p.First.Kind == ConnectionEventKind.Succeeded).ToArray();
        var isOnlyThen = failures.Length >= 2 && failures.All(p => p.Second.At - p.First.At >= Idle)
            && pairs.Any(p => p.Second.Kind == ConnectionEventKind.Succeeded && p.Second.At - p.First.At < Idle);
        return !isOnlyThen ? null : new(
            SymptomKind.FailsAfterIdleTime,
            $"All {failures.Length} failures came after a pause of more than {Minutes(Idle)}: tokens are not renewed in time.",
            failures[0].Second.At,
            Suggests: FailureClasses.AccessTokenExpired);
    }

    private static Symptom? FollowsAChange(ConnectionEvent[] events)
    {
        var failure = TrailingRun(events, e => e.Kind is ConnectionEventKind.Failed).FirstOrDefault();
        var change = failure is null ? null : events.LastOrDefault(
            e => e.Kind == ConnectionEventKind.Changed && e.At <= failure.At && failure.At - e.At <= SoonAfterChange);
        return change is null ? null : new(
            SymptomKind.FollowsAChange,
            $"The first failure came {Minutes(failure!.At - change.At)} after: {Words(change.Change)}.",
            failure.At,
            Suggests: Suggested(change.Change));
    }

    private static string? Suggested(OperationalChange? change) => change switch
    {
        OperationalChange.PasswordReset or OperationalChange.PolicyChanged or OperationalChange.TokenCacheBroken
            or OperationalChange.OwnerChanged or OperationalChange.WorkflowCloned => FailureClasses.RefreshBroken,
        OperationalChange.SecretRotated => FailureClasses.ClientCredential,
        OperationalChange.PermissionsChanged or OperationalChange.ConsentRevoked => FailureClasses.ConsentPermissionMissing,
        _ => null,
    };

    private static string Words(OperationalChange? change) => change switch
    {
        OperationalChange.PasswordReset => "the password was reset",
        OperationalChange.PolicyChanged => "a sign-in policy was changed",
        OperationalChange.PermissionsChanged => "permissions were changed",
        OperationalChange.ConnectorReconnected => "the connector was reconnected",
        OperationalChange.SecretRotated => "the secret was changed",
        OperationalChange.ConsentRevoked => "the consent was taken back",
        OperationalChange.TokenCacheBroken => "the token cache was lost",
        OperationalChange.OwnerChanged => "the owner was changed, and the stored token belongs to the old one",
        OperationalChange.WorkflowCloned => "the workflow was cloned, and its stored token was not",
        _ => "something was changed",
    };

    private static IEnumerable<ConnectionEvent> Uses(ConnectionEvent[] events)
        => events.Where(e => e.Kind is ConnectionEventKind.Succeeded or ConnectionEventKind.Failed);

    private static ConnectionEvent[] TrailingRun(IEnumerable<ConnectionEvent> events, Func<ConnectionEvent, bool> isPart)
        => [.. events.Where(e => e.Kind is ConnectionEventKind.Succeeded or ConnectionEventKind.Failed).Reverse().TakeWhile(isPart).Reverse()];

    internal static string Minutes(TimeSpan time) => time switch
    {
        { TotalDays: >= 2 } => string.Create(CultureInfo.InvariantCulture, $"{time.TotalDays:F0} days"),
        { TotalHours: >= 2 } => string.Create(CultureInfo.InvariantCulture, $"{time.TotalHours:F1} hours"),
        { TotalMinutes: >= 1 } => string.Create(CultureInfo.InvariantCulture, $"{time.TotalMinutes:F0} minutes"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:F0} seconds"),
    };
}
