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

    internal static void Committed(int turns) => Turns.Add(turns);

    internal static void Report(Turn turn)
    {
        if (Orchestrations.Enabled && turn is { End: { } end, Started: { } started })
        {
            Orchestrations.Record(
                (end.Timestamp - started.Timestamp).TotalSeconds,
                new TagList { { "durabletask.task.name", started.Name }, { "durabletask.task.status", end.Status.ToString() } });
        }
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
