namespace TeamsWorkflows.DurableTask;

/// <summary>A failure as data: what history stores and an orchestrator branches on.</summary>
/// <param name="ErrorType">Stable code such as <c>Graph.Throttled</c>; the CLR type name when none was given.</param>
/// <param name="ErrorMessage">For people. Never contains a token or a message body.</param>
/// <param name="StackTrace">Where it was thrown, for developers; null when nothing was thrown.</param>
/// <param name="InnerFailure">What caused it.</param>
/// <param name="IsNonRetriable">Whether trying again without outside help is pointless.</param>
public sealed record TaskFailureDetails(
    string ErrorType,
    string ErrorMessage,
    string? StackTrace = null,
    TaskFailureDetails? InnerFailure = null,
    bool IsNonRetriable = false)
{
    /// <summary>Gets facts for code to branch on: null, a boolean, a finite double, a text or a <see cref="NestedValue"/> each.</summary>
    public ValueMap<object?> Properties { get; init; } = ValueMap<object?>.Empty;

    // An exception that refers to itself must not make a history without end.
    private const int MaxInnerFailures = 8;

    /// <summary>Makes data of an exception; a <see cref="TaskFailedException"/> keeps the details it carries.</summary>
    public static TaskFailureDetails FromException(Exception exception) => FromException(exception, MaxInnerFailures);

    private static TaskFailureDetails FromException(Exception exception, int depth)
    {
        ArgumentNullException.ThrowIfNull(exception);

        var inner = exception.InnerException is { } cause && depth > 0 ? FromException(cause, depth - 1) : null;
        return exception switch
        {
            TaskFailedException e => e.FailureDetails,
            ActivityFailureException e => new(e.ErrorType, e.Message, e.StackTrace, inner, e.IsNonRetriable)
            {
                Properties = e.Properties,
            },
            NonDeterministicOrchestrationException e => new(
                EngineErrors.NonDeterministicOrchestration, e.Message, e.StackTrace, inner, IsNonRetriable: true),
            _ => new(exception.GetType().FullName!, exception.Message, exception.StackTrace, inner),
        };
    }
}

/// <summary>A list or an object among <see cref="TaskFailureDetails.Properties"/>.</summary>
/// <param name="Json">Its JSON text.</param>
public sealed record NestedValue(string Json);

/// <summary>Thrown by an activity or orchestrator to fail with a code of its own choosing.</summary>
public sealed class ActivityFailureException(
    string errorType, string message, bool isNonRetriable = false, Exception? innerException = null)
    : Exception(message, innerException)
{
    /// <summary>Gets the stable code that <see cref="TaskFailureDetails.ErrorType"/> will show.</summary>
    public string ErrorType { get; } = errorType;

    /// <summary>Gets a value indicating whether trying again without outside help is pointless.</summary>
    public bool IsNonRetriable { get; } = isNonRetriable;

    /// <inheritdoc cref="TaskFailureDetails.Properties"/>
    public ValueMap<object?> Properties { get; init; } = ValueMap<object?>.Empty;
}

/// <summary>Thrown into an orchestrator when a task it awaits has failed for good.</summary>
public sealed class TaskFailedException(TaskName name, int taskId, TaskFailureDetails details)
    : Exception($"Task '{name}' (#{taskId}) failed: {details.ErrorMessage}")
{
    /// <summary>Gets what failed: the activity's or the sub-orchestration's name.</summary>
    public TaskName TaskName { get; } = name;

    /// <summary>Gets its number among the orchestrator's decisions; a retry has another.</summary>
    public int TaskId { get; } = taskId;

    /// <summary>Gets why it failed, as history keeps it.</summary>
    public TaskFailureDetails FailureDetails { get; } = details;
}

/// <summary>The orchestrator's code no longer matches the history it is being replayed against.</summary>
public sealed class NonDeterministicOrchestrationException(string message) : Exception(message);

/// <summary>Codes that the engine itself puts into <see cref="TaskFailureDetails.ErrorType"/>. Stored in histories: never rename one.</summary>
public static class EngineErrors
{
    /// <summary>Nobody here runs orchestrations of that name.</summary>
    public const string OrchestratorNotRegistered = nameof(OrchestratorNotRegistered);
    /// <summary>Nobody here runs activities of that name.</summary>
    public const string ActivityNotRegistered = nameof(ActivityNotRegistered);
    /// <summary>The identifier of a sub-orchestration is taken.</summary>
    public const string OrchestrationAlreadyExists = nameof(OrchestrationAlreadyExists);
    /// <summary>A sub-orchestration was terminated, or replaced by another instance of its identifier.</summary>
    public const string OrchestrationTerminated = nameof(OrchestrationTerminated);
    /// <summary>A turn continued as new more than <see cref="Worker.TaskHubOptions.MaxGenerationsPerTurn"/> times.</summary>
    public const string ContinueAsNewLoop = nameof(ContinueAsNewLoop);

    /// <summary>The code no longer matches its history, or did what an orchestrator must not do.</summary>
    public const string NonDeterministicOrchestration = nameof(NonDeterministicOrchestration);
    /// <summary>This worker does not run instances of that version: <see cref="VersioningOptions"/>.</summary>
    public const string VersionMismatch = nameof(VersionMismatch);

    /// <summary>A turn's code ran for longer than <see cref="Worker.TaskHubOptions.TurnTimeLimit"/>.</summary>
    public const string TurnTimeLimitExceeded = nameof(TurnTimeLimitExceeded);

    /// <summary>An input, output, event or status is over a limit of <see cref="TaskHubLimits"/>.</summary>
    public const string PayloadTooLarge = nameof(PayloadTooLarge);
    /// <summary>An execution would have more than <see cref="TaskHubLimits.MaxHistoryEvents"/> events.</summary>
    public const string HistoryTooLong = nameof(HistoryTooLong);

    /// <summary>An orchestrator asked for something with an identifier or name outside <see cref="TaskHubLimits"/>.</summary>
    public const string InvalidName = nameof(InvalidName);

    /// <summary>What was to be replayed is not the whole history of one execution. Said by <see cref="Testing.OrchestrationReplayer"/> alone.</summary>
    public const string IncompleteHistory = nameof(IncompleteHistory);

    /// <returns>Whether the engine ends an execution with that code, whatever its orchestrator decided.</returns>
    internal static bool EndsExecution(string code) => code is OrchestratorNotRegistered or VersionMismatch or NonDeterministicOrchestration
        or ContinueAsNewLoop or TurnTimeLimitExceeded or PayloadTooLarge or HistoryTooLong or InvalidName;
}
