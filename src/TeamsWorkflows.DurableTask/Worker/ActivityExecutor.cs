using System.Diagnostics.CodeAnalysis;
using TeamsWorkflows.DurableTask.Core;

namespace TeamsWorkflows.DurableTask.Worker;

/// <summary>Runs one activity and reports how it went.</summary>
public sealed class ActivityExecutor(DurableTaskRegistry registry, TimeProvider time, TaskHubLimits? limits = null)
{
    private readonly TaskHubLimits _limits = limits ?? new TaskHubLimits();

    /// <returns>The outcome, or null when the host stops first: the activity then runs again after a restart.</returns>
    [SuppressMessage("Design", "CA1031", Justification = "Edge: any failure of user code is a result, not a fault of the engine.")]
    public async Task<HistoryEvent?> ExecuteAsync(ActivityWorkItem item, CancellationToken stopping)
    {
        ArgumentNullException.ThrowIfNull(item);

        var (name, taskId) = (item.Scheduled.Name, item.Scheduled.EventId);
        using var span = Spans.StartActivity(item);
        var started = time.GetTimestamp();
        try
        {
            var run = registry.FindActivity(name) ?? throw new ActivityFailureException(
                EngineErrors.ActivityNotRegistered, $"No activity named '{name}' is registered.", isNonRetriable: true);
            var context = new TaskActivityContext(name, item.InstanceId, taskId, stopping)
            {
                Version = item.Scheduled.Version,
                Tags = item.Scheduled.Tags,
            };
            var result = await run(context, item.Scheduled.Input);
            if (_limits.CheckPayload($"The result of activity '{name}'", result) is { } problem)
            {
                throw new ActivityFailureException(EngineErrors.PayloadTooLarge, problem, isNonRetriable: true);
            }

            EngineMetrics.Ran(name, time.GetElapsedTime(started), failure: null);
            return new TaskCompletedEvent(taskId, result) { Timestamp = time.GetUtcNow() };
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            return null;
        }
        catch (Exception e)
        {
            var failure = TaskFailureDetails.FromException(e);
            Spans.Fail(span, failure);
            EngineMetrics.Ran(name, time.GetElapsedTime(started), failure);
            return new TaskFailedEvent(taskId, failure) { Timestamp = time.GetUtcNow() };
        }
    }
}
