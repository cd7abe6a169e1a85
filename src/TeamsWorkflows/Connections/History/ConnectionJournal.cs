using TeamsWorkflows.Data;
using TeamsWorkflows.Diagnostics;

namespace TeamsWorkflows.Connections.History;

/// <summary>Takes down what happens to connections besides their use: the one place that makes such events.</summary>
internal sealed class ConnectionJournal(TimeProvider time, Func<Guid> newGuid)
{
    /// <summary>Somebody signed in.</summary>
    public void SignedIn(ProductDb db, string connectionId, string actor)
        => db.ConnectionEvents.Add(New(connectionId, ConnectionEventKind.Reconnected, actor, note: null));

    /// <summary>Something was changed that tokens depend on.</summary>
    /// <param name="note">What is said about it, without secrets; null: nothing.</param>
    /// <param name="at">When it happened; null: now.</param>
    public void Changed(
        ProductDb db, string connectionId, OperationalChange change, string actor, string? note = null, DateTimeOffset? at = null)
    {
        var row = New(connectionId, ConnectionEventKind.Changed, actor, note);
        (row.Change, row.At) = (change, at ?? row.At);
        db.ConnectionEvents.Add(row);
    }

    /// <summary>It comes into another state, or is in the same one for another reason.</summary>
    /// <param name="because">Why it does not work; null when it does, or nobody has tried.</param>
    public void Moved(ProductDb db, ConnectionRow connection, ConnectionState to, Diagnosis? because, string actor)
    {
        var note = because is null ? null : $"{because.Class}: {because.Summary}";
        var row = New(connection.Id, ConnectionEventKind.StateChanged, actor, note);
        (row.From, row.To, row.Cause) = (connection.State, to, because?.Action);
        db.ConnectionEvents.Add(row);
    }

    private ConnectionEventRow New(string connectionId, ConnectionEventKind kind, string actor, string? note) => new()
    {
        Id = newGuid(),
        ConnectionId = connectionId,
        At = time.GetUtcNow(),
        Kind = kind,
        Actor = actor,
        Note = note,
    };
}
