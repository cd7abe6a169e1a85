using System.Diagnostics;
using System.Runtime.CompilerServices;
using TeamsWorkflows.DurableTask.Core;

namespace TeamsWorkflows.DurableTask.Worker;

/// <summary>OpenTelemetry spans of clients, orchestrations, activities, timers and events, named as Durable Task names them.</summary>
/// <remarks>
/// One span per execution of an orchestration, from its start to its end, however many turns and processes it took: its
/// identifier is chosen at the start and kept in history, and the span is made when it ends. Nothing is made, and no
/// context is stored, unless somebody listens and the caller's trace is recorded. No payload is ever a part of a span.
/// </remarks>
public static class Spans
{
    /// <summary>The name to give to OpenTelemetry's <c>AddSource</c>.</summary>
    public const string SourceName = "TeamsWorkflows.DurableTask";

    private static readonly ActivitySource Source = new(SourceName);

    /// <summary>Begins the span of a client's start of an orchestration; disposing ends it.</summary>
    internal static Activity? StartCreation(string name, string? version, string instanceId)
        => Start(ActivityKind.Producer, "create_orchestration", "orchestration", name, version, instanceId, parent: null);

    /// <summary>Marks the sending of an event.</summary>
    internal static void Raised(string eventName, string instanceId)
    {
        using var span = Source.StartActivity($"orchestration_event:{eventName}", ActivityKind.Producer);
        span?.SetTag("durabletask.type", "event")
            .SetTag("durabletask.event.name", eventName)
            .SetTag("durabletask.event.target_instance_id", instanceId);
    }

    /// <returns>The context to store with a start: that of the current span, if its trace is recorded.</returns>
    internal static TraceContext? Current()
        => Activity.Current is { Recorded: true, IdFormat: ActivityIdFormat.W3C, Id: { } id } current ? new(id, current.TraceStateString) : null;

    internal static Activity? StartActivity(ActivityWorkItem item)
        => item.ParentTraceContext is null ? null : Start(
            ActivityKind.Server,
            "activity",
            "activity",
            item.Scheduled.Name,
            item.Scheduled.Version,
            item.InstanceId,
            item.ParentTraceContext)?.SetTag("durabletask.task.task_id", item.Scheduled.EventId);

    internal static void Fail(Activity? span, TaskFailureDetails failure) => span?.SetStatus(ActivityStatusCode.Error, failure.ErrorType);

    /// <summary>Makes the spans of what a durable turn ended: its timers, and perhaps the orchestration.</summary>
    internal static void Report(Turn turn)
    {
        if (turn.Started is not { ParentTraceContext: { } parent, SpanId: { } spanId } started)
        {
            return;
        }

        var own = Tracing.ContextOf(started);
        foreach (var timer in turn.Timers)
        {
            using var span = Start(
                ActivityKind.Internal, "timer", "timer", started.Name, started.Version, turn.InstanceId, own, timer.Timestamp);
            span?.SetTag("durabletask.fire_at", timer.FireAt.ToString("O"))
                .SetTag("durabletask.task.task_id", timer.EventId)
                .SetEndTime(turn.Events[0].Timestamp.UtcDateTime);
        }

        if (turn.End is { } end)
        {
            using var span = Start(
                ActivityKind.Server, "orchestration", "orchestration", started.Name, started.Version, turn.InstanceId, parent, started.Timestamp);
            if (span is not null)
            {
                SpanIdOf(span) = spanId;
                IdOf(span) = null; // made again of its parts
                span.SetTag("durabletask.task.status", end.Status.ToString()).SetEndTime(end.Timestamp.UtcDateTime);
                if (end.Failure is { } failure)
                {
                    Fail(span, failure);
                }
            }
        }
    }

    private static Activity? Start(
        ActivityKind kind,
        string operation,
        string type,
        string name,
        string? version,
        string instanceId,
        TraceContext? parent,
        DateTimeOffset startedAt = default)
    {
        var context = parent is not null && ActivityContext.TryParse(parent.TraceParent, parent.TraceState, isRemote: true, out var parsed)
            ? parsed
            : Activity.Current?.Context ?? default;
        var span = Source.StartActivity($"{operation}:{name}", kind, context, startTime: startedAt);
        return span?.SetTag("durabletask.type", type)
            .SetTag("durabletask.task.name", name)
            .SetTag("durabletask.task.version", version)
            .SetTag("durabletask.task.instance_id", instanceId);
    }

    // There is no public way to give a span the identifier that its children were already told; a test notices a rename.
    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_spanId")]
    private static extern ref string? SpanIdOf(Activity span);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_id")]
    private static extern ref string? IdOf(Activity span);
}
