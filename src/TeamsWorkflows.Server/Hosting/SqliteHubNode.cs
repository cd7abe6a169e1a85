using Microsoft.Extensions.Options;
using TeamsWorkflows.DurableTask;
using TeamsWorkflows.DurableTask.Client;
using TeamsWorkflows.DurableTask.Sqlite;
using TeamsWorkflows.DurableTask.Storage;
using TeamsWorkflows.DurableTask.Worker;

namespace TeamsWorkflows.Server.Hosting;

/// <summary>A task hub in the data folder: all of it runs here.</summary>
internal sealed class SqliteHubNode : IHubNode
{
    private readonly SqlitePartitionStore _store;
    private readonly TaskHubWorker _worker;

    /// <exception cref="PartitionOwnedException">Another process has it.</exception>
    public SqliteHubNode(
        DataFolder folder, DurableTaskRegistry registry, ILoggerFactory loggers, TimeProvider time, Func<Guid> newGuid, IOptions<TaskHubOptions> options)
    {
        _store = new SqlitePartitionStore(folder.TaskHub, loggers.CreateLogger<SqlitePartitionStore>());
        _worker = new TaskHubWorker(_store, registry, loggers, time, newGuid, options.Value);
        Client = new EmbeddedDurableTaskClient(_worker, _store, registry, time, newGuid);
    }

    public DurableTaskClient Client { get; }

    public Task<Exception> Fault => _worker.Fault;

    public void Watch(Action<IReadOnlyCollection<string>> changed) => _worker.InstancesChanged = changed;

    public void Start() => _worker.Start();

    public IEnumerable<string> NotReady() => [];

    public async ValueTask DisposeAsync()
    {
        await _worker.DisposeAsync();
        _store.Dispose();
    }
}
