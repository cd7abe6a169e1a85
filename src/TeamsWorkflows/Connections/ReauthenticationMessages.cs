using TeamsWorkflows.Cases;
using TeamsWorkflows.Deliveries;
using TeamsWorkflows.Diagnostics;

namespace TeamsWorkflows.Connections;

/// <param name="Generation">The connection's generation that failed: a later one may have cured it.</param>
/// <param name="Deadline">When the run stops waiting (UTC).</param>
/// <param name="MaySilently">Whether one renewal without a person is worth trying.</param>
internal sealed record ReauthenticateInput(
    string DeliveryId, string ConnectionId, Diagnosis Diagnosis, long Generation, DateTimeOffset Deadline, bool MaySilently);

internal enum ReauthenticationKind
{
    /// <summary>A renewal that bypassed the cache gave a new token.</summary>
    RenewedSilently,

    /// <summary>A person did what the case asked for, and it was verified.</summary>
    Reconnected,

    /// <summary>The authority has trouble of its own: wait and come back.</summary>
    WaitForService,

    /// <summary>Waiting cannot help, or took too long.</summary>
    GaveUp,
}

/// <param name="Turn">When the run's turn comes, of all that were parked; null: it waits for nobody.</param>
internal sealed record ReauthenticationResult(ReauthenticationKind Kind, Diagnosis Diagnosis, PostOutcome.Paced? Turn = null);

internal sealed record RenewTokenInput(string ConnectionId, string? Claims, long Generation);

/// <param name="Diagnosis">Why there is no new token; null when there is one.</param>
internal sealed record RenewalOutcome(Diagnosis? Diagnosis);

/// <param name="InstanceId">The run that waits for the case; null when none does.</param>
internal sealed record ParkRunInput(
    string ConnectionId, string DeliveryId, string? InstanceId, Diagnosis Diagnosis, long Generation);

/// <param name="CaseId">The case to wait for; null when the connection was restored since the failure.</param>
internal sealed record ParkResult(string? CaseId);

internal sealed record UnparkRunInput(string CaseId, string InstanceId);

/// <param name="Chase">When people hear of the case again; null: never, as in cases of older releases.</param>
/// <param name="LinesUp">Whether the runs go on by their turns; not in cases of older releases, whose runs go on one by one.</param>
internal sealed record ReconnectInput(
    string CaseId, string ConnectionId, OperatorAction Cause, TimeSpan ResumeInterval, CaseChase? Chase = null, bool LinesUp = false);

/// <summary>A person's word that the cause is gone.</summary>
internal sealed record CaseResolved(string Actor, string Reason);

/// <summary>Tells a parked run that its connection works again.</summary>
/// <param name="Turn">When the run's turn comes; null: it waits for nobody.</param>
internal sealed record ConnectionRestored(string CaseId, PostOutcome.Paced? Turn = null);

internal sealed record ProbeInput(string CaseId, string ConnectionId, OperatorAction Cause);

/// <param name="Diagnosis">What is still wrong; null when the connection works.</param>
internal sealed record ProbeResult(Diagnosis? Diagnosis);

/// <param name="KeepsRuns">Whether the runs are resumed by <see cref="ResumeRuns"/>, and not given back: there may be any number.</param>
internal sealed record CloseCaseInput(string CaseId, string Actor, string Reason, bool KeepsRuns = false);

/// <param name="After">The delivery of the last run that was resumed; null: none was.</param>
internal sealed record ResumeRunsInput(string CaseId, string? After);

/// <param name="Last">The delivery of the last one of them; null: there were no more.</param>
internal sealed record ResumedRuns(string? Last);

internal sealed record ParkedRun(string InstanceId, string DeliveryId);
