using System.Text.Json.Nodes;
using TeamsWorkflows.Sandbox.Common;
using TeamsWorkflows.Sandbox.Tenants;

namespace TeamsWorkflows.Sandbox.Entra;

/// <summary>One way to get tokens.</summary>
internal interface IGrant
{
    /// <summary>The values of grant_type that mean this grant.</summary>
    IReadOnlyList<string> Names { get; }

    GrantResult Handle(Exchange exchange, GrantRequest request);
}

/// <param name="IsPublic">The app came without a credential.</param>
internal sealed record GrantRequest(
    TenantStore Tenant, AppIdentity App, IFormCollection Form, bool IsPublic, ClaimsRequest Claims)
{
    public string? Field(string name) => Form[name] is [{ Length: > 0 } value, ..] ? value : null;
}

/// <summary>Either a refusal or the answer's body.</summary>
internal sealed record GrantResult(EntraError? Error, JsonObject? Body)
{
    public static implicit operator GrantResult(EntraError error) => FromError(error);

    public static implicit operator GrantResult(JsonObject body) => FromBody(body);

    public static GrantResult FromError(EntraError error) => new(error, null);

    public static GrantResult FromBody(JsonObject body) => new(null, body);
}
