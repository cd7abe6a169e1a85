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

    /// <exception cref="PartitionOwnedException">Another process has it.</exception>
    public SqliteHubNode(
        DataFolder folder, DurableTaskRegistry registry, ILoggerFactory loggers, TimeProvider time, Func<Guid> newGuid, IOptions<TaskHubOptions> options)
    {
        _store = new SqlitePartitionStore(folder.TaskHub, loggers.CreateLogger<SqlitePartitionStore>());
        Worker = new TaskHubWorker(_store, registry, loggers, time, newGuid, options.Value);
        Client = new EmbeddedDurableTaskClient(Worker, _store, registry, time, newGuid);
    }

    public TaskHubWorker Worker { get; }

    public DurableTaskClient Client { get; }

    public IPartitionStore Store => _store;

    public void Start() => Worker.Start();

    public IEnumerable<string> NotReady() => [];

    public async ValueTask DisposeAsync()
    {
        await Worker.DisposeAsync();
        _store.Dispose();
    }
}
