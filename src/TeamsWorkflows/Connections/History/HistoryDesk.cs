using Microsoft.EntityFrameworkCore;
using TeamsWorkflows.Connections.Canary;
using TeamsWorkflows.Data;
using TeamsWorkflows.Diagnostics;

namespace TeamsWorkflows.Connections.History;

/// <summary>What a connection went through, for people: uses, tokens, sign-ins, changes, and the patterns in them.</summary>
/// <param name="Changes">Sign-ins and changes, the newest first.</param>
/// <param name="Acquisitions">Questions to the authority, the newest first.</param>
/// <param name="Health">How it came from one state into another, the newest first.</param>
/// <param name="Symptoms">What the history as a whole shows.</param>
/// <param name="ReconnectsLasted">How long each sign-in helped, the oldest first (R100).</param>
public sealed record ConnectionStory(
    string ConnectionId,
    IReadOnlyList<RecordedChange> Changes,
    IReadOnlyList<Acquisition> Acquisitions,
    IReadOnlyList<HealthMove> Health,
    IReadOnlyList<Symptom> Symptoms,
    IReadOnlyList<ReconnectDurability> ReconnectsLasted,
    AcquisitionCounts Last24Hours);

/// <param name="Change">What was changed; null when somebody signed in.</param>
public sealed record RecordedChange(DateTimeOffset At, ConnectionEventKind Kind, OperationalChange? Change, string Actor, string? Note);

/// <param name="Cause">What has to be done about it; null when nothing has.</param>
/// <param name="Actor">Who brought it about; the product's name when nobody did.</param>
/// <param name="Because">The failure's class, and the verdict in a sentence; null when the connection works, or nobody has tried.</param>
public sealed record HealthMove(
    DateTimeOffset At, ConnectionState From, ConnectionState To, OperatorAction? Cause, string Actor, string? Because);

public sealed record Acquisition(DateTimeOffset At, TokenAcquisition Result, string? Class, string? Code, double DurationMs, DateTimeOffset? ExpiresAt);

public sealed record ReconnectDurability(DateTimeOffset From, TimeSpan Lasted);

public sealed record AcquisitionCounts(int Renewed, int Failed, int SignedIn);

/// <summary>Shows histories, and takes down what operators know and machines do not (R5).</summary>
public sealed class HistoryDesk
{
    private const int MaxShown = 100;

    private readonly Database _database;
    private readonly ConnectionLog _log;
    private readonly ConnectionJournal _journal;
    private readonly CanaryDesk _canary;
    private readonly TimeProvider _time;

    internal HistoryDesk(Database database, ConnectionLog log, ConnectionJournal journal, CanaryDesk canary, TimeProvider time)
        => (_database, _log, _journal, _canary, _time) = (database, log, journal, canary, time);

    public async Task<ConnectionStory> ReadAsync(string connectionId, CancellationToken cancellationToken)
    {
        var now = _time.GetUtcNow();
        var history = await _log.ReadAsync(connectionId, cancellationToken);
        var changes = await _log.ChangesAsync(connectionId, now - ConnectionLog.Reach, cancellationToken);
        var acquisitions = await _database.ReadAsync(
            db => db.Acquisitions.Where(a => a.ConnectionId == connectionId).OrderByDescending(a => a.At).Take(MaxShown).ToListAsync(cancellationToken),
            cancellationToken);
        var moves = await _log.MovesAsync(connectionId, now - ConnectionLog.Reach, MaxShown, cancellationToken);
        var yesterday = now.AddDays(-1);
        var today = await _database.ReadAsync(
            db => db.Acquisitions.Where(a => a.ConnectionId == connectionId && a.At > yesterday).GroupBy(a => a.Result)
                .Select(g => new { g.Key, Count = g.Count() })
                .ToDictionaryAsync(g => g.Key, g => g.Count, cancellationToken),
            cancellationToken);
        return new(
            connectionId,
            [.. changes.AsEnumerable().Reverse().Take(MaxShown).Select(From)],
            [.. acquisitions.Select(static a => new Acquisition(a.At, a.Result, a.Class, a.Code, a.DurationMs, a.ExpiresAt))],
            [.. moves.Select(static m => new HealthMove(m.At, m.From!.Value, m.To!.Value, m.Cause, m.Actor, m.Note))],
            SymptomReader.Read(history),
            Durability(history),
            new(today.GetValueOrDefault(TokenAcquisition.Renewed), today.GetValueOrDefault(TokenAcquisition.Failed), today.GetValueOrDefault(TokenAcquisition.SignedIn)));
    }

    /// <summary>The symptoms of two connections of one purpose in two environments, read as one history (R4).</summary>
    public async Task<IReadOnlyList<Symptom>> CompareAsync(string left, string right, CancellationToken cancellationToken)
    {
        var events = (await _log.ReadAsync(left, cancellationToken)).Events.Concat((await _log.ReadAsync(right, cancellationToken)).Events);
        return [.. SymptomReader.Read(new([.. events])).Where(static s => s.Kind == SymptomKind.TestAgainstProduction)];
    }

    /// <summary>Takes down a change that tokens depend on, as somebody reports it. One after which a stored sign-in is often dead has it tried.</summary>
    /// <param name="at">When it happened; null: now.</param>
    /// <returns>False when there is no such connection.</returns>
    public async Task<bool> RecordAsync(
        string connectionId, OperationalChange change, DateTimeOffset? at, string actor, string? note, CancellationToken cancellationToken)
    {
        var isSuspicious = change is OperationalChange.OwnerChanged or OperationalChange.WorkflowCloned;
        var isKnown = await _database.WriteAsync(
            async db =>
            {
                if (await db.Connections.SingleOrDefaultAsync(c => c.Id == connectionId, cancellationToken) is not { } row)
                {
                    return false;
                }

                if (isSuspicious)
                {
                    row.Suspect(change, _time.GetUtcNow());
                }

                _journal.Changed(db, connectionId, change, actor, Redaction.Body(note), at);
                return true;
            },
            cancellationToken);
        if (isKnown && isSuspicious)
        {
            await _canary.ReplanAsync(cancellationToken);
        }

        return isKnown;
    }

    internal static IReadOnlyList<ReconnectDurability> Durability(ConnectionHistory history)
        => [.. ReconnectLoops.Lasted([.. history.Events]).Select(static l => new ReconnectDurability(l.From, l.Lasted))];

    internal static RecordedChange From(ConnectionEventRow row) => new(row.At, row.Kind, row.Change, row.Actor, row.Note);
}
