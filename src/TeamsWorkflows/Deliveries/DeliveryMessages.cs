using TeamsWorkflows.Approvals;
using TeamsWorkflows.Deliveries.Pacing;
using TeamsWorkflows.Diagnostics;

namespace TeamsWorkflows.Deliveries;

/// <summary>A report's deliveries; the report itself stays in the database and out of every history.</summary>
/// <param name="Notifies">Whether somebody is told how it ended.</param>
/// <param name="Approval">What it waits for before any delivery is begun; null: nothing.</param>
internal sealed record DeliverReportInput(
    string ReportId, IReadOnlyList<DeliverToDestinationInput> Deliveries, bool Notifies = false, AwaitApprovalInput? Approval = null);

/// <param name="ConnectionId">Null: the destination needs no connection.</param>
/// <param name="Deadline">When patience ends (UTC) and the fallback takes over.</param>
/// <param name="Plan">Null in histories of older releases: a message in a channel.</param>
/// <param name="Policies">Null in histories of older releases.</param>
internal sealed record DeliverToDestinationInput(
    string DeliveryId,
    string? ConnectionId,
    DateTimeOffset Deadline,
    DeliveryPolicy Policy,
    DeliveryPlan? Plan = null,
    DeliveryPolicies? Policies = null);

internal sealed record DeliveryResult(string DeliveryId, DeliveryState State, string? Reason);

/// <param name="Number">The orchestrator's number for this attempt, from 1: the ledger's key, the same when the activity runs again.</param>
/// <param name="Note">What the fallback's mail says about Teams, or a message about itself; null: nothing.</param>
/// <param name="Since">When the post was made that is looked for; null for other attempts.</param>
/// <param name="Step">Which one of several steps of a kind, such as the number of a file.</param>
/// <param name="GiveUpAt">When the delivery's patience ends: no turn after it is taken; null: any.</param>
/// <param name="GoesOn">Whether the delivery goes on after this mail.</param>
/// <param name="Slots">The turns that it has in the lines before the other side; null: none yet.</param>
internal sealed record AttemptInput(
    string DeliveryId,
    int Number,
    string? Note = null,
    DateTimeOffset? Since = null,
    int Step = 0,
    DateTimeOffset? GiveUpAt = null,
    IReadOnlyList<PaceSlot>? Slots = null,
    bool GoesOn = false);

internal sealed record RecordDeliveryInput(string DeliveryId, DeliveryState State, string? Reason);

/// <summary>What an orchestration shows of itself while it runs.</summary>
internal sealed record DeliveryProgress(string Phase, DateTimeOffset? Until = null, Diagnosis? Because = null);
