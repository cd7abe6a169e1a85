using System.Text.Json;
using Microsoft.Extensions.Logging;
using TeamsWorkflows.DurableTask.Core;
using Official = Microsoft.DurableTask;

namespace TeamsWorkflows.DurableTask.Sdk;

/// <summary>The context of the official SDK, wherever it comes from, as the one that our orchestrators know.</summary>
/// <remarks>
/// Payloads cross as JSON that our registry has written, so that the host's converter cannot change how a history reads.
/// Retries and the queue of external events are ours: their rules must not depend on the host.
/// An orchestration of the official SDK does not end before its timers, so those that nobody waits for any more are
/// cancelled when the orchestrator has returned or failed, which is when this is disposed.
/// </remarks>
internal sealed class SdkOrchestrationContext : TaskOrchestrationContext, IDisposable
{
    private readonly CancellationTokenSource _ended = new();
    private readonly Official.TaskOrchestrationContext _official;
    private readonly DurableTaskRegistry _registry;
    private readonly SdkExternalEvents _events;

    public SdkOrchestrationContext(Official.TaskOrchestrationContext official, DurableTaskRegistry registry)
        => (_official, _registry, _events) = (official, registry, new SdkExternalEvents(official, () => CurrentUtcDateTime));

    public override string Name => _official.Name.Name;

    public override string InstanceId => _official.InstanceId;

    public override string Version => _official.Version;

    public override ParentOrchestrationInstance? Parent
        => _official.Parent is { } parent ? new(parent.Name.Name, parent.InstanceId) : null;

    public override DateTimeOffset CurrentUtcDateTime => new(DateTime.SpecifyKind(_official.CurrentUtcDateTime, DateTimeKind.Utc));

    public override bool IsReplaying => _official.IsReplaying;

    public void Dispose()
    {
        _events.Close();
        _ended.Cancel();
        _ended.Dispose();
    }

    public override async Task<TResult> CallActivityAsync<TResult>(TaskName name, object? input = null, TaskOptions? options = null)
    {
        Official.TaskOptions official = new(retry: null, Tags(options?.Tags)) { Version = Asked(options?.Version) };
        return Read<TResult>(await TaskRetries.RunAsync(
            this, options?.Retry, () => CallAsync(name, _official.CallActivityAsync<JsonElement?>(name.Value, _registry.ToElement(input), official))));
    }

    public override async Task<TResult> CallSubOrchestratorAsync<TResult>(TaskName name, object? input = null, TaskOptions? options = null)
    {
        var official = SubOrchestration(options, options?.Tags, options?.InstanceId);
        return Read<TResult>(await TaskRetries.RunAsync(
            this, options?.Retry, () => CallAsync(name, _official.CallSubOrchestratorAsync<JsonElement?>(name.Value, _registry.ToElement(input), official))));
    }

    public override string StartOrchestration(TaskName name, object? input = null, TaskOptions? options = null)
    {
        var instanceId = options?.InstanceId ?? _official.NewGuid().ToString("N");
        var tags = (options?.Tags ?? ValueMap<string>.Empty).Append(new(CreateSubOrchestrationAction.FireAndForgetTag, "true"));

        // The tag completes it at once, in this turn. Where a host drops the tag, nobody waits for it either.
        _ = _official.CallSubOrchestratorAsync<JsonElement?>(
            name.Value, _registry.ToElement(input), SubOrchestration(options, new ValueMap<string>(tags), instanceId));
        return instanceId;
    }

    public override async Task CreateTimer(DateTimeOffset fireAt, CancellationToken cancellationToken = default)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _ended.Token);
        await _official.CreateTimer(fireAt.UtcDateTime, either.Token);
    }

    public override async Task<T> WaitForExternalEvent<T>(string eventName, CancellationToken cancellationToken = default)
        => _registry.Deserialize<T>(await _events.WaitAsync(eventName, cancellationToken));

    public override void SendEvent(string instanceId, string eventName, object? payload = null)
        => _official.SendEvent(instanceId, eventName, _registry.ToElement(payload)!);

    public override void ContinueAsNew(object? newInput = null, bool preserveUnprocessedEvents = true, string? newVersion = null)
    {
        _events.KeepForNext = preserveUnprocessedEvents;
        _official.ContinueAsNew(new Official.ContinueAsNewOptions
        {
            NewInput = _registry.ToElement(newInput),
            NewVersion = newVersion,
            PreserveUnprocessedEvents = preserveUnprocessedEvents,
        });
    }

    public override void SetCustomStatus(object? customStatus) => _official.SetCustomStatus(_registry.ToElement(customStatus));

    public override Guid NewGuid() => _official.NewGuid();

    public override ILogger CreateReplaySafeLogger(string categoryName) => _official.CreateReplaySafeLogger(categoryName);

    private static async Task<JsonElement?> CallAsync(TaskName name, Task<JsonElement?> call)
    {
        try
        {
            return await call;
        }
        catch (Official.TaskFailedException e)
        {
            throw new TaskFailedException(name, e.TaskId, SdkFailures.From(e.FailureDetails));
        }
    }

    private static Official.SubOrchestrationOptions SubOrchestration(TaskOptions? options, ValueMap<string>? tags, string? instanceId)
        => new(new Official.TaskOptions(retry: null, Tags(tags)), instanceId) { Version = Asked(options?.Version) };

    private static Dictionary<string, string>? Tags(ValueMap<string>? tags)
        => tags is { Count: > 0 } ? new Dictionary<string, string>(tags, StringComparer.Ordinal) : null;

    private static Official.TaskVersion? Asked(string? version) => version is null ? null : new Official.TaskVersion(version);

    private T Read<T>(JsonElement? json) => _registry.Deserialize<T>(json?.GetRawText());
}
