using Microsoft.Extensions.Logging.Abstractions;
using TeamsWorkflows.DurableTask.Core;

namespace TeamsWorkflows.DurableTask.Testing;

/// <summary>Runs recorded histories against today's code: what would break running instances is found before the deployment.</summary>
/// <remarks>
/// Turn by turn, as the engine does: the code gets what the turn read, and has to decide what history says it decided.
/// Then once more as after a restart, all but the last turn at once, which finds code that depends on something outside its
/// history (static state, whether it is replaying). Nothing is executed, written or logged. Runs on the calling thread: code
/// that never gives its turn back never returns.
/// </remarks>
/// <param name="registry">Today's code.</param>
/// <param name="options">What counts as a mismatch, and which versions run; null: the defaults.</param>
public sealed class OrchestrationReplayer(DurableTaskRegistry registry, ReplayOptions? options = null)
{
    private readonly ReplayOptions _options = options ?? new ReplayOptions();

    /// <summary>Replays one history: of an open instance or a finished one, rewound, suspended, terminated or continued as new.</summary>
    /// <param name="instanceId">The instance that it is of.</param>
    /// <param name="events">Everything that happened, oldest first.</param>
    public ReplayResult Replay(string instanceId, IReadOnlyList<HistoryEvent> events)
    {
        ArgumentNullException.ThrowIfNull(events);

        if (RecordedTurns.Incompleteness(events) is { } problem)
        {
            return NotRunnable(EngineErrors.IncompleteHistory, problem);
        }

        var started = (ExecutionStartedEvent)events[1];
        if (_options.Versioning.Check(started.Version) is { } refused)
        {
            return new ReplayResult.NotRunnable(refused);
        }

        if (registry.FindOrchestrator(started.Name, started.Version) is null)
        {
            return NotRunnable(EngineErrors.OrchestratorNotRegistered, $"No orchestrator named '{started.Name}' is registered.");
        }

        var code = new OrchestratorCode(registry, NullLoggerFactory.Instance, _options.Versioning);
        return new HistoryReplay(code, _options, instanceId, RecordedTurns.Of(events)).Run();
    }

    /// <inheritdoc cref="Replay(string, IReadOnlyList{HistoryEvent})"/>
    public ReplayResult Replay(RecordedHistory history)
    {
        ArgumentNullException.ThrowIfNull(history);
        return Replay(history.InstanceId, history.Events);
    }

    /// <summary>Replays a history in the format of <see cref="HistoryJson"/>, as <c>GET …/orchestrations/{id}/history/export</c> gives it.</summary>
    public ReplayResult ReplayJson(string json)
    {
        try
        {
            return Replay(HistoryJson.Read(json));
        }
        catch (InvalidDataException e)
        {
            return NotRunnable(EngineErrors.IncompleteHistory, e.Message);
        }
    }

    /// <summary>Replays every <c>*.json</c> file of a folder, in the order of their names.</summary>
    /// <exception cref="IOException">The folder or a file cannot be read.</exception>
    public IReadOnlyList<ReplayedFile> ReplayFolder(string folder) => [.. Directory.EnumerateFiles(folder, "*.json")
        .Order(StringComparer.Ordinal).Select(file => new ReplayedFile(file, ReplayJson(File.ReadAllText(file))))];

    /// <summary>Demands that every history of a folder matches: for a test, or a step of a build.</summary>
    /// <exception cref="OrchestrationReplayException">One does not, or there is none. Names each file, and what is wrong with it.</exception>
    /// <exception cref="IOException">The folder or a file cannot be read.</exception>
    public void VerifyFolder(string folder)
    {
        var files = ReplayFolder(folder);
        if (files.Count == 0)
        {
            throw new OrchestrationReplayException($"There is no history (*.json) in '{folder}': nothing was verified.");
        }

        string[] problems = [.. files.Where(static f => f.Result is not ReplayResult.Matches).Select(static f => $"{Path.GetFileName(f.Path)}: {f.Result}")];
        if (problems.Length > 0)
        {
            throw new OrchestrationReplayException(string.Join('\n', problems));
        }
    }

    private static ReplayResult.NotRunnable NotRunnable(string code, string message) => new(new TaskFailureDetails(code, message, IsNonRetriable: true));
}

/// <summary>What counts as a mismatch, and which versions run.</summary>
public sealed class ReplayOptions
{
    /// <summary>Gets which versions of orchestrations run, as the worker's options say.</summary>
    public VersioningOptions Versioning { get; } = new();

    /// <summary>
    /// Gets or sets a value indicating whether the same decision with another content (input, tags, version, time, target)
    /// is a mismatch, too. A running instance goes on all the same: what it decided before, it decided with the old content.
    /// </summary>
    /// <value>The default is false: it is reported beside the match.</value>
    public bool DifferencesAreMismatches { get; set; }
}

/// <summary>A file, and what came of the history in it.</summary>
public sealed record ReplayedFile(string Path, ReplayResult Result);
