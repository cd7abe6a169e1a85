using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Extensions.Options;
using TeamsWorkflows.Deliveries;
using TeamsWorkflows.Deliveries.Pacing;
using TeamsWorkflows.DurableTask;
using TeamsWorkflows.Http;
using TeamsWorkflows.Reports;

namespace TeamsWorkflows.Ways;

/// <summary>An incident of PagerDuty.</summary>
/// <param name="RoutingKey">The integration's key, 32 characters: a secret, kept protected.</param>
/// <param name="Severity">Null: Error.</param>
public sealed record PagerDutyDestination([property: Required] string? RoutingKey, IncidentSeverity? Severity = null) : Destination
{
    internal override Destination Shown => this with { RoutingKey = RoutingKey is { Length: > 4 } key ? $"…{key[^4..]}" : "…" };

    internal override PaceLimit? OwnPace(PacingOptions options)
        => RoutingKey is { } key ? PaceLimit.OfIntegration(key, options) : null;
}

/// <summary>How bad an incident is, in PagerDuty's words.</summary>
public enum IncidentSeverity
{
    Info,
    Warning,
    Error,
    Critical,
}

/// <summary>An event of the Events API v2. Its dedup key is the delivery's, so sending it again is the same incident.</summary>
/// <seealso href="https://developer.pagerduty.com/docs/events-api-v2/trigger-events/"/>
internal sealed class PagerDutyWay : Way<PagerDutyDestination>
{
    public const int MaxBytes = 512 * 1024;

    public override string Kind => "pagerduty";

    public override JsonTypeInfo JsonType => DestinationJson.Default.PagerDutyDestination;

    protected override void Validate(PagerDutyDestination destination, WayCheck check)
    {
        if (destination.RoutingKey is not { Length: 32 } key || !key.All(char.IsAsciiLetterOrDigit))
        {
            check.Add("routingKey", "Give the integration's key: 32 letters and digits.");
        }

        if (destination.Severity is { } severity && !Enum.IsDefined(severity))
        {
            check.Add("severity", $"Use one of: {string.Join(", ", Enum.GetNames<IncidentSeverity>())}.");
        }

        check.RefuseFiles("Send the files to a channel or by webhook.");
    }

    protected override Rendering Render(PagerDutyDestination destination, ReportDocument report, Envelope envelope) => AddressJson.Render(
        json =>
        {
            json.WriteString("routing_key", destination.RoutingKey);
            json.WriteString("event_action", "trigger");
            json.WriteString("dedup_key", envelope.Marker.ToString("N"));
            json.WriteString("client", "TeamsWorkflows");
            json.WriteStartObject("payload");
            json.WriteString("summary", report.Title);
            json.WriteString("source", "TeamsWorkflows");
            json.WriteString("severity", (destination.Severity ?? IncidentSeverity.Error).ToString().ToLowerInvariant());
            json.WriteStartObject("custom_details");
            json.WriteString("report", report.PlainMentions(report.Content.ToText()));
            json.WriteString("reference", envelope.Reference);
            if (envelope.Note is { } note)
            {
                json.WriteString("note", note);
            }

            json.WriteEndObject();
            json.WriteEndObject();
        },
        MaxBytes);

    protected override DeliveryPlan Plan(PagerDutyDestination destination, ReportDocument report)
        => DeliveryPlan.Of(nameof(PagePagerDuty), readBack: null);
}

/// <summary>Hands an event to PagerDuty. 202 says that it is queued; the dedup key makes a repeat harmless.</summary>
internal sealed class PagePagerDuty(
    AttemptRunner attempts, DestinationVault vault, AddressCaller caller, IOptions<OutboundOptions> options) : TaskActivity<AttemptInput, PostOutcome>
{
    public override Task<PostOutcome> RunAsync(TaskActivityContext context, AttemptInput input) => attempts.RepeatableAsync(
        AttemptKind.Post,
        input,
        async (subject, _) =>
        {
            var destination = vault.Open<PagerDutyDestination>(subject.Delivery);
            var rendering = new PagerDutyWay().Render((Destination)destination, ReportDocument.From(subject.Report), subject.Envelope);
            var answer = await caller.PostAsync(
                options.Value.PagerDutyAddress, rendering.ContentType, rendering.Payload, [], context.CancellationToken);
            return answer is { Status: 202 }
                ? AddressOutcomes.Good(new PostOutcome.HandedOver(subject.Envelope.Marker.ToString("N")), answer)
                : AddressOutcomes.OfRepeatable(answer);
        },
        context.CancellationToken);
}
