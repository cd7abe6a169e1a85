using TeamsWorkflows.Sandbox.Common;
using TeamsWorkflows.Sandbox.Faults;

namespace TeamsWorkflows.Sandbox.Receivers;

/// <summary>The places outside Microsoft that give data: each gives back what it took last, to who knows the key that came with it.</summary>
internal sealed class SourceEndpoint(World world)
{
    public const string KeyHeader = "X-Api-Key";

    public async Task<Reply> HandleAsync(Exchange exchange)
    {
        if (world.FindTenant(exchange.Route("tenant")) is not { } tenant)
        {
            return Reply.OfText(404, "text/plain", "no_service");
        }

        exchange.Concerns(tenant);
        var kind = exchange.Route("kind");
        return await FaultGate.RunAsync(exchange, () =>
        {
            var last = tenant.Read(state => state.Calls.LastOrDefault(call => call.Kind == kind));
            return Task.FromResult(
                last is null ? Reply.OfText(404, "text/plain", "nothing_yet")
                : last.Headers.TryGetValue(KeyHeader, out var key) && exchange.Http.Request.Headers[KeyHeader] != key ? Reply.OfText(401, "text/plain", "wrong_key")
                : Reply.OfText(200, "application/json", last.Body));
        });
    }
}
