using System.Globalization;
using TeamsWorkflows.DurableTask.Core;
using TeamsWorkflows.Server.Orchestrations;

namespace TeamsWorkflows.Server.Console;

/// <summary>The counts of a filter as a chart in which each bar leads to the instances that it counts.</summary>
/// <param name="IsComplete">False when there were more than are counted.</param>
public sealed record OrchestrationHistogram(BarChart Chart, bool IsComplete)
{
    private static readonly OrchestrationRuntimeStatus[] Statuses =
    [
        OrchestrationRuntimeStatus.Completed, OrchestrationRuntimeStatus.Running, OrchestrationRuntimeStatus.Pending, OrchestrationRuntimeStatus.Suspended,
        OrchestrationRuntimeStatus.Terminated, OrchestrationRuntimeStatus.ContinuedAsNew, OrchestrationRuntimeStatus.Failed,
    ];

    internal static OrchestrationHistogram Of(CountedInstances counted, OrchestrationFilter filter)
    {
        // A bar leads to what was asked for, although its span may begin before that, or end after it.
        var isOpen = string.IsNullOrWhiteSpace(filter.CreatedTo);
        var bySpan = counted.Histogram.Counts.ToLookup(static c => c.From);
        List<ChartBucket> buckets = [];
        for (var from = Begin(counted.From, counted.Span); from < counted.To; from += counted.Span)
        {
            var (here, to) = (bySpan[from], from + counted.Span);
            buckets.Add(new(
                from,
                to,
                [.. Statuses.Select(s => here.Where(c => c.Status == s).Sum(static c => c.Count))],
                $"/orchestrations?{(filter with { CreatedFrom = Time(from > counted.From ? from : counted.From), CreatedTo = Time(isOpen || to < counted.To ? to : counted.To) }).ToQueryString().TrimEnd('&')}"));
        }

        return new(new([.. Statuses.Select(Words.Of)], buckets), counted.Histogram.IsComplete);
    }

    // As the stores count: spans from 1970 on.
    private static DateTimeOffset Begin(DateTimeOffset at, TimeSpan span)
    {
        var ticks = (at - DateTimeOffset.UnixEpoch).Ticks;
        return DateTimeOffset.UnixEpoch.AddTicks(ticks - (ticks % span.Ticks));
    }

    private static string Time(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", CultureInfo.InvariantCulture);
}
