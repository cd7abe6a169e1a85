using TeamsWorkflows.Connections;
using TeamsWorkflows.Data;
using TeamsWorkflows.DurableTask;
using TeamsWorkflows.Reports;

namespace TeamsWorkflows.Schedules;

/// <summary>Keeps a schedule's template and source: both may hold addresses and secrets by which others act.</summary>
internal sealed class ScheduleVault(ISecretProtector protector)
{
    private const string ReportPurpose = "teamsworkflows.schedule.report.v1";
    private const string SourcePurpose = "teamsworkflows.schedule.source.v1";

    public byte[] Seal(ReportRequest report) => protector.Protect(ReportPurpose, ReportJson.Write(report));

    public byte[]? Seal(ScheduleSource? source) => source is null ? null : protector.Protect(SourcePurpose, WorkflowJson.Write(source));

    /// <exception cref="ActivityFailureException"><c>Schedule.Unreadable</c>: the keys that protected it are gone.</exception>
    public ReportRequest OpenReport(ScheduleRow row) => TryReport(row) ?? throw Unreadable(row);

    /// <returns>Null when the schedule has no source.</returns>
    /// <exception cref="ActivityFailureException"><c>Schedule.Unreadable</c>: the keys that protected it are gone.</exception>
    public ScheduleSource? OpenSource(ScheduleRow row) => row.ProtectedSource is null ? null : TrySource(row) ?? throw Unreadable(row);

    /// <returns>Null when the keys that protected it are gone.</returns>
    public ReportRequest? TryReport(ScheduleRow row)
        => protector.UnprotectText(ReportPurpose, row.ProtectedReport) is { } json ? ReportJson.Read(json) : null;

    /// <returns>Null when the schedule has no source, or the keys that protected it are gone.</returns>
    public ScheduleSource? TrySource(ScheduleRow row)
        => row.ProtectedSource is { } data && protector.UnprotectText(SourcePurpose, data) is { } json ? WorkflowJson.Read<ScheduleSource>(json) : null;

    private static ActivityFailureException Unreadable(ScheduleRow row) => new(
        "Schedule.Unreadable", $"The keys that protected the schedule '{row.Id}' are gone. Put it anew.", isNonRetriable: true);
}
