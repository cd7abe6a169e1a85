using TeamsWorkflows.DurableTask.Client;
using TeamsWorkflows.DurableTask.Storage;
using TeamsWorkflows.DurableTask.Worker;

namespace TeamsWorkflows.Server.Hosting;

/// <summary>This process's part of the task hub, wherever the hub is kept.</summary>
internal interface IHubNode : IAsyncDisposable
{
    TaskHubWorker Worker { get; }

    DurableTaskClient Client { get; }

    /// <summary>Gets what lists and histories are read from.</summary>
    IPartitionStore Store { get; }

    void Start();

    /// <summary>Says why this process should get no work from outside.</summary>
    /// <returns>Sentences for whoever operates it; none: it is ready.</returns>
    IEnumerable<string> NotReady();
}
