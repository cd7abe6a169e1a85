using System.Net;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using TeamsWorkflows.DurableTask.Protocol;

namespace TeamsWorkflows.Grpc.Tests.Remote;

/// <summary>An engine that is there, and gives this caller no work: a role is missing, say.</summary>
internal sealed class RefusingEngine : IAsyncDisposable
{
    private readonly WebApplication _web;

    private RefusingEngine(WebApplication web) => _web = web;

    public Uri Address => new(_web.Urls.First());

    public static async Task<RefusingEngine> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration.Sources.Clear();
        builder.WebHost.ConfigureKestrel(static kestrel => kestrel.Listen(IPAddress.Loopback, 0, static l => l.Protocols = HttpProtocols.Http2));
        builder.Services.AddGrpc();
        var web = builder.Build();
        web.MapGrpcService<Service>();
        await web.StartAsync(CancellationToken.None);
        return new(web);
    }

    public async ValueTask DisposeAsync()
    {
        await _web.StopAsync(CancellationToken.None);
        await _web.DisposeAsync();
    }

    private sealed class Service : TaskHubSidecarService.TaskHubSidecarServiceBase
    {
        public override Task<Empty> Hello(Empty request, ServerCallContext context) => Task.FromResult(new Empty());

        public override Task GetWorkItems(GetWorkItemsRequest request, IServerStreamWriter<WorkItem> responseStream, ServerCallContext context)
            => throw new RpcException(new Status(StatusCode.PermissionDenied, "secret-role is missing"));
    }
}
