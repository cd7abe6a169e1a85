using TeamsWorkflows.Sandbox.Common;
using TeamsWorkflows.Sandbox.Faults;

namespace TeamsWorkflows.Sandbox.Graph;

/// <summary>The way of every Graph call: token, faults, permission, operation, Graph's headers.</summary>
internal sealed class GraphEndpoint(World world, Gateway gateway, GraphAuthentication authentication)
{
    private const string Diagnostics =
        """{"ServerInfo":{"DataCenter":"Sandbox","Slice":"E","Ring":"1","ScaleUnit":"000","RoleInstance":"SANDBOX"}}""";

    /// <param name="permission">Null when the operation decides itself.</param>
    public RequestDelegate Handle(string surface, Permission? permission, Func<GraphCall, Task<Reply>> operation) =>
        gateway.Handle(surface, async exchange =>
        {
            if (exchange.Http.Request.RouteValues["channelId"] is string channelId)
            {
                exchange.ChannelId = channelId;
            }

            var (token, error) = await authentication.CheckAsync(exchange);
            if (token is null)
            {
                return Finish(error!.ToReply(exchange));
            }

            var call = new GraphCall(exchange, token, world);
            return Finish(await FaultGate.RunAsync(exchange, () =>
                permission?.Check(token) is { } refused
                    ? Task.FromResult(refused.ToReply(exchange))
                    : operation(call)));
        });

    public RequestDelegate Handle(string surface, Permission? permission, Func<GraphCall, Reply> operation) =>
        Handle(surface, permission, call => Task.FromResult(operation(call)));

    private static Reply Finish(Reply reply) => reply.With("x-ms-ags-diagnostic", Diagnostics).With("Cache-Control", "private");
}
