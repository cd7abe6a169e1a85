using Grpc.Core;
using Grpc.Core.Interceptors;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.Extensions.Logging.Abstractions;
using TeamsWorkflows.DurableTask.Grpc.Sidecar;
using TeamsWorkflows.DurableTask.Protocol;

namespace TeamsWorkflows.Grpc.Tests;

/// <summary>Our sidecar over a folder of its own, in this process, reached over a real connection.</summary>
internal sealed class Sidecar : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("sidecar-").FullName;
    private readonly Action<SidecarOptions>? _configure;
    private SidecarServer _server = null!;
    private GrpcChannel _channel = null!;

    private readonly Action<JwtBearerOptions>? _bearer;

    private Sidecar(Action<SidecarOptions>? configure, Action<JwtBearerOptions>? bearer) => (_configure, _bearer) = (configure, bearer);

    public Uri Address => _server.Address;

    public static async Task<Sidecar> StartAsync(Action<SidecarOptions>? configure = null, Action<JwtBearerOptions>? bearer = null)
    {
        Sidecar sidecar = new(configure, bearer);
        await sidecar.StartAsync(port: 0);
        return sidecar;
    }

    /// <summary>Stops the server and starts it again over the same files, at the same address.</summary>
    /// <param name="meanwhile">What to do while it is away; null: nothing.</param>
    public async Task RestartAsync(Func<Task>? meanwhile = null)
    {
        var port = Address.Port;
        await StopAsync();
        await (meanwhile?.Invoke() ?? Task.CompletedTask);
        await StartAsync(port);
    }

    public CallInvoker Invoker(string hub) => _channel.Intercept(headers =>
    {
        headers.Add("taskhub", hub);
        return headers;
    });

    /// <summary>The protocol itself, for what no SDK does.</summary>
    public TaskHubSidecarService.TaskHubSidecarServiceClient Raw(string hub = "default") => new(Invoker(hub));

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task StartAsync(int port)
    {
        SidecarOptions options = new() { CreateHubs = true, Port = port };
        _configure?.Invoke(options);
        _server = await SidecarServer.StartAsync(_folder, options, NullLoggerFactory.Instance, TimeProvider.System, Guid.NewGuid, _bearer);
        _channel = GrpcChannel.ForAddress(_server.Address);
    }

    private async Task StopAsync()
    {
        _channel.Dispose();
        await _server.DisposeAsync();
    }
}
