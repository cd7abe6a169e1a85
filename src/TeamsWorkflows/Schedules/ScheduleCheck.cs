using TeamsWorkflows.Reports;

namespace TeamsWorkflows.Schedules;

/// <summary>Tries a schedule out before it is one: its clock, and the report that it would hand over first.</summary>
internal sealed class ScheduleCheck(ReportDesk reports, TimeProvider time)
{
    /// <param name="authors">Who made the schedule and changed it, besides its owner.</param>
    /// <param name="errors">Gets what is wrong, by the field's JSON path.</param>
    /// <returns>Null when something is wrong.</returns>
    public async Task<CheckedSchedule?> CheckAsync(
        string id, ScheduleDefinition definition, IReadOnlyCollection<string> authors, ReportErrors errors, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var recurrence = ScheduleRules.Validate(id, definition, now, errors);
        if (definition.Report is not { } template)
        {
            errors.Add("report", "Give the report to hand over: the same as for POST /api/v1/reports.");
            return null;
        }

        var first = recurrence?.Next(now) is { } next ? recurrence.OnTheWall(next) : now;
        var sample = ScheduledReport.Of(template, id, OccurrenceKind.Scheduled, first, definition.TimeZone ?? "UTC");
        switch (await reports.PreviewAsync(sample, [.. authors, .. definition.Owner is { } owner ? [owner] : Array.Empty<string>()], publisher: null, cancellationToken))
        {
            case PreviewResult.Invalid invalid:
                errors.AddReport(invalid.Errors);
                return null;
            case PreviewResult.Shown shown:
                return errors.IsEmpty ? new(recurrence!, shown.Preview) : null;
            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }
}

/// <param name="Preview">What each destination would get at the first occurrence.</param>
internal sealed record CheckedSchedule(Recurrence Recurrence, ReportPreview Preview)
{
    /// <summary>Gets what will not go as somebody may expect, going by the report alone.</summary>
    public IReadOnlyList<string> Warnings =>
        [.. Preview.Destinations.SelectMany(static (d, i) => d.Notes.Select(note => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"destinations[{i}]: {note}"))).Distinct(StringComparer.Ordinal)];
}
