using System.Text.Json;
using System.Text.Json.Nodes;
using TeamsWorkflows.Sandbox.Tenants;

namespace TeamsWorkflows.Sandbox.Common;

/// <summary>One request on its way through the sandbox: what it is, whom it concerns, and which fault it met.</summary>
internal sealed class Exchange(HttpContext http, string surface, TimeProvider time)
{
    private static readonly JsonNodeOptions AnyCase = new() { PropertyNameCaseInsensitive = true };
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };

    private TimeSpan _skew;

    public HttpContext Http { get; } = http;

    public string Surface { get; } = surface;

    public string RequestId { get; } = Ids.Guid();

    public string? ClientRequestId { get; } = http.Request.Headers["client-request-id"] is [{ Length: > 0 } id] ? id : null;

    public CancellationToken Aborted => Http.RequestAborted;

    public TenantStore? Tenant { get; private set; }

    public AppIdentity? App { get; set; }

    public UserIdentity? User { get; set; }

    public string? ChannelId { get; set; }

    /// <summary>When the caller's access token was issued, in the order of events.</summary>
    public long? TokenSequence { get; set; }

    /// <summary>Name of the fault that shaped the answer.</summary>
    public string? Fault { get; set; }

    /// <summary>The service's time, which a fault may have shifted.</summary>
    public DateTimeOffset Now => time.GetUtcNow() + _skew;

    public TimeProvider Time => time;

    public void Concerns(TenantStore tenant)
    {
        Tenant = tenant;
        var now = time.GetUtcNow();
        _skew = tenant.Read(state => state.Rules
            .Where(rule => rule.Behaviour == FaultBehaviour.SkewClock && !(rule.Until <= now))
            .Aggregate(TimeSpan.Zero, (sum, rule) => sum + rule.Delay));
    }

    public string Route(string name) => Http.Request.RouteValues[name] as string ?? "";

    public string? Query(string name) => Http.Request.Query[name] is [{ Length: > 0 } value, ..] ? value : null;

    /// <summary>The body as JSON with property names in any case; null when it is not a JSON object.</summary>
    public async Task<JsonObject?> ReadJsonAsync()
    {
        using var buffer = new MemoryStream();
        await Http.Request.Body.CopyToAsync(buffer, Aborted);
        BodyLength = (int)buffer.Length;
        try
        {
            return JsonNode.Parse(buffer.GetBuffer().AsSpan(0, BodyLength), AnyCase, Strict) as JsonObject;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Size of the body in bytes, once it was read.</summary>
    public int BodyLength { get; private set; }

    public async Task<IFormCollection> ReadFormAsync() =>
        Http.Request.HasFormContentType ? await Http.Request.ReadFormAsync(Aborted) : FormCollection.Empty;
}
