using System.ComponentModel.DataAnnotations;
using System.Text;
using System.Text.Json.Serialization.Metadata;
using TeamsWorkflows.Deliveries;
using TeamsWorkflows.Deliveries.Pacing;
using TeamsWorkflows.DurableTask;
using TeamsWorkflows.Http;
using TeamsWorkflows.Reports;

namespace TeamsWorkflows.Ways;

/// <summary>A channel of Slack, by its incoming webhook.</summary>
/// <param name="Url">The webhook's address: a secret, kept protected.</param>
public sealed record SlackDestination([property: Required] string? Url) : Destination
{
    internal override Destination Shown => this with { Url = AddressRules.Shown(Url) };

    internal override PaceLimit? OwnPace(PacingOptions options)
        => Url is { } address ? PaceLimit.OfAddress(address, options) : null;
}

/// <summary>A message by a Slack incoming webhook: 200 with the word <c>ok</c> is a message; Slack gives no way to look for one.</summary>
/// <seealso href="https://api.slack.com/messaging/webhooks"/>
internal sealed class SlackWay : Way<SlackDestination>
{
    /// <summary>Slack cuts texts at 40,000 characters: below it, nothing is cut.</summary>
    public const int MaxBytes = 32 * 1024;

    public override string Kind => "slack";

    public override JsonTypeInfo JsonType => DestinationJson.Default.SlackDestination;

    protected override void Validate(SlackDestination destination, WayCheck check)
    {
        if (AddressRules.WhyNot(destination.Url) is { } reason)
        {
            check.Add("url", reason);
        }

        check.RefuseFiles("Send the files to a channel or by webhook.");
    }

    protected override Rendering Render(SlackDestination destination, ReportDocument report, Envelope envelope)
    {
        var text = new StringBuilder().Append('*').Append(Escape(report.Subject)).Append("*\n");
        if (envelope.Note is { } note)
        {
            text.Append('_').Append(Escape(note)).Append("_\n");
        }

        text.Append(Escape(report.PlainMentions(report.Content.ToText()))).Append("\nReference ").Append(envelope.Reference);
        return AddressJson.Render(json => json.WriteString("text", text.ToString()), MaxBytes);
    }

    protected override DeliveryPlan Plan(SlackDestination destination, ReportDocument report)
        => DeliveryPlan.Of(nameof(PostToSlack), readBack: null);

    private static string Escape(string text) => text.Replace("&", "&amp;", StringComparison.Ordinal)
        .Replace("<", "&lt;", StringComparison.Ordinal).Replace(">", "&gt;", StringComparison.Ordinal);
}

/// <summary>Posts a report to Slack, once.</summary>
internal sealed class PostToSlack(AttemptRunner attempts, DestinationVault vault, AddressCaller caller) : TaskActivity<AttemptInput, PostOutcome>
{
    public override Task<PostOutcome> RunAsync(TaskActivityContext context, AttemptInput input) => attempts.PostAsync(
        input,
        async (subject, _) =>
        {
            var destination = vault.Open<SlackDestination>(subject.Delivery);
            var rendering = new SlackWay().Render((Destination)destination, ReportDocument.From(subject.Report), subject.Envelope);
            var answer = await caller.PostAsync(new(destination.Url!), rendering.ContentType, rendering.Payload, [], CancellationToken.None);
            return answer is { Status: 200 } && answer.Body.Trim() == "ok"
                ? AddressOutcomes.Good(new PostOutcome.Taken(null), answer)
                : AddressOutcomes.OfPost(answer);
        },
        context.CancellationToken);
}
