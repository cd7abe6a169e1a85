using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using TeamsWorkflows.DurableTask;
using TeamsWorkflows.DurableTask.Client;
using TeamsWorkflows.DurableTask.Grpc.Remote;
using TeamsWorkflows.DurableTask.Storage;
using TeamsWorkflows.DurableTask.Worker;

namespace TeamsWorkflows.Grpc.Tests.Remote;

/// <summary>Our worker and client, and whatever engine they work with.</summary>
internal sealed class RunningEngine(DurableTaskClient client, params Func<ValueTask>[] stops) : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    public DurableTaskClient Client => client;

    public static RunningEngine Embedded(DurableTaskRegistry registry)
    {
        InMemoryPartitionStore store = new();
        TaskHubWorker worker = new(store, registry, NullLoggerFactory.Instance, TimeProvider.System, Guid.NewGuid, new TaskHubOptions());
        worker.Start();
        return new(
            new EmbeddedDurableTaskClient(worker, store, registry, TimeProvider.System, Guid.NewGuid), worker.DisposeAsync, Free(store));
    }

    /// <summary>Over gRPC, against whoever serves hubs at an address.</summary>
    public static RunningEngine Over(Uri address, string hubName, DurableTaskRegistry registry, Action<RemoteHubOptions>? configure = null)
    {
        RemoteHubOptions options = new() { Endpoint = address.AbsoluteUri, TaskHub = hubName, MinReconnectDelay = TimeSpan.FromMilliseconds(50) };
        configure?.Invoke(options);
        RemoteHub hub = new(options, TimeProvider.System, new Random(1));
        GrpcTaskHubWorker worker = new(hub, registry, NullLoggerFactory.Instance);
        worker.Start();
        return new(new GrpcDurableTaskClient(hub, registry, Guid.NewGuid), worker.DisposeAsync, Free(hub));
    }

    public static DurableTaskRegistry Registry() => new(JsonSerializerOptions.Web);

    public RunningEngine And(IAsyncDisposable other) => new(client, [.. stops, other.DisposeAsync]);

    public async Task<OrchestrationMetadata> RunAsync(string name, object? input = null, string? id = null)
        => await EndOfAsync(await client.ScheduleNewOrchestrationInstanceAsync(name, input, new(id)));

    public Task<OrchestrationMetadata> EndOfAsync(string id) => client.WaitForInstanceCompletionAsync(id).WaitAsync(Patience);

    public Task<OrchestrationMetadata> StartOfAsync(string id) => client.WaitForInstanceStartAsync(id).WaitAsync(Patience);

    public async ValueTask DisposeAsync()
    {
        foreach (var stop in stops)
        {
            await stop();
        }
    }

    private static Func<ValueTask> Free(IDisposable owned) => () =>
    {
        owned.Dispose();
        return ValueTask.CompletedTask;
    };
}

/// <summary>Orchestrators and activities as functions.</summary>
internal static class Inline
{
    public static DurableTaskRegistry Orchestrator<TInput, TOutput>(
        this DurableTaskRegistry registry, string name, Func<TaskOrchestrationContext, TInput, Task<TOutput>> run)
        => registry.AddOrchestrator(name, () => new InlineOrchestrator<TInput, TOutput>(run));

    public static DurableTaskRegistry Activity<TInput, TOutput>(
        this DurableTaskRegistry registry, string name, Func<TaskActivityContext, TInput, Task<TOutput>> run)
        => registry.AddActivity(name, () => new InlineActivity<TInput, TOutput>(run));

    private sealed class InlineOrchestrator<TInput, TOutput>(Func<TaskOrchestrationContext, TInput, Task<TOutput>> run)
        : TaskOrchestrator<TInput, TOutput>
    {
        public override Task<TOutput> RunAsync(TaskOrchestrationContext context, TInput input) => run(context, input);
    }

    private sealed class InlineActivity<TInput, TOutput>(Func<TaskActivityContext, TInput, Task<TOutput>> run)
        : TaskActivity<TInput, TOutput>
    {
        public override Task<TOutput> RunAsync(TaskActivityContext context, TInput input) => run(context, input);
    }
}
