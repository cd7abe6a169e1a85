using System.Text.Json;
using Microsoft.Extensions.Logging;
using TeamsWorkflows.DurableTask.Client;
using TeamsWorkflows.DurableTask.Grpc.Sidecar.Dispatch;
using TeamsWorkflows.DurableTask.Storage;
using TeamsWorkflows.DurableTask.Worker;

namespace TeamsWorkflows.DurableTask.Grpc.Sidecar;

/// <summary>One task hub whose code runs in workers that connect: a store, the engine, and the broker between them.</summary>
internal sealed class SidecarHub : IAsyncDisposable
{
    private readonly IPartitionStore _store;

    public SidecarHub(string name, IPartitionStore store, ILoggerFactory loggers, TimeProvider time, Func<Guid> newGuid, SidecarOptions options)
    {
        (Name, _store, Time, NewGuid, Broker) = (name, store, time, newGuid, new WorkBroker(time, newGuid, options.TurnTimeLimit));
        DurableTaskRegistry nothing = new(JsonSerializerOptions.Web);
        Worker = new TaskHubWorker(store, nothing, loggers, time, newGuid, options.TaskHub, remote: Broker);
        Client = new EmbeddedDurableTaskClient(Worker, store, nothing, time, newGuid);
        Worker.Start();
    }

    public string Name { get; }

    public TimeProvider Time { get; }

    public Func<Guid> NewGuid { get; }

    public WorkBroker Broker { get; }

    public TaskHubWorker Worker { get; }

    public EmbeddedDurableTaskClient Client { get; }

    public TaskHubLimits Limits => Worker.Options.Limits;

    public async ValueTask DisposeAsync()
    {
        Broker.Stop();
        await Worker.DisposeAsync();
        _store.Dispose();
    }
}
