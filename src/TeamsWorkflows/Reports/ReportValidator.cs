using MimeKit;
using TeamsWorkflows.Data;
using TeamsWorkflows.Ways;

namespace TeamsWorkflows.Reports;

/// <summary>Says everything that is wrong with a request at once, by field, and how to put it right.</summary>
internal static class ReportValidator
{
    /// <returns>The report as it will be stored; null when there were errors.</returns>
    public static ReportDocument? Validate(
        ReportRequest request,
        IReadOnlyDictionary<string, ConnectionRow> connections,
        bool hasDefaultRecipients,
        TimeProvider time,
        ReportErrors errors)
    {
        var report = ReportReader.Read(request, time, errors);
        ValidateDestinations(request.Destinations ?? [], report, connections, errors);
        ValidateFallback(request, hasDefaultRecipients, errors);
        if (request.Patience is { } patience && (patience < ReportLimits.MinPatience || patience > ReportLimits.MaxPatience))
        {
            errors.Add("patience", $"Give a time between {ReportLimits.MinPatience} and {ReportLimits.MaxPatience}, written as [d.]hh:mm:ss.");
        }

        return errors.IsEmpty ? report : null;
    }

    private static void ValidateDestinations(
        IReadOnlyList<Destination?> destinations,
        ReportDocument? report,
        IReadOnlyDictionary<string, ConnectionRow> connections,
        ReportErrors errors)
    {
        if (destinations.Count is 0 or > ReportLimits.MaxDestinations)
        {
            errors.Add("destinations", $"Give 1 to {ReportLimits.MaxDestinations} destinations.");
            return;
        }

        for (var i = 0; i < destinations.Count; i++)
        {
            ValidateDestination(destinations[i], new($"destinations[{i}]", connections, report, errors));
            if (destinations.Take(i).Any(d => d is not null && d == destinations[i]))
            {
                errors.Add($"destinations[{i}]", "This destination is given twice.");
            }
        }
    }

    private static void ValidateDestination(Destination? destination, WayCheck check)
    {
        switch (destination)
        {
            case null:
                check.Errors.Add(check.Path, "Give a destination.");
                break;
            case UnknownDestination unknown:
                check.Add("kind", $"There is no kind '{unknown.Kind}'. Known: {string.Join(", ", WayBook.All.Select(static w => w.Kind))}.");
                break;
            default:
                var before = check.Errors.Count;
                var way = WayBook.Of(destination);
                way.Validate(destination, check);
                if (check.Errors.Count == before && check.Report is { } report
                    && ReportPreview.Render(destination, report, Guid.Empty) is { Fits: false } rendering)
                {
                    check.Errors.Add(
                        check.Path,
                        $"The report would be {rendering.Payload.Length:N0} bytes as it is sent there; at most {rendering.MaxBytes:N0} are taken. "
                        + "Shorten it, or send it to a channel, where the whole of it becomes a file.");
                }

                break;
        }
    }

    private static void ValidateFallback(ReportRequest request, bool hasDefaultRecipients, ReportErrors errors)
    {
        if (request.Fallback is null)
        {
            if (!hasDefaultRecipients)
            {
                errors.Add("fallback.email", "Give at least one address: no recipients are configured for reports that Teams does not take.");
            }

            return;
        }

        var recipients = request.Fallback.Email ?? [];
        if (recipients.Count is 0 or > ReportLimits.MaxFallbackRecipients)
        {
            errors.Add("fallback.email", $"Give 1 to {ReportLimits.MaxFallbackRecipients} addresses, or leave fallback out.");
        }

        for (var i = 0; i < recipients.Count; i++)
        {
            if (!IsAddress(recipients[i]))
            {
                errors.Add($"fallback.email[{i}]", "This is not an e-mail address.");
            }
        }
    }

    /// <summary>Whether a text is an e-mail address and nothing else.</summary>
    public static bool IsAddress(string? text)
        => text is not null
            && MailboxAddress.TryParse(text, out var address)
            && address.Address == text
            && address.Address.Contains('@', StringComparison.Ordinal)
            && !text.Any(char.IsControl);
}
