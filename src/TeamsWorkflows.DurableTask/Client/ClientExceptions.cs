namespace TeamsWorkflows.DurableTask.Client;

public sealed class OrchestrationAlreadyExistsException(string instanceId)
    : Exception($"An orchestration instance with the identifier '{instanceId}' already exists.")
{
    public string InstanceId { get; } = instanceId;
}

public sealed class OrchestrationNotFoundException(string instanceId)
    : Exception($"There is no orchestration instance with the identifier '{instanceId}'.")
{
    public string InstanceId { get; } = instanceId;
}

/// <summary>Too much is going on: the call was not let in, and nothing of it was done. Try again later.</summary>
public sealed class TaskHubBusyException(TimeSpan waited, Exception? innerException = null)
    : Exception($"The task hub had no room for the call within {waited.TotalSeconds:0.#} s. Nothing was done; try again later.", innerException)
{
    /// <summary>Gets how long the call waited.</summary>
    public TimeSpan Waited { get; } = waited;
}
