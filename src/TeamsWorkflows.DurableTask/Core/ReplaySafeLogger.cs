using Microsoft.Extensions.Logging;

namespace TeamsWorkflows.DurableTask.Core;

/// <summary>Says each thing once: silent while the orchestrator runs through what it has done before.</summary>
internal sealed class ReplaySafeLogger(ILogger logger, TaskOrchestrationContext context) : ILogger
{
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull
        => logger.BeginScope(state);

    public bool IsEnabled(LogLevel logLevel) => !context.IsReplaying && logger.IsEnabled(logLevel);

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (!context.IsReplaying)
        {
            logger.Log(logLevel, eventId, state, exception, formatter);
        }
    }
}
