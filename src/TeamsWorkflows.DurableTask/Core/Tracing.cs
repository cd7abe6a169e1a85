using System.Diagnostics;

namespace TeamsWorkflows.DurableTask.Core;

/// <summary>How a trace goes on through an orchestration: by W3C trace contexts in its events.</summary>
internal static class Tracing
{
    /// <returns>The context of the orchestration's own span, for what it calls; null when it is not traced.</returns>
    public static TraceContext? ContextOf(ExecutionStartedEvent started)
        => started is { ParentTraceContext: { } parent, SpanId: { } spanId } && ActivityContext.TryParse(parent.TraceParent, parent.TraceState, out var context)
            ? new($"00-{context.TraceId.ToHexString()}-{spanId}-{(int)context.TraceFlags:x2}", parent.TraceState)
            : null;
}
