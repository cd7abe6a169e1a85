using TeamsWorkflows.DurableTask.Core;

namespace TeamsWorkflows.DurableTask.Worker;

/// <summary>Runs a hub's code outside this process: workers that connect, take turns and activities, and answer.</summary>
/// <remarks>
/// What is handed over is durable already. Whoever implements this gives it to one worker at a time, and to the next one
/// when a worker is lost; an answer may take for ever, and nobody waits for it with a thread.
/// </remarks>
public interface IRemoteWorkers
{
    /// <returns>What the orchestrator decided; null when the hub stops first, or the turn was withdrawn.</returns>
    Task<OrchestratorResponse?> PlayAsync(OrchestratorWorkItem item, CancellationToken stopping);

    /// <returns>How the activity ended; null when the hub stops first: it then runs again after a restart.</returns>
    Task<HistoryEvent?> ExecuteAsync(ActivityWorkItem item, CancellationToken stopping);
}
