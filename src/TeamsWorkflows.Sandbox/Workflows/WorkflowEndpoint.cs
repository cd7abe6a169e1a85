using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using TeamsWorkflows.Sandbox.Common;
using TeamsWorkflows.Sandbox.Faults;
using TeamsWorkflows.Sandbox.Graph;
using TeamsWorkflows.Sandbox.Tenants;

namespace TeamsWorkflows.Sandbox.Workflows;

/// <summary>The webhook of a Power Automate flow: accepts with 202, and the flow posts into its channel.</summary>
/// <seealso href="https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/add-incoming-webhook"/>
internal sealed class WorkflowEndpoint(World world)
{
    private const int RequestsPerSecond = 4;
    private const string CardType = "application/vnd.microsoft.card.adaptive";

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Queue<DateTimeOffset>> _recent = new(StringComparer.Ordinal);

    public async Task<Reply> HandleAsync(Exchange exchange)
    {
        var id = exchange.Route("id");
        if (world.Tenants.FirstOrDefault(candidate => candidate.Identity.Workflow.Id == id) is not { } tenant)
        {
            return Error(404, "WorkflowNotFound", $"The workflow '{id}' could not be found.");
        }

        exchange.Concerns(tenant);
        var workflow = tenant.Identity.Workflow;
        exchange.ChannelId = workflow.ChannelId;
        if (!IsSigned(workflow, exchange.Query("sig")))
        {
            return Error(401, "DirectApiAuthorizationRequired", "The request must be authenticated only by Shared Access scheme.");
        }

        if (tenant.Mark(MarkKinds.WorkflowDisabled, workflow.Id) is not null)
        {
            return Error(404, "WorkflowTriggerNotFound", $"The workflow '{id}' is disabled or was removed.");
        }

        return IsThrottled(workflow.Id)
            ? Error(429, "WorkflowRunActionRepetitionQuotaExceeded", "Too many requests. Send at most four in a second.").With("Retry-After", "1")
            : await FaultGate.RunAsync(exchange, () => AcceptAsync(exchange, tenant, workflow));
    }

    private async Task<Reply> AcceptAsync(Exchange exchange, TenantStore tenant, WorkflowIdentity workflow)
    {
        var json = await exchange.ReadJsonAsync();
        if (exchange.BodyLength > MessageDraft.SizeLimit)
        {
            return Error(413, "RequestEntityTooLarge", "The payload exceeds 28 KB.");
        }

        if (json is null || Read(json) is not { } draft)
        {
            return Error(400, "TriggerInputSchemaMismatch", "The input body for trigger 'manual' of type 'Request' did not match its schema definition.");
        }

        MessageBoard.Post(
            tenant,
            new MessageBoard.Place(workflow.TeamId, workflow.ChannelId, ChatId: null),
            MessageFactory.Of(draft, userId: null, replyToId: null) with { FromWorkflowId = workflow.Id },
            world.Time.GetUtcNow());
        return Reply.Empty(202).With("x-ms-workflow-run-id", Ids.Token(16));
    }

    private static MessageDraft? Read(JsonObject json)
    {
        var attachments = json.Objects("attachments");
        if (attachments.Count == 0)
        {
            return json.Text("text") is { Length: > 0 } text ? new MessageDraft(null, "normal", "text", text, []) : null;
        }

        var cards = new List<SandboxAttachment>();
        foreach (var attachment in attachments)
        {
            // Here the card is an object; in Graph it is text.
            if (attachment.Text("contentType") != CardType || attachment.Object("content") is not { } card)
            {
                return null;
            }

            var id = Ids.Guid().Replace("-", "", StringComparison.Ordinal);
            cards.Add(new SandboxAttachment(id, CardType, MessageDraft.RewriteCard(card.ToJsonString()), null, null));
        }

        var content = string.Concat(cards.Select(card => $"<attachment id=\"{card.Id}\"></attachment>"));
        return new MessageDraft(null, "normal", "html", content, cards);
    }

    private bool IsThrottled(string workflowId)
    {
        var now = world.Time.GetUtcNow();
        lock (_gate)
        {
            if (!_recent.TryGetValue(workflowId, out var times))
            {
                _recent[workflowId] = times = new Queue<DateTimeOffset>();
            }

            while (times.TryPeek(out var oldest) && oldest <= now - TimeSpan.FromSeconds(1))
            {
                times.Dequeue();
            }

            if (times.Count >= RequestsPerSecond)
            {
                return true;
            }

            times.Enqueue(now);
            return false;
        }
    }

    private static bool IsSigned(WorkflowIdentity workflow, string? signature) => CryptographicOperations.FixedTimeEquals(
        Encoding.UTF8.GetBytes(workflow.Signature), Encoding.UTF8.GetBytes(signature ?? ""));

    private static Reply Error(int status, string code, string message) => Reply.OfJson(status, new JsonObject
    {
        ["error"] = new JsonObject { ["code"] = code, ["message"] = message },
    });
}
