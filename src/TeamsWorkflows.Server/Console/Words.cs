using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using TeamsWorkflows.Approvals;
using TeamsWorkflows.Audit;
using TeamsWorkflows.Cases;
using TeamsWorkflows.Connections;
using TeamsWorkflows.Deliveries;
using TeamsWorkflows.Diagnostics;
using TeamsWorkflows.Doctor;
using TeamsWorkflows.DurableTask.Core;
using TeamsWorkflows.Schedules;
using TeamsWorkflows.Server.Orchestrations;

namespace TeamsWorkflows.Server.Console;

/// <summary>The console's vocabulary: one word, one icon and one colour per state, the same on every page.</summary>
internal static class Words
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

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
        DeliveryState.AwaitingApproval => new("waits for approval", "amber", "◔"),
        DeliveryState.NotApproved => new("not approved", "red", "✕"),
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

    public static Tone Of(CheckResult result) => result switch
    {
        CheckResult.Good => new("good", "green", "✓"),
        CheckResult.Warning => new("worth a look", "amber", "!"),
        CheckResult.Bad => new("bad", "red", "✕"),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    /// <summary>What the doctor tried, in words.</summary>
    public static string OfCheck(string check) => check switch
    {
        "environment" => "Parts that belong together",
        "register" => "Definition",
        "dates" => "What ends",
        "reach" => "Can be reached",
        "clock" => "Clock",
        "authority" => "Who gives tokens",
        "token" => "Gets a token",
        "audience" => "Token's service",
        "tenant" => "Token's tenant",
        "consent" => "Permissions",
        "channel" => "Reaches the channel",
        _ => char.ToUpperInvariant(check[0]) + check[1..],
    };

    public static Tone Of(AuditOutcome outcome) => outcome switch
    {
        AuditOutcome.Done => new("done", "green", "✓"),
        AuditOutcome.Begun => new("begun", "amber", "◔"),
        AuditOutcome.Refused => new("not possible", "grey", "–"),
        AuditOutcome.Failed => new("broke off", "red", "✕"),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

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

    public static Tone Of(OrchestrationRuntimeStatus status) => status switch
    {
        OrchestrationRuntimeStatus.Pending => new("pending", "amber", "◔"),
        OrchestrationRuntimeStatus.Running => new("running", "amber", "◔"),
        OrchestrationRuntimeStatus.Completed => new("completed", "green", "✓"),
        OrchestrationRuntimeStatus.Failed => new("failed", "red", "✕"),
        OrchestrationRuntimeStatus.Terminated => new("terminated", "grey", "–"),
        OrchestrationRuntimeStatus.ContinuedAsNew => new("continued as new", "grey", "→"),
        OrchestrationRuntimeStatus.Suspended => new("suspended", "grey", "‖"),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    public static Tone Of(TimelineKind kind, TimelineOutcome outcome)
    {
        var word = kind switch
        {
            TimelineKind.Activity => "activity",
            TimelineKind.SubOrchestration => "orchestration",
            TimelineKind.Timer => "timer",
            TimelineKind.EventReceived => "event came",
            TimelineKind.EventSent => "event sent",
            TimelineKind.Suspension => "suspension",
            TimelineKind.Intervention => "intervention",
            _ => throw new System.Diagnostics.UnreachableException(),
        };
        return outcome switch
        {
            TimelineOutcome.Open => new(word + ", goes on", "amber", "◔"),
            TimelineOutcome.Succeeded => new(word, kind is TimelineKind.Activity or TimelineKind.SubOrchestration ? "green" : "grey", "✓"),
            TimelineOutcome.Failed => new(word + ", failed", "red", "✕"),
            TimelineOutcome.LeftBehind => new(word + ", not waited for", "grey", "–"),
            _ => throw new System.Diagnostics.UnreachableException(),
        };
    }

    /// <summary>JSON with its lines indented; other text as it is; what is very long is cut, and says so.</summary>
    public static string Json(string text)
    {
        const int most = 4_000;
        var shown = text;
        try
        {
            using var document = JsonDocument.Parse(text);
            shown = JsonSerializer.Serialize(document.RootElement, Indented);
        }
        catch (JsonException)
        {
            // The reason of a termination, for one, is plain text.
        }

        return shown.Length <= most ? shown : $"{shown.AsSpan(0, most)}{Environment.NewLine}… and {shown.Length - most:N0} characters more";
    }

    public static Tone Of(ConnectionState state) => state switch
    {
        ConnectionState.Healthy => new("healthy", "green", "✓"),
        ConnectionState.NeverConnected => new("not connected yet", "amber", "◔"),
        ConnectionState.NeedsAttention => new("needs a person", "red", "!"),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    public static Tone Of(TokenAcquisition result) => result switch
    {
        TokenAcquisition.FromCache => new("from the cache", "grey", "✓"),
        TokenAcquisition.Renewed => new("renewed", "green", "✓"),
        TokenAcquisition.SignedIn => new("signed in", "green", "✓"),
        TokenAcquisition.Failed => new("failed", "red", "✕"),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    public static string Of(OperationalChange change) => change switch
    {
        OperationalChange.PasswordReset => "the password was reset",
        OperationalChange.PolicyChanged => "a policy was changed",
        OperationalChange.PermissionsChanged => "permissions were changed",
        OperationalChange.ConnectorReconnected => "a connector was connected anew",
        OperationalChange.SecretRotated => "a secret or certificate was rotated",
        OperationalChange.ConsentRevoked => "consent was revoked",
        OperationalChange.TokenCacheBroken => "the token cache was damaged",
        OperationalChange.OwnerChanged => "the owner changed",
        OperationalChange.WorkflowCloned => "the workflow was cloned",
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
        "place-gone" => new("the chat is gone", "amber", "?"),
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

    public static Tone Of(ApprovalState state) => state switch
    {
        ApprovalState.Waiting => new("waiting", "amber", "◔"),
        ApprovalState.Approved => new("approved", "green", "✓"),
        ApprovalState.Refused => new("refused", "red", "✕"),
        ApprovalState.Expired => new("not decided in time", "red", "–"),
        ApprovalState.Released => new("went out undecided", "amber", "→"),
        ApprovalState.Cancelled => new("cancelled", "grey", "–"),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    public static Tone Of(Decision decision) => decision == Decision.Approve ? new("approved", "green", "✓") : new("refused", "red", "✕");

    public static string Of(DecisionWay way) => way switch
    {
        DecisionWay.Link => "by the link in a mail",
        DecisionWay.Console => "in the console",
        DecisionWay.Api => "by the API",
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    /// <summary>How far an approval is, in a sentence.</summary>
    public static string Standing(Approval approval) => approval.IsOpen
        ? $"{approval.Approvals} of {Count(approval.Quorum, "approval", "approvals")} so far. One refusal ends it."
        : approval.Reason ?? "";

    /// <summary>Who is asked, in words.</summary>
    public static string Of(Approver approver) => approver switch
    {
        { Email: { } email, Role: { } role } => $"anybody with the role {role}, told at {email}",
        { Role: { } role } => $"anybody with the role {role}",
        _ => approver.Email!,
    };

    public static string Of(ChainLink link) => link switch
    {
        ChainLink.Issue => "Microsoft does not issue a token",
        ChainLink.Acquire => "the application does not get one: its credential, its settings or its stored sign-in",
        ChainLink.Store => "the token cache",
        _ => "the call that carries the token",
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

    /// <summary>What a rule that fired meant for the verdict.</summary>
    public static string Of(TraceRole role) => role switch
    {
        TraceRole.Decided => "it decided",
        TraceRole.Agreed => "it agrees",
        TraceRole.Outranked => "it was outranked",
        TraceRole.Adjusted => "it changed how sure we are, or the advice",
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    public static string Of(RetryAdvice retry) => retry switch
    {
        RetryAdvice.Never => "This call cannot work as it is: repeating it does not help.",
        RetryAdvice.AfterFix => "Repeat it only after that is done.",
        RetryAdvice.AfterSeconds => "Repeat it after the time that the service gave.",
        RetryAdvice.Backoff => "Repeat it after a growing delay.",
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    public static string Of(FailureSurface surface) => surface switch
    {
        FailureSurface.GraphResponse => "an answer of Microsoft Graph",
        FailureSurface.TokenEndpoint => "an answer of the token endpoint",
        FailureSurface.MsalException => "an exception of MSAL",
        FailureSurface.WebhookResponse => "an answer of a webhook",
        FailureSurface.ConnectorMessage => "a message of Make, Power Automate or another tool",
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    /// <param name="level"><c>high</c>, <c>medium</c> or <c>low</c>.</param>
    public static Tone OfConfidence(string level) => level switch
    {
        "high" => new("sure", "green", "✓"),
        "medium" => new("likely", "amber", "◔"),
        _ => new("a guess", "grey", "?"),
    };

    /// <summary>A bar of a chart, in words.</summary>
    public static string Of(ChartBucket bucket) => string.Create(
        CultureInfo.InvariantCulture, $"{bucket.From.UtcDateTime:yyyy-MM-dd HH:mm} to {bucket.To.UtcDateTime:HH:mm} UTC: {bucket.Total:N0}");

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
