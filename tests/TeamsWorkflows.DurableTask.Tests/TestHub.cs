using System.Text.Json;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using TeamsWorkflows.DurableTask.Client;
using TeamsWorkflows.DurableTask.Core;
using TeamsWorkflows.DurableTask.Storage;
using TeamsWorkflows.DurableTask.Worker;

namespace TeamsWorkflows.DurableTask.Tests;

/// <summary>A task hub with threads, over a store and a clock of the test's own; orchestrators are written where they are used.</summary>
internal sealed class TestHub : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly IPartitionStore _store;
    private readonly bool _ownsStore;

    public TestHub(
        DurableTaskRegistry registry, IPartitionStore? store = null, Action<TaskHubOptions>? configure = null, TimeProvider? time = null, ILoggerFactory? log = null)
    {
        (_store, _ownsStore) = (store ?? new InMemoryPartitionStore(), store is null);
        var options = new TaskHubOptions();
        configure?.Invoke(options);
        time ??= Time;
        Worker = new TaskHubWorker(_store, registry, log ?? NullLoggerFactory.Instance, time, Guid.NewGuid, options);
        Client = new EmbeddedDurableTaskClient(Worker, _store, registry, time, Guid.NewGuid);
        Worker.Start();
    }

    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 11, 23, 12, 0, 0, TimeSpan.Zero));

    public IPartitionStore Store => _store;

    public TaskHubWorker Worker { get; }

    public EmbeddedDurableTaskClient Client { get; }

    public static DurableTaskRegistry Registry() => new(JsonSerializerOptions.Web);

    public Task<string> StartAsync(string name, object? input = null, string? id = null)
        => Client.ScheduleNewOrchestrationInstanceAsync(name, input, new(id));

    public async Task<OrchestrationMetadata> RunAsync(string name, object? input = null, string? id = null)
        => await EndOfAsync(await StartAsync(name, input, id));

    public Task<OrchestrationMetadata> EndOfAsync(string id) => Client.WaitForInstanceCompletionAsync(id).WaitAsync(Patience);

    public async Task<HistoryEvent[]> HistoryAsync(string id) => [.. (await Client.GetInstanceHistoryAsync(id))!];

    /// <summary>Waits until only a timer or a caller can make something happen.</summary>
    public async Task IdleAsync()
    {
        for (var i = 0; i < 1_000 && !Worker.Runtime.IsIdle; i++)
        {
            await Task.Delay(5);
        }

        Assert.True(Worker.Runtime.IsIdle, "The hub does not come to rest.");
    }

    /// <summary>Waits until no turn is on its way; activities may run.</summary>
    public Task IdleTurnsAsync() => Worker.Runtime.WhenQuietAsync().WaitAsync(Patience);

    public static async Task UntilAsync(Func<bool> condition)
    {
        for (var i = 0; i < 1_000 && !condition(); i++)
        {
            await Task.Delay(5);
        }

        Assert.True(condition(), "What was waited for did not come.");
    }

    public async ValueTask DisposeAsync()
    {
        await Worker.DisposeAsync();
        if (_ownsStore)
        {
            _store.Dispose();
        }
    }
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

    public sealed class InlineOrchestrator<TInput, TOutput>(Func<TaskOrchestrationContext, TInput, Task<TOutput>> run)
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
