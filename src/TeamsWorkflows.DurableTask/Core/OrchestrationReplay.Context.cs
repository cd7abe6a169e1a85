using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Logging;

namespace TeamsWorkflows.DurableTask.Core;

/// <content>What the orchestrator's code calls. Each call is a decision or reads what history says.</content>
internal sealed partial class OrchestrationReplay
{
    private (object? Input, bool PreserveEvents, string? Version)? _continueAsNew;
    private string? _customStatus = customStatus;
    private DateTimeOffset _now;
    private bool _isReplaying;
    private int _guidCount;

    public override string Name => Started?.Name ?? "";

    public override string InstanceId => instanceId;

    public override string Version => Started?.Version ?? "";

    public override ParentOrchestrationInstance? Parent
        => Started?.Parent is { } parent ? new(parent.Name ?? "", parent.InstanceId) : null;

    public override DateTimeOffset CurrentUtcDateTime => _now;

    public override bool IsReplaying => _isReplaying;

    private string ExecutionId => Started?.ExecutionId ?? "";

    public override async Task<TResult> CallActivityAsync<TResult>(
        TaskName name, object? input = null, TaskOptions? options = null)
    {
        Task<string?> Attempt() => Open(name, new ScheduleTaskAction(name.Value, ToJson(input))
        {
            Id = NextId(),
            Version = options?.Version,
            Tags = options?.Tags ?? ValueMap<string>.Empty,
        });

        return code.Registry.Deserialize<TResult>(await TaskRetries.RunAsync(this, options?.Retry, Attempt));
    }

    public override async Task<TResult> CallSubOrchestratorAsync<TResult>(
        TaskName name, object? input = null, TaskOptions? options = null)
    {
        Task<string?> Attempt() => Open(name, CreateSubOrchestration(name, input, options, options?.Tags ?? ValueMap<string>.Empty));

        return code.Registry.Deserialize<TResult>(await TaskRetries.RunAsync(this, options?.Retry, Attempt));
    }

    public override string StartOrchestration(TaskName name, object? input = null, TaskOptions? options = null)
    {
        var tags = options?.Tags ?? ValueMap<string>.Empty;
        var start = CreateSubOrchestration(
            name, input, options, new(tags.Append(KeyValuePair.Create(CreateSubOrchestrationAction.FireAndForgetTag, "true"))));
        Decide(start);
        return start.InstanceId;
    }

    public override Task CreateTimer(DateTimeOffset fireAt, CancellationToken cancellationToken = default)
    {
        var id = NextId();
        var timer = Open("timer", new CreateTimerAction(fireAt) { Id = id });
        cancellationToken.Register(() =>
        {
            if (Close(id) is { } open)
            {
                (_cancelledTimers ??= []).Add(id);
                open.TrySetCanceled(cancellationToken);
            }
        });
        return timer;
    }

    public override async Task<T> WaitForExternalEvent<T>(
        string eventName, CancellationToken cancellationToken = default)
    {
        AssertOnLoop();
        return code.Registry.Deserialize<T>(await _externalEvents.WaitAsync(eventName, cancellationToken));
    }

    public override void SendEvent(string instanceId, string eventName, object? payload = null)
        => Decide(new SendEventAction(instanceId, eventName, ToJson(payload)) { Id = NextId() });

    public override void ContinueAsNew(object? newInput = null, bool preserveUnprocessedEvents = true, string? newVersion = null)
        => _continueAsNew = (newInput, preserveUnprocessedEvents, newVersion);

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
        => new ReplaySafeLogger(code.Loggers.CreateLogger(categoryName), this);

    private CreateSubOrchestrationAction CreateSubOrchestration(
        TaskName name, object? input, TaskOptions? options, ValueMap<string> tags)
    {
        var id = NextId();
        return new(options?.InstanceId ?? $"{ExecutionId}:{id:x4}", name.Value, ToJson(input))
        {
            Id = id,
            Version = options?.Version ?? code.Versioning.DefaultVersion,
            Tags = tags,
        };
    }

    private string? ToJson(object? value) => code.Registry.Serialize(value);

    private void AssertOnLoop()
    {
        if (!_loop.IsOwnerThread)
        {
            throw new NonDeterministicOrchestrationException(
                "The context was used from outside the orchestrator (ConfigureAwait(false), Task.Run or a captured context).");
        }
    }
}
