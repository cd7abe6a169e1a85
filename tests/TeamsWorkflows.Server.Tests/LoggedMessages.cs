using System.Collections.Concurrent;
using System.Diagnostics.Tracing;

namespace TeamsWorkflows.Server.Tests;

/// <summary>What is logged in this process while it listens, by whatever server.</summary>
internal sealed class LoggedMessages : EventListener
{
    private const string Source = "Microsoft-Extensions-Logging";
    private const EventKeywords Formatted = (EventKeywords)4;

    private readonly ConcurrentQueue<(string Category, string Message)> _all = new();

    /// <summary>The product's own, in their order.</summary>
    public IReadOnlyList<string> OfCategory(string beginning)
        => [.. _all.Where(m => m.Category.StartsWith(beginning, StringComparison.Ordinal)).Select(static m => m.Message)];

    protected override void OnEventSourceCreated(EventSource eventSource)
    {
        if (eventSource.Name == Source)
        {
            EnableEvents(eventSource, EventLevel.Informational, Formatted);
        }
    }

    protected override void OnEventWritten(EventWrittenEventArgs eventData)
    {
        if (eventData is { EventName: "FormattedMessage", PayloadNames: { } names, Payload: { } values })
        {
            _all.Enqueue(((string)values[names.IndexOf("LoggerName")]!, (string)values[names.IndexOf("FormattedMessage")]!));
        }
    }
}
