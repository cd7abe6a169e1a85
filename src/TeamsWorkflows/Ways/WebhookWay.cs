using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Serialization.Metadata;
using TeamsWorkflows.Deliveries;
using TeamsWorkflows.Deliveries.Pacing;
using TeamsWorkflows.DurableTask;
using TeamsWorkflows.Http;
using TeamsWorkflows.Reports;
using TeamsWorkflows.Reports.Content;

namespace TeamsWorkflows.Ways;

/// <summary>Any program that takes JSON by HTTPS.</summary>
/// <param name="Url">Its address, kept protected.</param>
/// <param name="Secret">Signs every request (HMAC-SHA-256); at least 16 characters; null: not signed.</param>
public sealed record WebhookDestination([property: Required] string? Url, string? Secret = null) : Destination
{
    internal override Destination Shown => new WebhookDestination(AddressRules.Shown(Url), Secret is null ? null : "…");

    internal override PaceLimit? OwnPace(PacingOptions options)
        => Url is { } address ? PaceLimit.OfWebhook(address, options) : null;
}

/// <summary>A signed JSON document. It carries its key, so receivers can drop repeats, and it may be sent again.</summary>
internal sealed class WebhookWay : Way<WebhookDestination>
{
    public const int MaxBytes = 1024 * 1024;
    public const int MinSecretLength = 16;

    public override string Kind => "webhook";

    public override JsonTypeInfo JsonType => DestinationJson.Default.WebhookDestination;

    /// <summary>What the header <c>X-TeamsWorkflows-Signature</c> holds: HMAC-SHA-256 over time, a dot, and the body.</summary>
    /// <param name="timestamp">Unix seconds, as in <c>X-TeamsWorkflows-Timestamp</c>.</param>
    public static string Sign(string secret, string timestamp, ReadOnlySpan<byte> body)
    {
        using var hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, Encoding.UTF8.GetBytes(secret));
        hmac.AppendData(Encoding.UTF8.GetBytes($"{timestamp}."));
        hmac.AppendData(body);
        return $"v1={Convert.ToHexStringLower(hmac.GetHashAndReset())}";
    }

    protected override void Validate(WebhookDestination destination, WayCheck check)
    {
        if (AddressRules.WhyNot(destination.Url) is { } reason)
        {
            check.Add("url", reason);
        }

        if (destination.Secret is { Length: < MinSecretLength })
        {
            check.Add("secret", $"Give at least {MinSecretLength} characters, or leave it out.");
        }

        check.RefuseFiles("Send the files to a channel.");
    }

    protected override Rendering Render(WebhookDestination destination, ReportDocument report, Envelope envelope) => AddressJson.Render(
        json =>
        {
            json.WriteString("id", envelope.Marker.ToString("N"));
            json.WriteString("reference", envelope.Reference);
            json.WriteString("title", report.Title);
            json.WriteString("subject", report.Subject);
            json.WriteString("importance", report.Importance.ToString());
            json.WriteString("format", report.Content.Format.ToString());
            json.WriteString("text", report.PlainMentions(report.Content.ToText()));
            json.WriteString("html", report.PlainMentionsInHtml(report.Content.ToHtml()));
            if (report.Content is ReportContent.Card or ReportContent.Table)
            {
                json.WritePropertyName("content");
                json.WriteRawValue(report.Content.Stored);
            }

            if (envelope.Note is { } note)
            {
                json.WriteString("note", note);
            }
        },
        MaxBytes);

    protected override DeliveryPlan Plan(WebhookDestination destination, ReportDocument report)
        => DeliveryPlan.Of(nameof(CallWebhook), readBack: null);
}

/// <summary>Sends a report to a program. 2xx says that it has it.</summary>
internal sealed class CallWebhook(AttemptRunner attempts, DestinationVault vault, AddressCaller caller, TimeProvider time)
    : TaskActivity<AttemptInput, PostOutcome>
{
    public override Task<PostOutcome> RunAsync(TaskActivityContext context, AttemptInput input) => attempts.RepeatableAsync(
        AttemptKind.Post,
        input,
        async (subject, _) =>
        {
            var destination = vault.Open<WebhookDestination>(subject.Delivery);
            var rendering = new WebhookWay().Render((Destination)destination, ReportDocument.From(subject.Report), subject.Envelope);
            var timestamp = time.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
            List<(string, string)> headers = [("Idempotency-Key", subject.Envelope.Marker.ToString("N")), ("X-TeamsWorkflows-Timestamp", timestamp)];
            if (destination.Secret is { } secret)
            {
                headers.Add(("X-TeamsWorkflows-Signature", WebhookWay.Sign(secret, timestamp, rendering.Payload.Span)));
            }

            var answer = await caller.PostAsync(
                new(destination.Url!), rendering.ContentType, rendering.Payload, headers, context.CancellationToken);
            return answer.IsSuccess ? AddressOutcomes.Good(new PostOutcome.Taken(null), answer) : AddressOutcomes.OfRepeatable(answer);
        },
        context.CancellationToken);
}
