using Microsoft.Extensions.Logging;

namespace TeamsWorkflows.DurableTask;

/// <summary>The orchestration that waits for a sub-orchestration.</summary>
public sealed record ParentOrchestrationInstance(string Name, string InstanceId);

/// <summary>Everything an orchestrator may touch.</summary>
public abstract class TaskOrchestrationContext
{
    /// <summary>Gets the registered name under which the orchestration was started.</summary>
    public abstract string Name { get; }

    /// <summary>Gets the instance's identifier; the same in every generation.</summary>
    public abstract string InstanceId { get; }

    /// <summary>Gets the version that the instance was started with; empty: none.</summary>
    public abstract string Version { get; }

    /// <summary>Gets who waits for the end of this orchestration; null: nobody.</summary>
    public abstract ParentOrchestrationInstance? Parent { get; }

    /// <summary>Gets the time (UTC) at which the current batch of events began to be processed.</summary>
    /// <value>Read from history; the same on every replay.</value>
    public abstract DateTimeOffset CurrentUtcDateTime { get; }

    /// <summary>Gets a value indicating whether the code runs through what it has done before.</summary>
    public abstract bool IsReplaying { get; }

    /// <summary>Runs an activity, at least once, and waits for its result.</summary>
    /// <exception cref="TaskFailedException">The activity failed, and its retries are exhausted.</exception>
    public abstract Task<TResult> CallActivityAsync<TResult>(
        TaskName name, object? input = null, TaskOptions? options = null);

    /// <inheritdoc cref="CallActivityAsync{TResult}"/>
    public Task CallActivityAsync(TaskName name, object? input = null, TaskOptions? options = null)
        => CallActivityAsync<object>(name, input, options);

    /// <summary>Runs another orchestration and waits for its end.</summary>
    /// <exception cref="TaskFailedException">
    /// The sub-orchestration failed or was terminated, or its identifier is taken.
    /// </exception>
    public abstract Task<TResult> CallSubOrchestratorAsync<TResult>(
        TaskName name, object? input = null, TaskOptions? options = null);

    /// <summary>Starts another orchestration, exactly once, and does not wait for it; its end is nobody's business.</summary>
    /// <returns>
    /// The identifier: that of <paramref name="options"/>, or one derived from this instance's. Where it is taken, nothing starts.
    /// </returns>
    public abstract string StartOrchestration(TaskName name, object? input = null, TaskOptions? options = null);

    /// <summary>Waits until a time, across restarts; a wait of any length costs one row.</summary>
    /// <param name="fireAt">UTC; a time that has passed fires at once.</param>
    /// <param name="cancellationToken">Stops waiting: the task is cancelled at once.</param>
    public abstract Task CreateTimer(DateTimeOffset fireAt, CancellationToken cancellationToken = default);

    /// <inheritdoc cref="CreateTimer(DateTimeOffset, CancellationToken)"/>
    public Task CreateTimer(TimeSpan delay, CancellationToken cancellationToken = default)
        => CreateTimer(
            delay < DateTimeOffset.MaxValue - CurrentUtcDateTime ? CurrentUtcDateTime + delay : DateTimeOffset.MaxValue,
            cancellationToken);

    /// <summary>Waits for an event sent to this instance; events that came earlier are kept and taken in order.</summary>
    /// <param name="eventName">Compared case-insensitively.</param>
    /// <param name="cancellationToken">Stops waiting; an event that arrives later is kept for the next waiter.</param>
    public abstract Task<T> WaitForExternalEvent<T>(string eventName, CancellationToken cancellationToken = default);

    /// <summary>Sends an event to another instance, exactly once; one that does not run (any more) ignores it.</summary>
    public abstract void SendEvent(string instanceId, string eventName, object? payload = null);

    /// <summary>Starts over with a new input and an empty history once the orchestrator returns.</summary>
    /// <param name="newInput">Input of the next generation.</param>
    /// <param name="preserveUnprocessedEvents">Whether events that nobody has taken go along.</param>
    /// <param name="newVersion">Version of the next generation; null: the same.</param>
    /// <remarks>Await what you started: results of this generation that are still to come are dropped.</remarks>
    public abstract void ContinueAsNew(object? newInput = null, bool preserveUnprocessedEvents = true, string? newVersion = null);

    /// <summary>Compares the instance's version with another, so that new code can keep old instances on the old path.</summary>
    /// <returns>Less than zero when the instance is older; none is older than any; dotted numbers compare as numbers.</returns>
    public int CompareVersionTo(string version) => VersioningOptions.Compare(Version, version);

    /// <summary>Shows clients what the orchestration is doing; kept until it is set again.</summary>
    public abstract void SetCustomStatus(object? customStatus);

    /// <summary>Returns an identifier derived from the execution and the order of calls (RFC 9562 version 8).</summary>
    public abstract Guid NewGuid();

    /// <summary>Returns a logger that is silent while the code runs through what it has done before.</summary>
    public abstract ILogger CreateReplaySafeLogger(string categoryName);

    /// <inheritdoc cref="CreateReplaySafeLogger(string)"/>
    public ILogger CreateReplaySafeLogger<T>() => CreateReplaySafeLogger(typeof(T).FullName!);

    /// <summary>Waits for an event, but no longer than <paramref name="timeout"/>.</summary>
    /// <returns>The event, or <paramref name="timeoutValue"/> when the durable timer fired first.</returns>
    public async Task<T> WaitForExternalEvent<T>(string eventName, TimeSpan timeout, T timeoutValue)
    {
        using var raceOver = new CancellationTokenSource();
        var received = WaitForExternalEvent<T>(eventName, raceOver.Token);
        var timer = CreateTimer(timeout, raceOver.Token);

        var winner = await Task.WhenAny(received, timer);
#pragma warning disable CA1849, MA0042, VSTHRD103 // CancelAsync would leave the orchestrator's thread
        raceOver.Cancel();
#pragma warning restore CA1849, MA0042, VSTHRD103

        return winner == received ? await received : timeoutValue;
    }
}
