using TeamsWorkflows.Approvals;
using TeamsWorkflows.Data;
using TeamsWorkflows.Deliveries.Digests;
using TeamsWorkflows.Fallback;
using TeamsWorkflows.Ways;

namespace TeamsWorkflows.Reports;

/// <summary>Says everything that is wrong with a request at once, by field, and how to put it right.</summary>
internal static class ReportValidator
{
    /// <returns>The report as it will be stored; null when there were errors.</returns>
    public static ReportDocument? Validate(
        ReportRequest request,
        IReadOnlyDictionary<string, ConnectionRow> connections,
        FallbackOptions mails,
        ApprovalCheck approvals,
        TimeProvider time,
        ReportErrors errors)
    {
        var report = ReportReader.Read(request, time, errors);
        ValidateDestinations(request.Destinations ?? [], new("", connections, mails.MaySend, report, errors));
        ValidateFallback(request, mails.Recipients.Count > 0, errors);
        ReportTimes.Validate(request, errors);
        if (request.Digest is not null && report is not null && DigestDocument.SizeOf(report) is null)
        {
            errors.Add("digest", "A report with a card, attachments, mentions or a thread goes by itself, and so does one that fills a message. Leave digest out.");
        }

        ValidateNotify(request.Notify, errors);
        ApprovalRules.Validate(request.Approval, approvals.Authors, approvals.Options, errors);
        if (request.Patience is { } patience && (patience < ReportLimits.MinPatience || patience > ReportLimits.MaxPatience))
        {
            errors.Add("patience", $"Give a time between {ReportLimits.MinPatience} and {ReportLimits.MaxPatience}, written as [d.]hh:mm:ss.");
        }

        return errors.IsEmpty ? report : null;
    }

    private static void ValidateDestinations(IReadOnlyList<Destination?> destinations, WayCheck check)
    {
        if (destinations.Count is 0 or > ReportLimits.MaxDestinations)
        {
            check.Errors.Add("destinations", $"Give 1 to {ReportLimits.MaxDestinations} destinations.");
            return;
        }

        for (var i = 0; i < destinations.Count; i++)
        {
            ValidateDestination(destinations[i], check with { Path = $"destinations[{i}]" });
            if (destinations.Take(i).Any(d => d is not null && d == destinations[i]))
            {
                check.Errors.Add($"destinations[{i}]", "This destination is given twice.");
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
                if (check.Report is { Thread: not null } && !way.HasThreads)
                {
                    check.Errors.Add(check.Path, "This destination has no threads. Leave thread out, or send the report to a channel.");
                }

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
        if (request.Fallback?.Email is null)
        {
            if (!hasDefaultRecipients)
            {
                errors.Add("fallback.email", "Give at least one address: no recipients are configured for reports that Teams does not take.");
            }

            return;
        }

        var recipients = request.Fallback.Email;
        if (recipients.Count is 0 or > ReportLimits.MaxFallbackRecipients)
        {
            errors.Add("fallback.email", $"Give 1 to {ReportLimits.MaxFallbackRecipients} addresses, or leave them out.");
        }

        for (var i = 0; i < recipients.Count; i++)
        {
            if (!MailAddresses.IsOne(recipients[i]))
            {
                errors.Add($"fallback.email[{i}]", "This is not an e-mail address.");
            }
        }
    }

    private static void ValidateNotify(NotifyRequest? notify, ReportErrors errors)
    {
        if (notify is not null && AddressRules.WhyNot(notify.Url) is { } reason)
        {
            errors.Add("notify.url", reason);
        }

        if (notify?.Secret is { Length: < WebhookWay.MinSecretLength })
        {
            errors.Add("notify.secret", $"Give at least {WebhookWay.MinSecretLength} characters, or leave it out.");
        }
    }
}
