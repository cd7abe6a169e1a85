using TeamsWorkflows.Sandbox.Common;
using TeamsWorkflows.Sandbox.Entra;

namespace TeamsWorkflows.Sandbox.Graph;

/// <summary>The addresses of Microsoft Graph v1.0.</summary>
internal static class GraphRoutes
{
    private const string Other = SandboxSurfaces.GraphOther;

    public static void MapGraph(this IEndpointRouteBuilder routes, World world, Gateway gateway, AccessTokens tokens)
    {
        var endpoint = new GraphEndpoint(world, gateway, new GraphAuthentication(tokens));
        var graph = routes.MapGroup("/v1.0");
        MapChannelMessages(graph.MapGroup("/teams/{teamId}/channels/{channelId}/messages"), endpoint);
        MapTeams(graph, endpoint);
        MapChats(graph, endpoint);
        MapPeople(graph, endpoint);
        MapFiles(graph, endpoint);
        MapApplications(graph.MapGroup("/applications/{objectId}"), endpoint);
        MapApplications(graph.MapGroup("/applications(appId='{appId}')"), endpoint);
        graph.MapGet("/applications", endpoint.Handle(Other, Permissions.ApplicationRead, Applications.List));
    }

    private static void MapTeams(RouteGroupBuilder graph, GraphEndpoint endpoint)
    {
        graph.MapGet("/me/joinedTeams", endpoint.Handle(Other, Permissions.TeamRead, Teams.Joined));
        graph.MapGet("/teams/{teamId}", endpoint.Handle(Other, Permissions.TeamRead, Teams.Get));
        graph.MapGet("/teams/{teamId}/members", endpoint.Handle(Other, Permissions.TeamRead, Teams.Members));
        graph.MapGet("/teams/{teamId}/channels", endpoint.Handle(Other, Permissions.TeamRead, Teams.Channels));
        graph.MapPost("/teams/{teamId}/channels", endpoint.Handle(SandboxSurfaces.GraphPlace, Permissions.ChannelCreate, Teams.CreateChannelAsync));
        graph.MapGet("/teams/{teamId}/channels/{channelId}", endpoint.Handle(Other, Permissions.TeamRead, Teams.Channel));
        graph.MapGet("/teams/{teamId}/channels/{channelId}/members", endpoint.Handle(Other, Permissions.TeamRead, Teams.Members));
    }

    private static void MapChats(RouteGroupBuilder graph, GraphEndpoint endpoint)
    {
        graph.MapPost("/chats", endpoint.Handle(SandboxSurfaces.GraphPlace, Permissions.ChatCreate, Chats.CreateAsync));
        graph.MapGet("/me/chats", endpoint.Handle(Other, Permissions.ChatList, Chats.Mine));
        graph.MapGet("/chats/{chatId}", endpoint.Handle(Other, Permissions.ChatRead, Chats.Get));
        graph.MapGet("/chats/{chatId}/messages", endpoint.Handle(
            SandboxSurfaces.GraphMessageRead, Permissions.ChatMessageRead, Chats.Messages));
        graph.MapPost("/chats/{chatId}/messages", endpoint.Handle(
            SandboxSurfaces.GraphMessagePost, Permissions.ChatMessageSend, Chats.PostAsync));
        graph.MapGet("/chats/{chatId}/messages/{messageId}", endpoint.Handle(
            SandboxSurfaces.GraphMessageRead, Permissions.ChatMessageRead, Chats.Message));
        graph.MapPatch("/chats/{chatId}/messages/{messageId}", endpoint.Handle(
            SandboxSurfaces.GraphMessagePost, Permissions.ChatMessageWrite, Chats.UpdateAsync));
    }

    private static void MapPeople(RouteGroupBuilder graph, GraphEndpoint endpoint)
    {
        graph.MapGet("/me", endpoint.Handle(Other, Permissions.UserRead, Users.Me));
        graph.MapGet("/users/{userId}", endpoint.Handle(Other, Permissions.UserRead, Users.Get));
        graph.MapPost("/me/sendMail", endpoint.Handle(SandboxSurfaces.GraphMailSend, Permissions.MailSend, Mailboxes.SendAsMeAsync));
        graph.MapPost("/users/{userId}/sendMail", endpoint.Handle(SandboxSurfaces.GraphMailSend, Permissions.MailSend, Mailboxes.SendAsUserAsync));
    }

    private static void MapFiles(RouteGroupBuilder graph, GraphEndpoint endpoint)
    {
        graph.MapGet(
            "/teams/{teamId}/channels/{channelId}/filesFolder", endpoint.Handle(Other, Permissions.FileRead, Files.Folder));
        graph.MapPut("/drives/{driveId}/items/{**path}", endpoint.Handle(SandboxSurfaces.GraphFilePut, Permissions.FileWrite, Files.PutAsync));
        graph.MapGet("/drives/{driveId}/items/{**path}", endpoint.Handle(Other, Permissions.FileRead, Files.Get));
    }

    private static void MapApplications(RouteGroupBuilder application, GraphEndpoint endpoint)
    {
        application.MapGet("", endpoint.Handle(Other, Permissions.ApplicationRead, Applications.Get));
        application.MapPatch("", endpoint.Handle(Other, Permissions.ApplicationWrite, Applications.UpdateAsync));
        application.MapPost("/addPassword", endpoint.Handle(Other, Permissions.ApplicationWrite, Applications.AddPasswordAsync));
        application.MapPost("/removePassword", endpoint.Handle(
            Other, Permissions.ApplicationWrite, Applications.RemovePasswordAsync));
    }

    private static void MapChannelMessages(RouteGroupBuilder messages, GraphEndpoint endpoint)
    {
        messages.MapPost("", endpoint.Handle(
            SandboxSurfaces.GraphMessagePost, Permissions.ChannelMessageSend, ChannelMessages.PostAsync));
        messages.MapPost("/{messageId}/replies", endpoint.Handle(
            SandboxSurfaces.GraphMessagePost, Permissions.ChannelMessageSend, ChannelMessages.ReplyAsync));
        messages.MapPatch("/{messageId}", Update());
        messages.MapPatch("/{messageId}/replies/{replyId}", Update());
        messages.MapGet("", Read(ChannelMessages.List));
        messages.MapGet("/delta", Read(ChannelMessages.Delta));
        messages.MapGet("/delta()", Read(ChannelMessages.Delta));
        messages.MapGet("/{messageId}", Read(ChannelMessages.Get));
        messages.MapGet("/{messageId}/replies", Read(ChannelMessages.Replies));
        messages.MapGet("/{messageId}/replies/{replyId}", Read(ChannelMessages.GetReply));

        RequestDelegate Read(Func<GraphCall, Reply> operation) => endpoint.Handle(
            SandboxSurfaces.GraphMessageRead, Permissions.ChannelMessageRead, operation);

        RequestDelegate Update() => endpoint.Handle(
            SandboxSurfaces.GraphMessagePost, Permissions.ChannelMessageWrite, ChannelMessages.UpdateAsync);
    }
}
