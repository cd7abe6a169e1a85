namespace TeamsWorkflows.DurableTask.Client;

/// <summary>The identifier of an instance to start is taken. Nothing was done.</summary>
public sealed class OrchestrationAlreadyExistsException(string instanceId)
    : Exception($"An orchestration instance with the identifier '{instanceId}' already exists.")
{
    /// <summary>Gets the identifier that is taken.</summary>
    public string InstanceId { get; } = instanceId;
}

/// <summary>No instance has that identifier: it never began, or it was purged.</summary>
public sealed class OrchestrationNotFoundException(string instanceId)
    : Exception($"There is no orchestration instance with the identifier '{instanceId}'.")
{
    /// <summary>Gets the identifier that was asked for.</summary>
    public string InstanceId { get; } = instanceId;
}

/// <summary>Too much is going on: the call was not let in, and nothing of it was done. Try again later.</summary>
public sealed class TaskHubBusyException : Exception
{
    /// <param name="waited">How long the call waited to be let in.</param>
    public TaskHubBusyException(TimeSpan waited, Exception? innerException = null)
        : base($"The task hub had no room for the call within {waited.TotalSeconds:0.#} s. Nothing was done; try again later.", innerException)
        => Waited = waited;

    /// <param name="reason">A sentence that says of what there is too much.</param>
    public TaskHubBusyException(string reason)
        : base($"{reason} Nothing was done; try again later.")
    {
    }

    /// <summary>Gets how long the call waited.</summary>
    public TimeSpan Waited { get; }
}
