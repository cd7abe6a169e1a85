using Microsoft.Extensions.Options;
using TeamsWorkflows.DurableTask.Client;
using TeamsWorkflows.DurableTask.Grpc.Remote;

namespace TeamsWorkflows.Server.Hosting;

/// <summary>A worker of an engine elsewhere. It has nothing that could be ahead of a disk: it waits for its engine, and goes on.</summary>
internal sealed class RemoteHubNode(GrpcTaskHubWorker worker, GrpcDurableTaskClient client, IOptions<RemoteHubOptions> options) : IHubNode
{
    private readonly TaskCompletionSource<Exception> _never = new();

    public DurableTaskClient Client => client;

    public Task<Exception> Fault => _never.Task;

    public void Watch(Action<IReadOnlyCollection<string>> changed)
    {
    }

    public void Start() => worker.Start();

    public IEnumerable<string> NotReady() => worker.Trouble is { } trouble
        ? [$"The Durable Task engine does not serve the task hub '{options.Value.TaskHub}': {trouble}. The log has its address and its words."]
        : [];

    public ValueTask DisposeAsync() => worker.DisposeAsync();
}
