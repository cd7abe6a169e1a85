using System.Globalization;
using System.Text.Json.Nodes;
using TeamsWorkflows.Reports;
using TeamsWorkflows.Reports.Content;

namespace TeamsWorkflows.Schedules;

/// <summary>The report of one occurrence: the schedule's template, with what there is to know about the occurrence in its data. Pure.</summary>
internal static class ScheduledReport
{
    public const string Source = "source";

    /// <summary>The names that the product gives; a template's own data has others.</summary>
    public static IReadOnlyList<string> Names { get; } = ["scheduledFor", "scheduledDate", "scheduledTime", "timeZone", "scheduleId", "occurrence"];

    /// <param name="wall">The occurrence's time as the clock on the wall shows it.</param>
    /// <param name="source">What the source answered; null: there is none, or the template's own sample stands in for it.</param>
    public static ReportRequest Of(
        ReportRequest template, string scheduleId, OccurrenceKind kind, DateTimeOffset wall, string timeZone, JsonNode? source = null)
        => template.WithData(data =>
        {
            data["scheduledFor"] = wall.ToString("yyyy-MM-dd'T'HH:mm:sszzz", CultureInfo.InvariantCulture);
            data["scheduledDate"] = wall.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
            data["scheduledTime"] = wall.ToString("HH:mm", CultureInfo.InvariantCulture);
            data["timeZone"] = timeZone;
            data["scheduleId"] = scheduleId;
            data["occurrence"] = kind.ToString();
            if (source is not null)
            {
                data[Source] = source;
            }
        });
}
