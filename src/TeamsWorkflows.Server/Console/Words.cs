using System.Globalization;
using TeamsWorkflows.Cases;
using TeamsWorkflows.Connections;
using TeamsWorkflows.Deliveries;
using TeamsWorkflows.Diagnostics;
using TeamsWorkflows.Schedules;

namespace TeamsWorkflows.Server.Console;

/// <summary>The console's vocabulary: one word, one icon and one colour per state, the same on every page.</summary>
internal static class Words
{
    /// <summary>One unit, rounded down: "47 min".</summary>
    public static string Span(TimeSpan span) => span switch
    {
        { Ticks: < 0 } => "0 s", // another process's clock is ahead
        { TotalSeconds: < 1 } => string.Create(CultureInfo.InvariantCulture, $"{(int)span.TotalMilliseconds} ms"),
        { TotalMinutes: < 1 } => string.Create(CultureInfo.InvariantCulture, $"{(int)span.TotalSeconds} s"),
        { TotalHours: < 1 } => string.Create(CultureInfo.InvariantCulture, $"{(int)span.TotalMinutes} min"),
        { TotalDays: < 2 } => string.Create(CultureInfo.InvariantCulture, $"{(int)span.TotalHours} h"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{(int)span.TotalDays} days"),
    };

    public static string Count(int count, string one, string many)
        => count == 1 ? $"1 {one}" : string.Create(CultureInfo.InvariantCulture, $"{count:N0} {many}");

    public static Tone Of(DeliveryState state) => state switch
    {
        DeliveryState.Accepted => new("accepted", "amber", "◔"),
        DeliveryState.Posting => new("posting", "amber", "◔"),
        DeliveryState.Waiting => new("waiting", "amber", "◔"),
        DeliveryState.Parked => new("waiting for a person", "red", "!"),
        DeliveryState.Held => new("needs a decision", "red", "?"),
        DeliveryState.Delivered => new("delivered", "green", "✓"),
        DeliveryState.HandedOver => new("handed over", "green", "→"),
        DeliveryState.FellBack => new("fell back to e-mail", "grey", "✉"),
        DeliveryState.Failed => new("failed", "red", "✕"),
        DeliveryState.Suppressed => new("too late, not posted", "grey", "–"),
        DeliveryState.Cancelled => new("cancelled", "grey", "–"),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    /// <summary>A time as the clock of its own place shows it: "Mon 09:00 (+01:00), 30 Nov".</summary>
    public static string Clock(DateTimeOffset at) => at.ToString(at.Second == 0 ? "ddd HH:mm (zzz), d MMM" : "ddd HH:mm:ss (zzz), d MMM", CultureInfo.InvariantCulture);

    public static Tone Of(OccurrenceState state) => state switch
    {
        OccurrenceState.Queued => new("waits for the one before", "amber", "◔"),
        OccurrenceState.Running => new("under way", "amber", "◔"),
        OccurrenceState.HandedOver => new("handed over", "green", "✓"),
        OccurrenceState.Failed => new("failed", "red", "✕"),
        OccurrenceState.Skipped => new("skipped", "grey", "–"),
        OccurrenceState.Missed => new("missed", "grey", "–"),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    public static string Of(OccurrenceKind kind) => kind switch
    {
        OccurrenceKind.Scheduled => "by the clock",
        OccurrenceKind.CaughtUp => "caught up",
        OccurrenceKind.Backfilled => "made up for",
        OccurrenceKind.Triggered => "triggered",
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    public static Tone Of(ConnectionState state) => state switch
    {
        ConnectionState.Healthy => new("healthy", "green", "✓"),
        ConnectionState.NeverConnected => new("not connected yet", "amber", "◔"),
        ConnectionState.NeedsAttention => new("needs a person", "red", "!"),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    /// <param name="outcome">The stored name; null: it runs, or the process died under it.</param>
    public static Tone OfOutcome(string? outcome) => outcome switch
    {
        null => new("no answer recorded", "amber", "◔"),
        "posted" => new("delivered", "green", "✓"),
        "already-posted" => new("found in the channel", "green", "✓"),
        "mailed" => new("sent by e-mail", "green", "✉"),
        "not-found" => new("not in the channel", "grey", "–"),
        "outcome-unknown" => new("outcome unknown", "amber", "?"),
        "root-gone" => new("the thread's first message is gone", "amber", "?"),
        "paced" => new("waited its turn", "grey", "◔"),
        "throttled" => new("asked to wait", "amber", "◔"),
        "unavailable" => new("not reachable", "amber", "◔"),
        "authentication-failed" => new("sign-in refused", "red", "!"),
        "permission-denied" => new("not permitted", "red", "!"),
        "rejected" => new("refused", "red", "✕"),
        var other => new(other, "grey", "–"),
    };

    public static string Of(AttemptKind kind) => kind switch
    {
        AttemptKind.Token => "Token",
        AttemptKind.Post => "Post",
        AttemptKind.Upload => "Upload of a file",
        AttemptKind.Place => "Find or make the place",
        AttemptKind.ReadBack => "Look for it in the channel",
        AttemptKind.Mail => "E-mail",
        AttemptKind.Pace => "Turn",
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    public static string Of(OperatorWord word) => word switch
    {
        OperatorWord.Cancel => "Cancelled.",
        OperatorWord.ItIsThere => "Saw the message.",
        OperatorWord.PostAgain => "Had it posted again.",
        OperatorWord.FallBack => "Had it sent by e-mail.",
        OperatorWord.Resend => "Sent once more.",
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    /// <summary>What kind of case it is, in words for an alert.</summary>
    public static string Of(OperatorAction cause) => cause switch
    {
        OperatorAction.Reconnect => "Reconnect required",
        OperatorAction.GrantAdminConsent => "Permissions missing",
        OperatorAction.RotateCredential => "New credential needed",
        OperatorAction.ChangePolicy => "Policy blocks the sign-in",
        OperatorAction.AddMembership => "Membership missing",
        OperatorAction.FixConfiguration => "Configuration to put right",
        OperatorAction.FixPayload => "Report refused",
        OperatorAction.WaitAndRetry => "Microsoft is not reachable",
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    /// <summary>The one right button of a case that no sign-in resolves.</summary>
    public static string Done(OperatorAction cause) => cause switch
    {
        OperatorAction.GrantAdminConsent => "Consent is granted: verify",
        OperatorAction.RotateCredential => "I changed the credential: verify",
        OperatorAction.ChangePolicy => "The policy is changed: verify",
        OperatorAction.AddMembership => "The account is a member: verify",
        _ => "I fixed it: verify",
    };

    public static string SignIn(Case found) => $"Sign in as {found.Username}";

    public static string WhatFollows(Case found) => found.WaitingCount == 0
        ? "Then we check the connection, and close this case if it works."
        : $"Then we check the connection, and {Post(found.WaitingCount)}.";

    private static string Post(int waiting)
        => waiting == 1 ? "post the report that waits" : string.Create(CultureInfo.InvariantCulture, $"post the {waiting:N0} reports that wait, in order");
}

/// <summary>A state as people see it: never by colour alone.</summary>
public sealed record Tone(string Word, string Colour, string Icon);
