using System.Text.Json;
using TeamsWorkflows.Sandbox.Common;
using TeamsWorkflows.Sandbox.Faults;
using TeamsWorkflows.Sandbox.Tenants;

namespace TeamsWorkflows.Sandbox.Control;

/// <summary>/sandbox/…: what is in a tenant, and what goes wrong in it.</summary>
/// <remarks>Anybody on this machine may call it, but no web page of another origin: see the guard.</remarks>
internal sealed class ControlEndpoints(World world)
{
    public static Reply Scenarios() => ControlJson.Of(200, SandboxFaults.Catalogue);

    public Reply Tenants() => ControlJson.Of(
        200, world.Tenants.Select(tenant => new { tenant.Id, tenant.Identity.Domain, tenant.Identity.DisplayName }));

    public Reply CreateTenant(Exchange exchange) =>
        Guard(exchange) ?? ControlJson.Of(201, TenantView.Of(world, world.Add(StandardContent.FreshTenant())));

    public Reply Tenant(Exchange exchange) => With(exchange, tenant => ControlJson.Of(200, TenantView.Of(world, tenant)));

    public Reply Messages(Exchange exchange) => With(exchange, tenant => ControlJson.Of(200, tenant.Read(state =>
        state.Messages.Where(message =>
            (exchange.Query("teamId") is not { } team || message.TeamId == team)
            && (exchange.Query("channelId") is not { } channel || message.ChannelId == channel)).ToArray())));

    public Reply Mails(Exchange exchange) =>
        With(exchange, tenant => ControlJson.Of(200, tenant.Read(state => state.Mails.ToArray())));

    public Reply Requests(Exchange exchange) => With(exchange, tenant => ControlJson.Of(200, tenant.Requests()));

    public Reply Faults(Exchange exchange) =>
        With(exchange, tenant => ControlJson.Of(200, FaultRules.Active(world, tenant)));

    public Reply ClearFaults(Exchange exchange) => Guard(exchange) ?? With(exchange, tenant =>
    {
        FaultRules.Clear(tenant);
        return Reply.Empty(204);
    });

    public Reply RemoveFault(Exchange exchange) => Guard(exchange) ?? With(exchange, tenant =>
    {
        tenant.Commit(new FaultsRemoved(exchange.Route("ruleId")));
        return Reply.Empty(204);
    });

    public Task<Reply> AddFaultAsync(Exchange exchange) => ChangeAsync<FaultRule>(exchange, (tenant, rule) => rule is null
        ? ControlJson.Problem(400, "No fault rule", "Send the rule as JSON.")
        : ControlJson.Of(201, FaultRules.Add(world, tenant, rule)));

    public Task<Reply> ApplyScenarioAsync(Exchange exchange) => ChangeAsync<ScenarioParameters>(exchange, (tenant, parameters) =>
    {
        ScenarioCatalogue.Apply(world, tenant, exchange.Route("name"), parameters ?? new ScenarioParameters());
        return ControlJson.Of(200, FaultRules.Active(world, tenant));
    });

    private async Task<Reply> ChangeAsync<T>(Exchange exchange, Func<TenantStore, T?, Reply> change)
        where T : class
    {
        if (Guard(exchange) is { } refused)
        {
            return refused;
        }

        T? body;
        try
        {
            using var buffer = new MemoryStream();
            await exchange.Http.Request.Body.CopyToAsync(buffer, exchange.Aborted);
            body = buffer.Length == 0
                ? null
                : JsonSerializer.Deserialize<T>(buffer.GetBuffer().AsSpan(0, (int)buffer.Length), ControlJson.Options);
        }
        catch (Exception e) when (e is JsonException or FormatException or OverflowException)
        {
            return ControlJson.Problem(400, "Not understood", e.Message);
        }

        return With(exchange, tenant =>
        {
            try
            {
                return change(tenant, body);
            }
            catch (ArgumentException e)
            {
                return ControlJson.Problem(400, "Not possible", e.Message);
            }
        });
    }

    private Reply With(Exchange exchange, Func<TenantStore, Reply> use)
    {
        if (world.FindTenant(exchange.Route("tenant")) is not { } tenant)
        {
            return ControlJson.Problem(404, "No such tenant", $"There is no tenant '{exchange.Route("tenant")}'.");
        }

        exchange.Concerns(tenant);
        return use(tenant);
    }

    // A form on a foreign page can post without asking, but not as JSON and not with a header of its own.
    private static Reply? Guard(Exchange exchange)
    {
        var request = exchange.Http.Request;
        var isForeignForm = request.HasFormContentType || request.ContentType?.StartsWith("text/plain", StringComparison.OrdinalIgnoreCase) == true;
        var origin = request.Headers.Origin.ToString();
        var isForeignOrigin = origin.Length > 0 && origin != $"{request.Scheme}://{request.Host}";
        return isForeignForm || isForeignOrigin
            ? ControlJson.Problem(403, "Refused", "The control API takes JSON, from the sandbox's own pages or from no page at all.")
            : null;
    }
}
