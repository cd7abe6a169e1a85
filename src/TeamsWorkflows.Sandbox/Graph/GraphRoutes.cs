using TeamsWorkflows.Sandbox.Common;
using TeamsWorkflows.Sandbox.Entra;

namespace TeamsWorkflows.Sandbox.Graph;

/// <summary>The addresses of Microsoft Graph v1.0.</summary>
internal static class GraphRoutes
{
    public static void MapGraph(this IEndpointRouteBuilder routes, World world, Gateway gateway, AccessTokens tokens)
    {
        var endpoint = new GraphEndpoint(world, gateway, new GraphAuthentication(tokens));
        var graph = routes.MapGroup("/v1.0");
        MapChannelMessages(graph.MapGroup("/teams/{teamId}/channels/{channelId}/messages"), endpoint);
    }

    private static void MapChannelMessages(RouteGroupBuilder messages, GraphEndpoint endpoint)
    {
        messages.MapPost("", endpoint.Handle(
            SandboxSurfaces.GraphMessagePost, Permissions.ChannelMessageSend, ChannelMessages.PostAsync));
        messages.MapPost("/{messageId}/replies", endpoint.Handle(
            SandboxSurfaces.GraphMessagePost, Permissions.ChannelMessageSend, ChannelMessages.ReplyAsync));
        messages.MapGet("", Read(ChannelMessages.List));
        messages.MapGet("/delta", Read(ChannelMessages.Delta));
        messages.MapGet("/delta()", Read(ChannelMessages.Delta));
        messages.MapGet("/{messageId}", Read(ChannelMessages.Get));
        messages.MapGet("/{messageId}/replies", Read(ChannelMessages.Replies));
        messages.MapGet("/{messageId}/replies/{replyId}", Read(ChannelMessages.GetReply));

        RequestDelegate Read(Func<GraphCall, Reply> operation) => endpoint.Handle(
            SandboxSurfaces.GraphMessageRead, Permissions.ChannelMessageRead, operation);
    }
}
