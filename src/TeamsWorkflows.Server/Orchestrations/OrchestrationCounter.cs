using TeamsWorkflows.DurableTask;
using TeamsWorkflows.DurableTask.Client;

namespace TeamsWorkflows.Server.Orchestrations;

/// <summary>How many orchestrations began when: in steps that a person can read, over the time that is asked for.</summary>
internal sealed class OrchestrationCounter(DurableTaskClient client, TimeProvider time)
{
    /// <summary>Most instances that are counted, the newest of those that are asked for.</summary>
    public const int Max = 100_000;

    private const int MaxSteps = 60;

    private static readonly TimeSpan Unasked = TimeSpan.FromDays(7);

    private static readonly TimeSpan[] Steps =
    [
        .. new[] { 1, 5, 15 }.Select(static s => TimeSpan.FromSeconds(s)),
        .. new[] { 1, 5, 15 }.Select(static m => TimeSpan.FromMinutes(m)),
        .. new[] { 1, 3, 6, 12 }.Select(static h => TimeSpan.FromHours(h)),
        .. new[] { 1, 7, 30, 90, 365 }.Select(static d => TimeSpan.FromDays(d)),
    ];

    /// <summary>Counts over the query's own time, or the last seven days.</summary>
    public async Task<CountedInstances> CountAsync(OrchestrationQuery query, CancellationToken cancellationToken)
    {
        var to = Within(query.CreatedBefore ?? time.GetUtcNow(), OrchestrationFilter.Earliest + Steps[0], OrchestrationFilter.Latest);
        var from = Within(query.CreatedFrom ?? to - Unasked, OrchestrationFilter.Earliest, to - Steps[0]);
        var span = StepOf(to - from);
        var counted = await client.CountInstancesAsync(query with { CreatedFrom = query.CreatedFrom ?? from }, span, Max, cancellationToken);
        return new(from, to, span, counted);
    }

    private static DateTimeOffset Within(DateTimeOffset at, DateTimeOffset earliest, DateTimeOffset latest)
        => at < earliest ? earliest : at > latest ? latest : at;

    /// <returns>The shortest readable step of which a length has 60 at most.</returns>
    internal static TimeSpan StepOf(TimeSpan length)
    {
        foreach (var step in Steps)
        {
            if (length / step <= MaxSteps)
            {
                return step;
            }
        }

        return TimeSpan.FromDays(Math.Ceiling(length.TotalDays / MaxSteps));
    }
}

/// <param name="Span">How long each step is.</param>
internal sealed record CountedInstances(DateTimeOffset From, DateTimeOffset To, TimeSpan Span, InstanceHistogram Histogram);
