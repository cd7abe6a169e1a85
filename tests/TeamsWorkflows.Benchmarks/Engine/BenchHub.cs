using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using TeamsWorkflows.DurableTask;
using TeamsWorkflows.DurableTask.Client;
using TeamsWorkflows.DurableTask.Core;
using TeamsWorkflows.DurableTask.Storage;
using TeamsWorkflows.DurableTask.Worker;

namespace TeamsWorkflows.Benchmarks.Engine;

/// <summary>One task hub in this process, durable: on a file of its own (SQLite at synchronous=FULL), or in a database.</summary>
internal sealed class BenchHub : IAsyncDisposable
{
    private readonly IPartitionStore? _store;
    private readonly BenchNodes? _nodes;

    public BenchHub(IPartitionStore store, string file, Action<string>? log = null, Action<TaskHubOptions>? configure = null)
        : this(store, file, BenchWorkflows.Registry(log), configure)
    {
    }

    public BenchHub(IPartitionStore store, string file, DurableTaskRegistry registry, Action<TaskHubOptions>? configure = null)
    {
        TaskHubOptions options = new();
        configure?.Invoke(options);
        (_store, File) = (store, file);
        Worker = new TaskHubWorker(_store, registry, NullLoggerFactory.Instance, TimeProvider.System, Guid.CreateVersion7, options);
        Client = new EmbeddedDurableTaskClient(Worker, _store, registry, TimeProvider.System, Guid.CreateVersion7);
        Worker.Start();
    }

    public BenchHub(BenchNodes nodes)
        => (_nodes, File, Worker, Client) = (nodes, "", nodes.First.Worker, nodes.First.Client);

    /// <summary>Gets the hub's file; there is none when the hub is in a database.</summary>
    public string File { get; }

    /// <summary>Gets the nodes that share the hub; null: this process has it for itself.</summary>
    public BenchNodes? Nodes => _nodes;

    public TaskHubWorker Worker { get; }

    public DurableTaskClient Client { get; }

    public long FileBytes => Length(File);

    public long LogBytes => Length(File + "-wal");

    /// <returns>The number of transactions, and of commands in them, of all nodes.</returns>
    public (long Commits, long Commands) Written() => _nodes?.Written() ?? Worker.Written;

    public async Task<OrchestrationMetadata> RunAsync(string name, int input)
    {
        var end = await Client.WaitForInstanceCompletionAsync(await Client.ScheduleNewOrchestrationInstanceAsync(name, input));
        Trace.Assert(end.Status == OrchestrationRuntimeStatus.Completed, end.Failure?.ErrorMessage);
        return end;
    }

    /// <summary>Runs many, some at a time.</summary>
    public Task ManyAsync(string name, int count, int inFlight, int input = 1)
        => EachAsync(count, inFlight, _ => RunAsync(name, input));

    public static Task EachAsync(int count, int inFlight, Func<int, Task> act)
    {
        var next = -1;
        return Task.WhenAll(Enumerable.Range(0, Math.Min(count, inFlight)).Select(async _ =>
        {
            for (var i = Interlocked.Increment(ref next); i < count; i = Interlocked.Increment(ref next))
            {
                await act(i);
            }
        }));
    }

    public async ValueTask DisposeAsync()
    {
        if (_nodes is not null)
        {
            _nodes.Dispose();
            await _nodes.First.DisposeAsync();
            return;
        }

        await Worker.DisposeAsync();
        _store?.Dispose();
    }

    private static long Length(string file) => file.Length > 0 && new FileInfo(file) is { Exists: true } info ? info.Length : 0;
}
