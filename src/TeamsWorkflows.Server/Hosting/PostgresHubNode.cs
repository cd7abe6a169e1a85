using Microsoft.Extensions.Options;
using TeamsWorkflows.DurableTask;
using TeamsWorkflows.DurableTask.Client;
using TeamsWorkflows.DurableTask.Postgres;
using TeamsWorkflows.DurableTask.Storage;
using TeamsWorkflows.DurableTask.Worker;
using TeamsWorkflows.Server.Storage.Postgres;

namespace TeamsWorkflows.Server.Hosting;

/// <summary>A task hub in PostgreSQL: this process runs its share of it.</summary>
internal sealed class PostgresHubNode(
    IOptions<PostgresOptions> database,
    PostgresIdentity identity,
    DurableTaskRegistry registry,
    ILoggerFactory loggers,
    TimeProvider time,
    Func<Guid> newGuid,
    IOptions<TaskHubOptions> options) : IHubNode
{
    private readonly PostgresTaskHub _hub = Open(database.Value.ToHub(identity.Password), new(registry, loggers, time, newGuid, options.Value));

    public DurableTaskClient Client => _hub.Client;

    public Task<Exception> Fault => _hub.Worker.Fault;

    public void Watch(Action<IReadOnlyCollection<string>> changed) => _hub.Worker.InstancesChanged = changed;

    public void Start() => _hub.Start();

    public IEnumerable<string> NotReady() => _hub.NotReady();

    public ValueTask DisposeAsync() => _hub.DisposeAsync();

    private static PostgresTaskHub Open(PostgresHubOptions options, NodeParts parts)
    {
        try
        {
            return PostgresTaskHub.Open(options, parts);
        }
        catch (IOException e) when (e is not CorruptStoreException)
        {
            throw new StartRefusedException(ExitCodes.DatabaseOutOfReach, e.Message, e);
        }
    }
}
