using TeamsWorkflows.Connections.History;
using TeamsWorkflows.Data;
using TeamsWorkflows.Diagnostics;

namespace TeamsWorkflows.Connections;

/// <summary>How connections come from one state into another: the one place that says so, and takes it down.</summary>
internal sealed class ConnectionHealth(ConnectionJournal journal, TimeProvider time)
{
    /// <summary>Who acted when no person did.</summary>
    public const string Product = "TeamsWorkflows";

    /// <summary>Puts a connection into a state, with what it rests on, and notes the change in its history.</summary>
    /// <param name="because">Why it does not work; null when it does, or nobody has tried.</param>
    /// <param name="evidence">The answer that the verdict rests on, redacted, as JSON; null when there was none.</param>
    /// <param name="actor">Who brought it about; <see cref="Product"/> when nobody did.</param>
    public void Move(ProductDb db, ConnectionRow row, ConnectionState to, Diagnosis? because, string? evidence, string actor)
    {
        var (now, diagnosis) = (time.GetUtcNow(), because is null ? null : WorkflowJson.Write(because));
        if (row.State != to || row.Diagnosis != diagnosis)
        {
            journal.Moved(db, row, to, because, actor);
        }

        (row.State, row.StateSince) = (to, row.State == to ? row.StateSince : now);
        (row.Diagnosis, row.Evidence) = (diagnosis, evidence);
    }
}
