using TeamsWorkflows.Deliveries;
using TeamsWorkflows.Ways;

namespace TeamsWorkflows.Reports;

/// <summary>Shows what a template and its data give, without a destination and without keeping anything.</summary>
public sealed class TemplateDesk(TimeProvider time)
{
    private static readonly Guid SampleMarker = DeliveryNames.Card("preview");
    private static readonly ChannelDestination SampleChannel = new("sample", "00000000-0000-0000-0000-000000000000", "19:sample@thread.tacv2");

    /// <param name="request">What would be handed over; its destinations do not matter.</param>
    public TemplateResult Preview(ReportRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);

        var errors = new ReportErrors();
        if (ReportReader.Read(request, time, errors) is not { } report || !errors.IsEmpty)
        {
            return new TemplateResult.Invalid(errors.ByField());
        }

        return new TemplateResult.Shown(
            report.Title,
            report.Subject,
            report.PlainMentionsInHtml(report.Content.ToHtml()),
            ReportPreview.Of(SampleChannel, report, SampleMarker));
    }
}

/// <summary>What a template gives.</summary>
public abstract record TemplateResult
{
    private TemplateResult()
    {
    }

    /// <param name="Html">The text as people see it, sanitised.</param>
    /// <param name="Channel">What a channel would get.</param>
    public sealed record Shown(string Title, string Subject, string Html, DestinationPreview Channel) : TemplateResult;

    /// <param name="Errors">What is wrong, by the field's JSON path.</param>
    public sealed record Invalid(IReadOnlyDictionary<string, string[]> Errors) : TemplateResult;
}
