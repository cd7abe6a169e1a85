using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Cronos;
using TeamsWorkflows.Fallback;
using TeamsWorkflows.Reports;
using TeamsWorkflows.Ways;

namespace TeamsWorkflows.Schedules;

/// <summary>Says everything that is wrong with a schedule besides its report, by field, and how to put it right.</summary>
internal static partial class ScheduleRules
{
    // An address of the API stands in its place.
    private const string Reserved = "plan";

    /// <returns>When it occurs; null when that is wrong.</returns>
    public static Recurrence? Validate(string id, ScheduleDefinition definition, DateTimeOffset now, ReportErrors errors)
    {
        if (!EditRules.IsName(id) || id == Reserved)
        {
            errors.Add("id", $"{EditRules.NameRule}, and not '{Reserved}'.");
        }

        if (definition.Name is { } name && (string.IsNullOrWhiteSpace(name) || name.Length > ScheduleLimits.MaxNameLength || name.Any(char.IsControl)))
        {
            errors.Add("name", $"Give a name of one line, at most {ScheduleLimits.MaxNameLength} characters, or leave it out.");
        }

        if (!MailAddresses.IsOne(definition.Owner))
        {
            errors.Add("owner", "Give the e-mail address of who answers for it.");
        }

        Span("jitter", definition.Jitter, TimeSpan.Zero, ScheduleLimits.MaxJitter, errors);
        Span("catchUpWindow", definition.CatchUpWindow, TimeSpan.Zero, ScheduleLimits.MaxCatchUpWindow, errors);
        Word("overlap", definition.Overlap, errors);
        Word("catchUp", definition.CatchUp, errors);
        if (definition.Source is { } source)
        {
            Source(source, definition.Report, errors);
        }

        Names(definition.Report, errors);
        return Clock(id, definition, now, errors);
    }

    private static Recurrence? Clock(string id, ScheduleDefinition definition, DateTimeOffset now, ReportErrors errors)
    {
        var zone = definition.TimeZone ?? "UTC";
        var isZone = TimeZoneInfo.TryFindSystemTimeZoneById(zone, out var found) && found.HasIanaId && zone.Length <= 64;
        if (!isZone)
        {
            errors.Add("timeZone", "Give an IANA time zone, such as Europe/Berlin, or leave it out for UTC.");
        }

        if (definition.Cron is not { Length: > 0 and <= ScheduleLimits.MaxCronLength } cron)
        {
            errors.Add("cron", "Give a cron expression of five fields, or of six with the seconds first, such as 0 9 * * MON-FRI.");
            return null;
        }

        try
        {
            Recurrence.Parse(cron);
        }
        catch (CronFormatException e)
        {
            errors.Add("cron", $"This is no cron expression: {e.Message}");
            return null;
        }

        var recurrence = isZone ? new Recurrence(cron, zone, definition.Jitter ?? TimeSpan.Zero, id) : null;
        if (recurrence is not null && recurrence.Next(now) is null)
        {
            errors.Add("cron", "It never occurs.");
        }

        if (recurrence?.ShortestGap(now) is { } gap && definition.Jitter >= gap)
        {
            errors.Add("jitter", $"Give less than {gap}, the shortest time between two occurrences: else one would begin after the next.");
        }

        return recurrence;
    }

    private static void Source(ScheduleSource source, ReportRequest? report, ReportErrors errors)
    {
        if (AddressRules.WhyNot(source.Url) is { } reason)
        {
            errors.Add("source.url", reason);
        }

        if (source.Header is { } header && (!HeaderPattern().IsMatch(header) || !IsAllowed(header)))
        {
            errors.Add("source.header", "Give the name of a header that proves who asks, such as Authorization or X-Api-Key.");
        }

        if (source.Header is null != source.Secret is null)
        {
            errors.Add(source.Header is null ? "source.header" : "source.secret", "Give the header's name and its value, or neither.");
        }

        if (source.Secret is { } secret && (secret.Length is 0 or > 4_000 || secret.Any(static c => c is < ' ' or > '~')))
        {
            errors.Add("source.secret", "Give 1 to 4,000 visible ASCII characters.");
        }

        Span("source.timeout", source.Timeout, TimeSpan.FromSeconds(1), ScheduleLimits.MaxSourceTimeout, errors);
        Span("source.retryFor", source.RetryFor, TimeSpan.Zero, ScheduleLimits.MaxRetryFor, errors);
        if (report?.Data is not { ValueKind: JsonValueKind.Object } data || !data.TryGetProperty(ScheduledReport.Source, out _))
        {
            errors.Add("report.data.source", "Give a sample of what the source answers: the template is tried with it now.");
        }
    }

    // What the transport sets itself must not be set by anybody else.
    private static bool IsAllowed(string header) => header.ToUpperInvariant() is not ("HOST" or "CONNECTION" or "CONTENT-LENGTH" or "TRANSFER-ENCODING"
        or "UPGRADE" or "TE" or "TRAILER" or "EXPECT" or "COOKIE" or "CONTENT-TYPE" or "ACCEPT" or "USER-AGENT");

    private static void Names(ReportRequest? report, ReportErrors errors)
    {
        if (report?.Data is not { ValueKind: JsonValueKind.Object } data)
        {
            return;
        }

        foreach (var name in ScheduledReport.Names.Where(n => data.TryGetProperty(n, out _)))
        {
            errors.Add($"report.data.{name}", "The schedule gives this name its value. Use another.");
        }
    }

    private static void Span(string field, TimeSpan? given, TimeSpan least, TimeSpan most, ReportErrors errors)
    {
        if (given is { } span && (span < least || span > most))
        {
            errors.Add(field, string.Create(CultureInfo.InvariantCulture, $"Give a time between {least} and {most}, written as [d.]hh:mm:ss."));
        }
    }

    private static void Word<T>(string field, T? given, ReportErrors errors)
        where T : struct, Enum
    {
        if (given is { } word && !Enum.IsDefined(word))
        {
            errors.Add(field, $"Use one of: {string.Join(", ", Enum.GetNames<T>())}.");
        }
    }

    [GeneratedRegex("^[A-Za-z0-9-]{1,100}$", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex HeaderPattern();
}
