using TeamsWorkflows.DurableTask.Core;

namespace TeamsWorkflows.DurableTask;

/// <summary>How many instances were created when, by what became of them.</summary>
/// <param name="Counts">Without those that are 0, in no order.</param>
/// <param name="IsComplete">False when there were more than could be counted: the oldest are missing then.</param>
public sealed record InstanceHistogram(IReadOnlyList<InstanceCount> Counts, bool IsComplete);

/// <param name="From">When the span begins (UTC); spans are counted from 1970 on.</param>
/// <param name="Count">At least 1.</param>
public sealed record InstanceCount(DateTimeOffset From, OrchestrationRuntimeStatus Status, int Count)
{
    internal static IReadOnlyList<InstanceCount> Of(IEnumerable<(DateTimeOffset CreatedAt, OrchestrationRuntimeStatus Status)> instances, TimeSpan span)
        => [.. instances.GroupBy(i => (At: (i.CreatedAt - DateTimeOffset.UnixEpoch).Ticks / span.Ticks, i.Status))
            .Select(g => Of(g.Key.At, span, g.Key.Status, g.Count()))];

    /// <param name="number">Which span since 1970.</param>
    public static InstanceCount Of(long number, TimeSpan span, OrchestrationRuntimeStatus status, int count)
        => new(DateTimeOffset.UnixEpoch.AddTicks(number * span.Ticks), status, count);
}
