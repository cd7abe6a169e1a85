using Microsoft.Extensions.Options;
using TeamsWorkflows.DurableTask.Grpc.Sidecar;
using TeamsWorkflows.Http;
using TeamsWorkflows.Server.Access;

namespace TeamsWorkflows.Server.Hosting;

/// <summary>Serves task hubs to workers and clients of other Durable Task SDKs, where the configuration says so.</summary>
internal sealed class SidecarService(
    IOptions<SidecarOptions> options,
    DataFolder folder,
    ILoggerFactory loggers,
    TimeProvider time,
    Func<Guid> newGuid,
    IOptions<AccessOptions> access,
    OutboundHttp outbound) : IHostedService, IAsyncDisposable
{
    private SidecarServer? _server;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (options.Value.Enabled)
        {
            _server = await SidecarServer.StartAsync(
                folder.Combine("hubs"),
                options.Value,
                loggers,
                time,
                newGuid,
                bearer => bearer.Backchannel = outbound.CreateClient(access.Value.Timeout),
                cancellationToken);
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => DisposeAsync().AsTask().WaitAsync(cancellationToken);

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _server, null) is { } server)
        {
            await server.DisposeAsync();
        }
    }
}

/// <summary>Says everything that is wrong with the section, by key.</summary>
internal sealed class ValidateSidecarOptions : IValidateOptions<SidecarOptions>
{
    public ValidateOptionsResult Validate(string? name, SidecarOptions options)
        => options.Problems().ToArray() is { Length: > 0 } problems ? ValidateOptionsResult.Fail(problems) : ValidateOptionsResult.Success;
}
