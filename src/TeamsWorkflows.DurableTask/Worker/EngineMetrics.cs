using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace TeamsWorkflows.DurableTask.Worker;

/// <summary>What the engine counts: turns that are on disk, orchestrations that ended, activities that ran. No identifier and no payload is in it.</summary>
public static class EngineMetrics
{
    /// <summary>The name to give to OpenTelemetry's <c>AddMeter</c>.</summary>
    public const string MeterName = Spans.SourceName;

    private static readonly Meter Meter = new(MeterName);

    private static readonly Counter<long> Turns = Meter.CreateCounter<long>("durabletask.turns", "{turn}", "Turns of orchestrations that are on disk.");

    private static readonly Histogram<double> Orchestrations = Meter.CreateHistogram<double>(
        "durabletask.orchestration.duration", "s", "From the start of an orchestration to its end, by name and status.");

    private static readonly Histogram<double> Activities = Meter.CreateHistogram<double>(
        "durabletask.activity.duration", "s", "How long an activity ran, by name; with error.type when it failed.");

    internal static void Report(IReadOnlyList<Turn> turns)
    {
        var count = 0;
        for (var i = 0; i < turns.Count; i++)
        {
            count += turns[i].IsOver ? 0 : 1;
            if (Orchestrations.Enabled && turns[i] is { IsOver: false, End: { } end, Started: { } started })
            {
                Orchestrations.Record(
                    (end.Timestamp - started.Timestamp).TotalSeconds,
                    new TagList { { "durabletask.task.name", started.Name }, { "durabletask.task.status", end.Status.ToString() } });
            }
        }

        Turns.Add(count);
    }

    internal static void Ran(string activity, TimeSpan took, TaskFailureDetails? failure)
    {
        if (!Activities.Enabled)
        {
            return;
        }

        var tags = new TagList { { "durabletask.task.name", activity } };
        if (failure is not null)
        {
            tags.Add("error.type", failure.ErrorType);
        }

        Activities.Record(took.TotalSeconds, tags);
    }
}
