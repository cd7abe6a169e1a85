using CsCheck;
using TeamsWorkflows.DurableTask.Core;

namespace TeamsWorkflows.DurableTask.Tests;

/// <summary>Any history at all, of events of every kind with contents of every kind; not one that an orchestrator would make.</summary>
internal static class GenHistory
{
    // Whole UTF-16 only: a store keeps nothing else.
    public static readonly Gen<string> Text = Gen.Int[0, 0x10FFFF].Where(static c => c is < 0xD800 or > 0xDFFF).Array[0, 12]
        .Select(static points => string.Concat(points.Select(char.ConvertFromUtf32)));

    private static readonly Gen<string?> TextOrNull = Gen.Select(Gen.Bool, Text, static (isNull, text) => isNull ? null : text);

    private static readonly Gen<int> Id = Gen.Int[-1, int.MaxValue];

    private static readonly Gen<DateTimeOffset> Time = Gen.Long[DateTimeOffset.MinValue.Ticks, DateTimeOffset.MaxValue.Ticks]
        .Select(static ticks => new DateTimeOffset(ticks, TimeSpan.Zero));

    private static readonly Gen<DateTimeOffset?> TimeOrNull = Gen.Select(Gen.Bool, Time, static (isNull, time) => isNull ? (DateTimeOffset?)null : time);

    private static readonly Gen<ValueMap<string>> Tags = Gen.Select(Text, Text, static (name, value) => KeyValuePair.Create(name, value)).Array[0, 3]
        .Select(static pairs => new ValueMap<string>(pairs.DistinctBy(p => p.Key)));

    private static readonly Gen<object?> Property = Gen.OneOf<object?>(
        Text.Select(static x => (object?)x), Gen.Double.Select(static x => (object?)x), Gen.Bool.Select(static x => (object?)x), Gen.Const((object?)null),
        Gen.Const((object?)new NestedValue("""{ "a": [ 1, "b", null ] }""")), Gen.Const((object?)new NestedValue("[ true, { } ]")));

    private static readonly Gen<TraceContext?> Trace = Gen.Select(
        Gen.Bool, TextOrNull, static (isNull, state) => isNull ? null : new TraceContext("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", state));

    private static readonly Gen<TaskFailureDetails> Plain = Gen.Select(
        Text,
        Text,
        TextOrNull,
        Gen.Bool,
        Gen.Select(Text, Property, static (name, value) => KeyValuePair.Create(name, value)).Array[0, 3],
        static (type, message, stack, isFinal, properties) => new TaskFailureDetails(type, message, stack, null, isFinal)
        {
            Properties = new(properties.DistinctBy(p => p.Key)),
        });

    private static readonly Gen<TaskFailureDetails> Failure = Gen.Select(
        Gen.Bool, Plain, Plain, static (isNested, outer, inner) => isNested ? outer with { InnerFailure = inner } : outer);

    private static readonly Gen<ParentTask?> Parent = Gen.Select(
        Gen.Bool, Text, Text, Id, TextOrNull, static (isNull, id, execution, task, name) => isNull ? null : new ParentTask(id, execution, task, name, name));

    private static readonly Gen<ExecutionStartedEvent> Started = Gen.Select(
        Gen.Select(Text, TextOrNull, Text, TextOrNull), Gen.Select(Parent, TimeOrNull, Tags, TextOrNull), Time, static (a, b, at) =>
            new ExecutionStartedEvent(a.Item1, a.Item2, a.Item3)
            {
                Timestamp = at,
                Version = a.Item4,
                Parent = b.Item1,
                ScheduledStartAt = b.Item2,
                Tags = b.Item3,
                ParentTraceContext = b.Item4 is null ? null : new(b.Item4, a.Item4),
                SpanId = b.Item4,
            });

    // A parent that asks again: no execution yet, and at once.
    private static readonly Gen<ExecutionStartedEvent> Revival = Started.Where(static s => s.Parent is not null)
        .Select(static s => s with { ExecutionId = "", ScheduledStartAt = null, SpanId = null });

