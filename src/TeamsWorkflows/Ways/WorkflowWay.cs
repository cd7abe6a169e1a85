using System.Text.Json.Serialization.Metadata;
using TeamsWorkflows.Connections;
using TeamsWorkflows.Connections.Credentials;
using TeamsWorkflows.Deliveries;
using TeamsWorkflows.Deliveries.Pacing;
using TeamsWorkflows.DurableTask;
using TeamsWorkflows.Graph;
using TeamsWorkflows.Http;
using TeamsWorkflows.Reports;
using TeamsWorkflows.Reports.Content;

namespace TeamsWorkflows.Ways;

/// <summary>A channel, by the webhook of a Power Automate flow ("When a Teams webhook request is received").</summary>
/// <param name="Url">The flow's address with its signature: a secret, kept protected; null: the connection has it.</param>
/// <param name="Connection">A connection of model <see cref="AuthModel.Webhook"/>: its owner mends it once, for all its reports; null: the address is given.</param>
public sealed record WorkflowDestination(string? Url, string? Connection = null) : Destination
{
    internal override string? ConnectionName => Connection;

    internal override Destination Shown => this with { Url = AddressRules.Shown(Url) };

    internal override PaceLimit? OwnPace(PacingOptions options)
        => Url is { } address ? PaceLimit.OfAddress(address, options) : null;
}

/// <summary>A card for a flow to post. 202 says that the flow has begun, not that anything is in the channel.</summary>
/// <seealso href="https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/add-incoming-webhook"/>
internal sealed class WorkflowWay : Way<WorkflowDestination>
{
    public const string Name = "workflow";

    public override string Kind => Name;

    public override JsonTypeInfo JsonType => DestinationJson.Default.WorkflowDestination;

    protected override void Validate(WorkflowDestination destination, WayCheck check)
    {
        if (destination.Connection is not null)
        {
            check.RequireConnection(destination.Connection, Operation.PostToWorkflow);
            if (destination.Url is not null)
            {
                check.Add("url", "Give one of url and connection.");
            }
        }
        else if (AddressRules.WhyNot(destination.Url) is { } reason)
        {
            check.Add("url", $"{reason} Or name a connection of model Webhook.");
        }

        check.RefuseFiles("Send the files to a channel by a connection.");
        if (check.Report is { Mentions.Count: > 0 })
        {
            check.Errors.Add(check.Path, "A flow mentions nobody. Leave the mentions out, or use a channel by a connection.");
        }
    }

    protected override Rendering Render(WorkflowDestination destination, ReportDocument report, Envelope envelope) => AddressJson.Render(
        json =>
        {
            json.WriteString("type", "message");
            json.WriteStartArray("attachments");
            json.WriteStartObject();
            json.WriteString("contentType", "application/vnd.microsoft.card.adaptive");
            json.WriteNull("contentUrl");
            json.WritePropertyName("content"); // an object here; in Graph it is a text
            json.WriteRawValue(report.Content is ReportContent.Card card ? CardText.WithNote(card.Json, envelope.Note) : SummaryCard.OfText(report, envelope));
            json.WriteEndObject();
            json.WriteEndArray();
        },
        ChannelMessageLimits.MaxMessageBytes);

    protected override DeliveryPlan Plan(WorkflowDestination destination, ReportDocument report)
        => DeliveryPlan.Of(nameof(PostToWorkflow), readBack: null);
}

/// <summary>Hands a card to a flow, once: a flow has no key by which it could drop a repeat.</summary>
internal sealed class PostToWorkflow(AttemptRunner attempts, DestinationVault vault, WebhookAddresses webhooks, AddressCaller caller) : TaskActivity<AttemptInput, PostOutcome>
{
    public override Task<PostOutcome> RunAsync(TaskActivityContext context, AttemptInput input) => attempts.PostAsync(
        input,
        async (subject, _) =>
        {
            var destination = vault.Open<WorkflowDestination>(subject.Delivery);
            var rendering = new WorkflowWay().Render((Destination)destination, ReportDocument.From(subject.Report), subject.Envelope);
            var answer = await caller.PostAsync(AddressOf(subject, destination), rendering.ContentType, rendering.Payload, [], CancellationToken.None);
            return answer is { Status: 202 }
                ? AddressOutcomes.Good(new PostOutcome.HandedOver(answer.Header("x-ms-workflow-run-id")), answer)
                : subject.Connection is null ? AddressOutcomes.OfPost(answer) // a 200 with a body may hide a failure: unknown
                : AddressOutcomes.OfConnectionPost(answer);
        },
        context.CancellationToken);

    private Uri AddressOf(AttemptSubject subject, WorkflowDestination destination) => subject.Connection is { } connection
        ? webhooks.Of(connection) ?? throw new ActivityFailureException(
            "Connection.Unreadable", $"The keys that protected the webhook's address of the connection '{connection.Id}' are gone. Enter the address anew.")
        : new(destination.Url!);
}
