using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Logging;

namespace TeamsWorkflows.DurableTask.Core;

/// <content>What the orchestrator's code calls. Each call is a decision or reads what history says.</content>
internal sealed partial class OrchestrationReplay
{
    private (object? Input, bool PreserveEvents)? _continueAsNew;
    private string? _customStatus;
    private DateTimeOffset _now;
    private bool _isReplaying;
    private int _guidCount;

    public override string Name => Started?.Name ?? "";

    public override string InstanceId => instanceId;

    public override DateTimeOffset CurrentUtcDateTime => _now;

    public override bool IsReplaying => _isReplaying;

    private string ExecutionId => Started?.ExecutionId ?? "";

    public override async Task<TResult> CallActivityAsync<TResult>(
        TaskName name, object? input = null, TaskOptions? options = null)
    {
        var result = await WithRetriesAsync(
            options?.Retry, () => Open(name, id => new ScheduleTaskAction(name.Value, ToJson(input)) { Id = id }));
        return registry.Deserialize<TResult>(result);
    }

    public override async Task<TResult> CallSubOrchestratorAsync<TResult>(
        TaskName name, object? input = null, TaskOptions? options = null)
    {
        CreateSubOrchestrationAction Create(int id)
            => new(options?.InstanceId ?? $"{ExecutionId}:{id:x4}", name.Value, ToJson(input)) { Id = id };

        return registry.Deserialize<TResult>(await WithRetriesAsync(options?.Retry, () => Open(name, Create)));
    }

    public override Task CreateTimer(DateTimeOffset fireAt, CancellationToken cancellationToken = default)
    {
        var id = _nextId;
        var timer = Open("timer", _ => new CreateTimerAction(fireAt) { Id = id });
        cancellationToken.Register(() => Close(id)?.TrySetCanceled(cancellationToken));
        return timer;
    }

    public override async Task<T> WaitForExternalEvent<T>(
        string eventName, CancellationToken cancellationToken = default)
    {
        AssertOnLoop();
        return registry.Deserialize<T>(await _externalEvents.WaitAsync(eventName, cancellationToken));
    }

    public override void SendEvent(string instanceId, string eventName, object? payload = null)
        => Decide(id => new SendEventAction(instanceId, eventName, ToJson(payload)) { Id = id });

    public override void ContinueAsNew(object? newInput = null, bool preserveUnprocessedEvents = true)
        => _continueAsNew = (newInput, preserveUnprocessedEvents);

    public override void SetCustomStatus(object? customStatus) => _customStatus = ToJson(customStatus);

    public override Guid NewGuid()
    {
        AssertOnLoop();
        var seed = Encoding.UTF8.GetBytes($"{ExecutionId}|{instanceId}|{_guidCount++}");
        Span<byte> bytes = SHA256.HashData(seed).AsSpan(0, 16);
        bytes[6] = (byte)((bytes[6] & 0x0F) | 0x80); // version 8
        bytes[8] = (byte)((bytes[8] & 0x3F) | 0x80); // variant of RFC 9562
        return new Guid(bytes, bigEndian: true);
    }

    public override ILogger CreateReplaySafeLogger(string categoryName)
        => new ReplaySafeLogger(loggers.CreateLogger(categoryName), this);

    private async Task<string?> WithRetriesAsync(RetryPolicy? policy, Func<Task<string?>> attempt)
    {
        for (var attemptNumber = 1; ; attemptNumber++)
        {
            TimeSpan delay;
            try
            {
                return await attempt();
            }
            catch (TaskFailedException e)
                when (policy?.DelayBeforeNextAttempt(attemptNumber, e.FailureDetails) is { } wait)
            {
                delay = wait;
            }

            await CreateTimer(delay);
        }
    }

    private string? ToJson(object? value) => registry.Serialize(value);

    private void AssertOnLoop()
    {
        if (!_loop.IsOwnerThread)
        {
            throw new NonDeterministicOrchestrationException(
                "The context was used from outside the orchestrator (ConfigureAwait(false), Task.Run or a captured context).");
        }
    }
}
