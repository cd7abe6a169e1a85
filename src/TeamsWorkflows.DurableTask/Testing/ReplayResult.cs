using System.Globalization;
using TeamsWorkflows.DurableTask.Core;

namespace TeamsWorkflows.DurableTask.Testing;

/// <summary>What came of replaying a history against today's code. Closed: it matches, it does not, or it cannot be told.</summary>
public abstract record ReplayResult
{
    private protected ReplayResult()
    {
    }

    /// <summary>For tests: goes on when the code matches.</summary>
    /// <exception cref="OrchestrationReplayException">It does not, or the history cannot be replayed. Says what to do.</exception>
    public void ThrowUnlessMatches()
    {
        if (this is not Matches)
        {
            throw new OrchestrationReplayException(ToString());
        }
    }

    /// <summary>Every turn decides what history says. Running instances with such a history go on under today's code.</summary>
    /// <param name="TurnCount">How many turns were compared.</param>
    /// <param name="Differences">Where the same was decided with another content.</param>
    public sealed record Matches(int TurnCount, IReadOnlyList<ReplayDifference> Differences) : ReplayResult
    {
        /// <summary>
        /// Gets the code of <see cref="EngineErrors"/> with which the engine, not the orchestrator, ended the execution (a
        /// limit, a mismatch with the code of that day); null: it did not. The last turn's decisions are not compared then.
        /// </summary>
        public string? EndedByEngine { get; init; }

        /// <inheritdoc/>
        public override string ToString()
            => string.Create(CultureInfo.InvariantCulture, $"Matches in {TurnCount} turns.{string.Concat(Differences.Select(static d => $"\n  {d}"))}");
    }

    /// <summary>The code decides something else. A running instance with such a history would fail with <paramref name="Failure"/>.</summary>
    /// <param name="Turn">Where, from 1.</param>
    /// <param name="TurnCount">How many turns the history has.</param>
    /// <param name="Recorded">What history has there; null: nothing.</param>
    /// <param name="Decided">What the code decided there; null: nothing.</param>
    /// <param name="Failure">Code and message.</param>
    public sealed record Mismatch(int Turn, int TurnCount, HistoryEvent? Recorded, OrchestratorAction? Decided, TaskFailureDetails Failure) : ReplayResult
    {
        /// <inheritdoc/>
        public override string ToString() => string.Create(
            CultureInfo.InvariantCulture,
            $"{Failure.ErrorType} in turn {Turn} of {TurnCount}: {Failure.ErrorMessage} Instances that run already must find the old "
            + $"path: keep it (CompareVersionTo, or AddOrchestrator with a version), or let them end first (docs/engine.md, Changing a workflow).");
    }

    /// <summary>Nothing can be said: the orchestrator is not registered, or the history is not whole.</summary>
    /// <param name="Failure">
    /// <see cref="EngineErrors.OrchestratorNotRegistered"/>, <see cref="EngineErrors.VersionMismatch"/> or
    /// <see cref="EngineErrors.IncompleteHistory"/>, and what exactly.
    /// </param>
    public sealed record NotRunnable(TaskFailureDetails Failure) : ReplayResult
    {
        /// <inheritdoc/>
        public override string ToString() => $"{Failure.ErrorType}: {Failure.ErrorMessage}";
    }
}

/// <summary>The same decision with another content.</summary>
/// <param name="Turn">Where, from 1.</param>
/// <param name="Recorded">What history has.</param>
/// <param name="Decided">What the code decided.</param>
/// <param name="What">What differs, and from where on, with a few characters of both.</param>
public sealed record ReplayDifference(int Turn, HistoryEvent Recorded, OrchestratorAction Decided, string What)
{
    /// <inheritdoc/>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"Turn {Turn}: {Disagreement.Describe(Recorded)} at #{Recorded.EventId} differs in {What}");
}

/// <summary>A recorded history does not match today's code, or cannot be replayed. The message says where, and what to do.</summary>
public sealed class OrchestrationReplayException(string message) : Exception(message);
