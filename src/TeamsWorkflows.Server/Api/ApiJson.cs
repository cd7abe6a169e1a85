using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Mvc;
using TeamsWorkflows.Cases;
using TeamsWorkflows.Cases.Escalation;
using TeamsWorkflows.Cases.Runbooks;
using TeamsWorkflows.Connections;
using TeamsWorkflows.Connections.Forecast;
using TeamsWorkflows.Connections.History;
using TeamsWorkflows.Doctor;
using TeamsWorkflows.Intakes;
using TeamsWorkflows.Reports;
using TeamsWorkflows.Schedules;
using TeamsWorkflows.Schedules.Planning;
using TeamsWorkflows.Server.Access;
using TeamsWorkflows.Server.Live;

namespace TeamsWorkflows.Server.Api;

/// <summary>How the API reads and writes JSON: strictly, and enumerations as words.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(string))]
[JsonSerializable(typeof(ReportRequest))]
[JsonSerializable(typeof(ReportPreview))]
[JsonSerializable(typeof(ScheduleDefinition))]
[JsonSerializable(typeof(ScheduleResource))]
[JsonSerializable(typeof(ScheduleList))]
[JsonSerializable(typeof(SchedulePut))]
[JsonSerializable(typeof(SchedulePlan))]
[JsonSerializable(typeof(SchedulePreviewed))]
[JsonSerializable(typeof(UpcomingList))]
[JsonSerializable(typeof(OccurrencePage))]
[JsonSerializable(typeof(OccurrenceResource))]
[JsonSerializable(typeof(BackfillRequest))]
[JsonSerializable(typeof(BackfillBegun))]
[JsonSerializable(typeof(IntakeDefinition))]
[JsonSerializable(typeof(IntakeResource))]
[JsonSerializable(typeof(IntakeList))]
[JsonSerializable(typeof(IntakePut))]
[JsonSerializable(typeof(IntakeSecret))]
[JsonSerializable(typeof(ReceivedResource))]
[JsonSerializable(typeof(ReasonRequest))]
[JsonSerializable(typeof(NoFields))]
[JsonSerializable(typeof(CalendarKeyRequest))]
[JsonSerializable(typeof(CalendarKeyList))]
[JsonSerializable(typeof(CalendarKeyCreated))]
[JsonSerializable(typeof(ReportResource))]
[JsonSerializable(typeof(DeliveryResource))]
[JsonSerializable(typeof(DeliveryPage))]
[JsonSerializable(typeof(ApprovalDetailResource))]
[JsonSerializable(typeof(ApprovalList))]
[JsonSerializable(typeof(ApprovalDecisionRequest))]
[JsonSerializable(typeof(CaseResource))]
[JsonSerializable(typeof(CaseStep))]
[JsonSerializable(typeof(CaseList))]
[JsonSerializable(typeof(CaseVerifying))]
[JsonSerializable(typeof(ConnectionResource))]
[JsonSerializable(typeof(ConnectionList))]
[JsonSerializable(typeof(SignInBegun))]
[JsonSerializable(typeof(ProbeResource))]
[JsonSerializable(typeof(ResourceMetadata))]
[JsonSerializable(typeof(OrchestrationResource))]
[JsonSerializable(typeof(OrchestrationList))]
[JsonSerializable(typeof(HistogramResource))]
[JsonSerializable(typeof(RecursiveRequest))]
[JsonSerializable(typeof(RestartRequest))]
[JsonSerializable(typeof(RaiseEventRequest))]
[JsonSerializable(typeof(BulkRequest))]
[JsonSerializable(typeof(ActedResource))]
[JsonSerializable(typeof(BulkResource))]
[JsonSerializable(typeof(HistoryResource))]
[JsonSerializable(typeof(HistoryExport))]
[JsonSerializable(typeof(ConnectionDefinition))]
[JsonSerializable(typeof(ConsentRequest))]
[JsonSerializable(typeof(ConsentResource))]
[JsonSerializable(typeof(InteractiveList))]
[JsonSerializable(typeof(ExpiryList))]
[JsonSerializable(typeof(ComparisonResource))]
[JsonSerializable(typeof(ConnectionStory))]
[JsonSerializable(typeof(BlastRadius))]
[JsonSerializable(typeof(ChangeRequest))]
[JsonSerializable(typeof(GuidedState))]
[JsonSerializable(typeof(GuidedRequest))]
[JsonSerializable(typeof(RunbookList))]
[JsonSerializable(typeof(DoctorReport))]
[JsonSerializable(typeof(ChangeResource))]
[JsonSerializable(typeof(DiagnosisRequest))]
[JsonSerializable(typeof(DiagnosisResource))]
[JsonSerializable(typeof(EscalationPacket))]
[JsonSerializable(typeof(AuditPage))]
[JsonSerializable(typeof(AuditVerification))]
[JsonSerializable(typeof(ProblemDetails))]
[JsonSerializable(typeof(IReadOnlyDictionary<string, string[]>))]
[JsonSerializable(typeof(Dictionary<string, string[]>))]
internal sealed partial class ApiJson : JsonSerializerContext
{
    public static void Configure(JsonSerializerOptions options)
    {
        options.TypeInfoResolverChain.Insert(0, Default);
        options.UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow;
        options.DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull;
        options.Converters.Add(new JsonStringEnumConverter(namingPolicy: null, allowIntegerValues: false));
    }
}
