using TeamsWorkflows.DurableTask.Grpc.Remote;
using TeamsWorkflows.DurableTask.Worker;

namespace TeamsWorkflows.Server.Hosting;

/// <summary>What runs the product's workflows in this process; the engine behind it is the configuration's choice.</summary>
internal interface IHubRunner : IAsyncDisposable
{
    /// <summary>Gets a task that completes, with the reason, when the process has to be started again.</summary>
    Task<Exception> Fault { get; }

    void Start();
}

/// <summary>The embedded engine.</summary>
internal sealed class EmbeddedHubRunner(TaskHubWorker worker) : IHubRunner
{
    public Task<Exception> Fault => worker.Fault;

    public void Start() => worker.Start();

    public ValueTask DisposeAsync() => worker.DisposeAsync();
}

/// <summary>A worker of an engine elsewhere. It has nothing that could be ahead of a disk: it waits for its engine, and goes on.</summary>
internal sealed class RemoteHubRunner(GrpcTaskHubWorker worker) : IHubRunner
{
    private readonly TaskCompletionSource<Exception> _never = new();

    public Task<Exception> Fault => _never.Task;

    public void Start() => worker.Start();

    public ValueTask DisposeAsync() => worker.DisposeAsync();
}
