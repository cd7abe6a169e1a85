using TeamsWorkflows.Deliveries;

namespace TeamsWorkflows.Reports;

/// <summary>What a report says about being late and about what is done then.</summary>
internal static class ReportTimes
{
    public static void Validate(ReportRequest request, ReportErrors errors)
    {
        CheckSpan("late.after", request.Late?.After, errors);
        CheckSpan("fallback.after", request.Fallback?.After, errors);
        CheckSpan("digest.within", request.Digest?.Within, errors);
        if (request is { Fallback.After: { } after, Patience: { } patience } && after >= patience)
        {
            errors.Add("fallback.after", "Give a time shorter than patience: when that ends, the report is mailed anyway.");
        }

        if (request.Late is { Then: { } then } && !Enum.IsDefined(then))
        {
            errors.Add("late.then", "Use one of: Post, Skip, Digest.");
        }

        if (request.Fallback is { Then: { } afterMail } && !Enum.IsDefined(afterMail))
        {
            errors.Add("fallback.then", "Use one of: Mark, Suppress.");
        }

        if (request.Unknown is { } unknown && !Enum.IsDefined(unknown))
        {
            errors.Add("unknown", "Use one of: FallBack, Hold, Repeat.");
        }
    }

    /// <summary>Decides what holds, once and for all.</summary>
    /// <param name="request">Null: the configuration alone.</param>
    public static ReportPolicies Policies(ReportRequest? request, DeliveryOptions options) => new(
        request?.Unknown ?? options.Unknown,
        request?.Late?.After ?? NotZero(options.LateAfter),
        request?.Late?.Then ?? options.Late,
        request?.Fallback?.After ?? NotZero(options.FallbackAfter),
        request?.Fallback?.Then ?? options.AfterFallback,
        request?.Digest is not null,
        request?.Digest?.Within ?? options.DigestWithin);

    private static TimeSpan? NotZero(TimeSpan span) => span > TimeSpan.Zero ? span : null;

    private static void CheckSpan(string field, TimeSpan? span, ReportErrors errors)
    {
        if (span is { } given && (given < ReportLimits.MinPatience || given > ReportLimits.MaxPatience))
        {
            errors.Add(field, $"Give a time between {ReportLimits.MinPatience} and {ReportLimits.MaxPatience}, written as [d.]hh:mm:ss.");
        }
    }
}
