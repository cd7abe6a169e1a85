using System.Text.Json;
using System.Text.Json.Serialization;
using TeamsWorkflows.Approvals;
using TeamsWorkflows.Cases;
using TeamsWorkflows.Connections;
using TeamsWorkflows.Connections.Canary;
using TeamsWorkflows.Connections.SignIns;
using TeamsWorkflows.Deliveries;
using TeamsWorkflows.Deliveries.Digests;
using TeamsWorkflows.Diagnostics;
using TeamsWorkflows.Reports;
using TeamsWorkflows.Reports.Receipts;
using TeamsWorkflows.Schedules;
using TeamsWorkflows.Ways;

namespace TeamsWorkflows;

/// <summary>How inputs and outputs of workflows become text in histories, and how records become text in the ledger.</summary>
/// <remarks>Old histories are read with this: add, never rename. No type here may hold a token or a message's body.</remarks>
[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Web,
    UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(JsonElement))] // what an administrator makes an event say
[JsonSerializable(typeof(object))]
[JsonSerializable(typeof(bool))]
[JsonSerializable(typeof(string))]
[JsonSerializable(typeof(string[]))]
[JsonSerializable(typeof(Diagnosis))]
[JsonSerializable(typeof(FailureEvidence))]
[JsonSerializable(typeof(PostOutcome))]
[JsonSerializable(typeof(DeliverReportInput))]
[JsonSerializable(typeof(DeliverToDestinationInput))]
[JsonSerializable(typeof(DeliveryResult))]
[JsonSerializable(typeof(DeliveryResult[]))]
[JsonSerializable(typeof(AttemptInput))]
[JsonSerializable(typeof(RecordDeliveryInput))]
[JsonSerializable(typeof(JoinDigestInput))]
[JsonSerializable(typeof(DigestPlace))]
[JsonSerializable(typeof(LeftDigest))]
[JsonSerializable(typeof(SettleDigestInput))]
[JsonSerializable(typeof(ReauthenticateInput))]
[JsonSerializable(typeof(ReauthenticationResult))]
[JsonSerializable(typeof(RenewTokenInput))]
[JsonSerializable(typeof(RenewalOutcome))]
[JsonSerializable(typeof(ParkRunInput))]
[JsonSerializable(typeof(ParkResult))]
[JsonSerializable(typeof(UnparkRunInput))]
[JsonSerializable(typeof(ReconnectInput))]
[JsonSerializable(typeof(RemindInput))]
[JsonSerializable(typeof(WatchInput))]
[JsonSerializable(typeof(WatchRound))]
[JsonSerializable(typeof(ProbeInput))]
[JsonSerializable(typeof(DeviceSignInInput))]
[JsonSerializable(typeof(RedeemDeviceCodeInput))]
[JsonSerializable(typeof(DevicePollResult))]
[JsonSerializable(typeof(CaseResolved))]
[JsonSerializable(typeof(ConnectionRestored))]
[JsonSerializable(typeof(ProbeResult))]
[JsonSerializable(typeof(CloseCaseInput))]
[JsonSerializable(typeof(ParkedRun[]))]
[JsonSerializable(typeof(ResumeRunsInput))]
[JsonSerializable(typeof(ResumedRuns))]
[JsonSerializable(typeof(DeliveryProgress))]
[JsonSerializable(typeof(OperatorSaid))]
[JsonSerializable(typeof(AwaitApprovalInput))]
[JsonSerializable(typeof(ApprovalVerdict))]
[JsonSerializable(typeof(SettleApprovalInput))]
[JsonSerializable(typeof(AskApproversInput))]
[JsonSerializable(typeof(AskApproverInput))]
[JsonSerializable(typeof(NotifyInput))]
[JsonSerializable(typeof(NotifyOutcome))]
[JsonSerializable(typeof(ReportPolicies))]
[JsonSerializable(typeof(Mention[]))]
[JsonSerializable(typeof(AttachedFile[]))]
[JsonSerializable(typeof(UploadedFile[]))]
[JsonSerializable(typeof(Destination))]
[JsonSerializable(typeof(RunScheduleInput))]
[JsonSerializable(typeof(ScheduleRound))]
[JsonSerializable(typeof(RunOccurrenceInput))]
[JsonSerializable(typeof(FailOccurrenceInput))]
[JsonSerializable(typeof(HandOverOutcome))]
[JsonSerializable(typeof(FetchOutcome))]
[JsonSerializable(typeof(ScheduleSource))]
internal sealed partial class WorkflowJson : JsonSerializerContext
{
    public static T? Read<T>(string? json)
        where T : class
        => json is null ? null : JsonSerializer.Deserialize<T>(json, Default.Options);

    public static string Write<T>(T value) => JsonSerializer.Serialize(value, Default.Options);
}