    private static readonly Gen<OrchestrationRuntimeStatus> Status = Gen.Enum<OrchestrationRuntimeStatus>();

    private static readonly Gen<HistoryEvent> Event = Gen.Select(
        Gen.OneOf<HistoryEvent>(
            Gen.Const<HistoryEvent>(new OrchestratorStartedEvent { Timestamp = default }),
            Gen.Const<HistoryEvent>(new OrchestratorCompletedEvent { Timestamp = default }),
            Gen.Select(Status, TextOrNull, Failure, Gen.Bool, HistoryEvent (s, r, f, failed) => new ExecutionCompletedEvent(s, r, failed ? f : null) { Timestamp = default }),
            Gen.Select(TextOrNull, Gen.Bool, HistoryEvent (r, recurse) => new ExecutionTerminatedEvent(r, recurse) { Timestamp = default }),
            TextOrNull.Select(HistoryEvent (r) => new ExecutionSuspendedEvent(r) { Timestamp = default }),
            TextOrNull.Select(HistoryEvent (r) => new ExecutionResumedEvent(r) { Timestamp = default }),
            TextOrNull.Select(HistoryEvent (r) => new ExecutionRewoundEvent(r) { Timestamp = default }),
            Gen.Select(TextOrNull, Revival, HistoryEvent (r, start) => new ExecutionRewoundEvent(r, start) { Timestamp = default }),
            Gen.Select(Text, TextOrNull, Tags, TextOrNull, Trace, HistoryEvent (n, i, t, v, trace) => new TaskScheduledEvent(n, i) { Timestamp = default, Tags = t, Version = v, ParentTraceContext = trace }),
            Gen.Select(Id, TextOrNull, HistoryEvent (id, r) => new TaskCompletedEvent(id, r) { Timestamp = default }),
            Gen.Select(Id, Failure, HistoryEvent (id, f) => new TaskFailedEvent(id, f) { Timestamp = default }),
            Gen.Select(Text, Text, TextOrNull, Tags, HistoryEvent (id, n, i, t) => new SubOrchestrationInstanceCreatedEvent(id, n, i) { Timestamp = default, Tags = t }),
            Gen.Select(Id, TextOrNull, HistoryEvent (id, r) => new SubOrchestrationInstanceCompletedEvent(id, r) { Timestamp = default }),
            Gen.Select(Id, Failure, HistoryEvent (id, f) => new SubOrchestrationInstanceFailedEvent(id, f) { Timestamp = default }),
            Time.Select(HistoryEvent (t) => new TimerCreatedEvent(t) { Timestamp = default }),
            Gen.Select(Id, Time, HistoryEvent (id, t) => new TimerFiredEvent(id, t) { Timestamp = default }),
            Gen.Select(Text, Text, TextOrNull, HistoryEvent (id, n, i) => new EventSentEvent(id, n, i) { Timestamp = default }),
            Gen.Select(Text, TextOrNull, HistoryEvent (n, i) => new EventRaisedEvent(n, i) { Timestamp = default }),
            TextOrNull.Select(HistoryEvent (d) => new GenericEvent(d) { Timestamp = default })),
        Id,
        Time,
        static (e, id, at) => e is ExecutionRewoundEvent { Revival: { } revival } rewound
            ? rewound with { EventId = id, Timestamp = at, Revival = revival with { Timestamp = at } }
            : e with { EventId = id, Timestamp = at });

    public static readonly Gen<RecordedHistory> History = Gen.Select(
        Text,
        Event.Array[0, 8],
        Gen.Select(Gen.Bool, Started),
        Text,
        static (instanceId, events, start, name) => start.Item1
            ? new RecordedHistory(instanceId, start.Item2.Name, [start.Item2, .. events])
            : new RecordedHistory(instanceId, name, events));
}
