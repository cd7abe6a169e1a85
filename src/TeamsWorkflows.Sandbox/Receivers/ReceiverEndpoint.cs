using System.Text.Json;
using System.Text.Json.Nodes;
using TeamsWorkflows.Sandbox.Common;
using TeamsWorkflows.Sandbox.Faults;
using TeamsWorkflows.Sandbox.Tenants;

namespace TeamsWorkflows.Sandbox.Receivers;

/// <summary>The places outside Microsoft that take reports: Slack's incoming webhook, PagerDuty's events, and any program.</summary>
/// <seealso href="https://api.slack.com/messaging/webhooks"/>
/// <seealso href="https://developer.pagerduty.com/docs/events-api-v2/trigger-events/"/>
internal sealed class ReceiverEndpoint(World world)
{
    public const string Slack = "slack";
    public const string PagerDuty = "pagerduty";

    public async Task<Reply> HandleAsync(Exchange exchange)
    {
        if (world.FindTenant(exchange.Route("tenant")) is not { } tenant)
        {
            return Reply.OfText(404, "text/plain", "no_service");
        }

        exchange.Concerns(tenant);
        return await FaultGate.RunAsync(exchange, () => AcceptAsync(exchange, tenant));
    }

    private static async Task<Reply> AcceptAsync(Exchange exchange, TenantStore tenant)
    {
        var kind = exchange.Route("kind");
        using var buffer = new MemoryStream();
        await exchange.Http.Request.Body.CopyToAsync(buffer, exchange.Aborted);
        var body = buffer.ToArray();
        var json = Parse(body);
        var refusal = kind switch
        {
            Slack when json.Text("text") is not { Length: > 0 } => Reply.OfText(400, "text/plain", "invalid_payload"),
            PagerDuty when WhyNotAnEvent(json) is { } reason => Reply.OfJson(400, new JsonObject
            {
                ["status"] = "invalid event",
                ["message"] = "Event object is invalid",
                ["errors"] = new JsonArray(reason),
            }),
            _ => null,
        };
        if (refusal is not null)
        {
            return refusal;
        }

        tenant.Commit(new CallReceived(new SandboxCall(
            kind,
            System.Text.Encoding.UTF8.GetString(body),
            exchange.Http.Request.Headers.ToDictionary(h => h.Key, h => h.Value.ToString(), StringComparer.OrdinalIgnoreCase))));
        return kind switch
        {
            Slack => Reply.OfText(200, "text/html", "ok"),
            PagerDuty => Reply.OfJson(202, new JsonObject
            {
                ["status"] = "success",
                ["message"] = "Event processed",
                ["dedup_key"] = json.Text("dedup_key") ?? Ids.Token(16),
            }),
            _ => Reply.Empty(204),
        };
    }

    private static string? WhyNotAnEvent(JsonObject? json) =>
        json.Text("routing_key") is not { Length: 32 } ? "'routing_key' is missing or invalid"
        : json.Text("event_action") is not ("trigger" or "acknowledge" or "resolve") ? "'event_action' is missing or invalid"
        : json.Object("payload").Text("summary") is not { Length: > 0 and <= 1024 } ? "'payload.summary' is missing or blank"
        : json.Object("payload").Text("source") is not { Length: > 0 } ? "'payload.source' is missing or blank"
        : json.Object("payload").Text("severity") is not ("critical" or "error" or "warning" or "info") ? "'payload.severity' is invalid"
        : null;

    private static JsonObject? Parse(byte[] body)
    {
        try
        {
            return JsonNode.Parse(body) as JsonObject;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
