using System.Text.Json;
using Microsoft.Extensions.Logging;
using TeamsWorkflows.DurableTask.Core;

namespace TeamsWorkflows.DurableTask.Tests.Simulation.Model;

/// <summary>The programming model a second time, and as plain as can be: what the engine's context must be equal to.</summary>
/// <remarks>Lives for one question. Continuations run inline: there must be no synchronisation context.</remarks>
internal sealed class ModelContext(string instanceId, ExecutionStartedEvent started, string? defaultVersion) : TaskOrchestrationContext
{
    private readonly Dictionary<int, (string Name, TaskCompletionSource<string?> Done)> _open = [];
    private readonly List<(string Name, TaskCompletionSource<string?> Done)> _waiters = [];

    /// <summary>Gets everything decided so far; the position is the identifier.</summary>
    public List<HistoryEvent> Decisions { get; } = [];

    /// <summary>Gets the events that nobody has taken, in the order they came.</summary>
    public List<EventRaisedEvent> Unread { get; } = [];

    /// <summary>Gets the timers that nobody waits for any more.</summary>
    public HashSet<int> Cancelled { get; } = [];

    /// <summary>Gets the status that was set last; null: none was.</summary>
    public string? Status { get; private set; }

    /// <summary>Gets what the next generation begins with, once the code has asked for one.</summary>
    public (string? Input, bool KeepsEvents, string? Version)? Next { get; private set; }

    public DateTimeOffset Now { get; set; }

    public override string Name => started.Name;

    public override string InstanceId => instanceId;

    public override string Version => started.Version ?? "";

    public override ParentOrchestrationInstance? Parent
        => started.Parent is { } parent ? new(parent.Name ?? "", parent.InstanceId) : null;

    public override DateTimeOffset CurrentUtcDateTime => Now;

    public override bool IsReplaying => false;

    public static string? ToJson(object? value) => value is null ? null : JsonSerializer.Serialize(value, JsonSerializerOptions.Web);

    public static T FromJson<T>(string? text) => text is null ? default! : JsonSerializer.Deserialize<T>(text, JsonSerializerOptions.Web)!;

    public override Task<TResult> CallActivityAsync<TResult>(TaskName name, object? input = null, TaskOptions? options = null)
        => TriedAsync<TResult>(name.Value, options, id => new TaskScheduledEvent(name.Value, ToJson(input)) { EventId = id, Timestamp = default });

    public override Task<TResult> CallSubOrchestratorAsync<TResult>(TaskName name, object? input = null, TaskOptions? options = null)
        => TriedAsync<TResult>(name.Value, options, id => Child(id, name, input, options, options?.Tags ?? ValueMap<string>.Empty));

    public override string StartOrchestration(TaskName name, object? input = null, TaskOptions? options = null)
    {
        var child = Child(Decisions.Count, name, input, options, new([new("FireAndForget", "true")]));
        Decisions.Add(child);
        return child.InstanceId;
    }

    public override async Task CreateTimer(DateTimeOffset fireAt, CancellationToken cancellationToken = default)
    {
        var id = Decisions.Count;
        var fired = Open("timer", new TimerCreatedEvent(fireAt) { EventId = id, Timestamp = default });
        cancellationToken.Register(() =>
        {
            if (_open.Remove(id, out var timer))
            {
                Cancelled.Add(id);
                timer.Done.SetCanceled(cancellationToken);
            }
        });
        await fired;
    }

    // Events of one name are taken in the order they came; of several that wait, the last one to begin is served.
    public override async Task<T> WaitForExternalEvent<T>(string eventName, CancellationToken cancellationToken = default)
    {
        if (Unread.Find(e => IsSame(e.Name, eventName)) is { } early)
        {
            Unread.Remove(early);
            return FromJson<T>(early.Input);
        }

        (string Name, TaskCompletionSource<string?> Done) waiter = (eventName, new TaskCompletionSource<string?>());
        _waiters.Insert(0, waiter);
        cancellationToken.Register(() =>
        {
            if (_waiters.Remove(waiter))
            {
                waiter.Done.SetCanceled(cancellationToken);
            }
        });
        return FromJson<T>(await waiter.Done.Task);
    }

    public override void SendEvent(string instanceId, string eventName, object? payload = null)
        => Decisions.Add(new EventSentEvent(instanceId, eventName, ToJson(payload)) { EventId = Decisions.Count, Timestamp = default });

    public override void ContinueAsNew(object? newInput = null, bool preserveUnprocessedEvents = true, string? newVersion = null)
        => Next = (ToJson(newInput), preserveUnprocessedEvents, newVersion);

    public override void SetCustomStatus(object? customStatus) => Status = ToJson(customStatus);

    public override Guid NewGuid() => Guid.Empty;

    public override ILogger CreateReplaySafeLogger(string categoryName) => throw new NotSupportedException();

    /// <summary>Gives a task its outcome; one that has it already, or was cancelled, takes no other.</summary>
    public void Complete(int id, string? result)
    {
        if (_open.Remove(id, out var task))
        {
            task.Done.SetResult(result);
        }
    }

    /// <inheritdoc cref="Complete"/>
    public void Fail(int id, TaskFailureDetails failure)
    {
        if (_open.Remove(id, out var task))
        {
            task.Done.SetException(new TaskFailedException(task.Name, id, failure));
        }
    }

    public void Raise(EventRaisedEvent e)
    {
        var index = _waiters.FindIndex(w => IsSame(w.Name, e.Name));
        if (index < 0)
        {
            Unread.Add(e);
            return;
        }

        var waiter = _waiters[index];
        _waiters.RemoveAt(index);
        waiter.Done.SetResult(e.Input);
    }

    private async Task<T> TriedAsync<T>(string name, TaskOptions? options, Func<int, HistoryEvent> decide)
    {
        for (var attempt = 1; ; attempt++)
        {
            TaskFailureDetails failure;
            try
            {
                return FromJson<T>(await Open(name, decide(Decisions.Count)));
            }
            catch (TaskFailedException e)
            {
                failure = e.FailureDetails;
                if (options?.Retry is not { } retry
                    || (retry.Policy is { } policy && (attempt >= policy.MaxNumberOfAttempts || failure.IsNonRetriable))
                    || (retry.Handler is { } handler && !await handler(new RetryContext(this, attempt, failure, TimeSpan.Zero))))
                {
                    throw;
                }
            }

            if (options.Retry.Policy is { } waits)
            {
                await CreateTimer(waits.FirstRetryInterval);
            }
        }
    }

    private SubOrchestrationInstanceCreatedEvent Child(int id, TaskName name, object? input, TaskOptions? options, ValueMap<string> tags)
        => new(options?.InstanceId ?? $"{started.ExecutionId}:{id:x4}", name.Value, ToJson(input))
        {
            EventId = id,
            Timestamp = default,
            Version = options?.Version ?? defaultVersion,
            Tags = tags,
        };

    private Task<string?> Open(string name, HistoryEvent decision)
    {
        var done = new TaskCompletionSource<string?>();
        _open.Add(Decisions.Count, (name, done));
        Decisions.Add(decision);
        return done.Task;
    }

    private static bool IsSame(string a, string b) => a.Equals(b, StringComparison.OrdinalIgnoreCase);
}
