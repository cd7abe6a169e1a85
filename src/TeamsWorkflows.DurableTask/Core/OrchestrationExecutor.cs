using Microsoft.Extensions.Logging;

namespace TeamsWorkflows.DurableTask.Core;

/// <summary>Replays history through user code: same request in, same response out, nothing else happens.</summary>
/// <remarks>
/// No clock, no storage, no state between calls. A worker on a remote engine and an Azure Functions invocation call this
/// one method; the embedded engine keeps the <see cref="OrchestrationReplay"/> of a busy instance instead, and feeds it
/// the new events alone. Both are held to the same decisions by a test.
/// </remarks>
public sealed class OrchestrationExecutor(DurableTaskRegistry registry, ILoggerFactory loggers, VersioningOptions? versioning = null)
{
    private readonly OrchestratorCode _code = new(registry, loggers, versioning ?? new VersioningOptions());

    /// <summary>Runs one turn.</summary>
    /// <returns>What the code decided upon the new events; a failure of the code is a decision, too.</returns>
    public OrchestratorResponse Execute(OrchestratorRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);

        var replay = new OrchestrationReplay(_code, request.InstanceId);
        replay.Rebuild(request.PastEvents);
        return replay.Run(request.NewEvents);
    }
}

/// <summary>What a replay needs besides history: today's code, and where it logs.</summary>
internal sealed record OrchestratorCode(DurableTaskRegistry Registry, ILoggerFactory Loggers, VersioningOptions Versioning);
