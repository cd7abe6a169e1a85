using TeamsWorkflows.Cases.Runbooks;
using TeamsWorkflows.Connections;
using TeamsWorkflows.Connections.History;
using TeamsWorkflows.Diagnostics;

namespace TeamsWorkflows.Cases.Escalation;

/// <summary>Makes the packet of a case out of what is stored; everything that people or services wrote is redacted once more.</summary>
public sealed class PacketDesk
{
    /// <summary>How far back changes are told (R99).</summary>
    public static readonly TimeSpan ChangesReach = TimeSpan.FromDays(14);

    private const string NotRecorded = "not recorded";

    private readonly CaseDesk _cases;
    private readonly ConnectionDesk _connections;
    private readonly ConnectionLog _log;
    private readonly TimeProvider _time;

    internal PacketDesk(CaseDesk cases, ConnectionDesk connections, ConnectionLog log, TimeProvider time)
        => (_cases, _connections, _log, _time) = (cases, connections, log, time);

    /// <returns>Null when there is no such case.</returns>
    public async Task<EscalationPacket?> MakeAsync(string caseId, CancellationToken cancellationToken)
    {
        if (await _cases.FindAsync(caseId, cancellationToken) is not { } found
            || await _connections.FindAsync(found.ConnectionId, cancellationToken) is not { } connection)
        {
            return null;
        }

        var now = _time.GetUtcNow();
        var history = await _log.ReadAsync(connection.Id, cancellationToken);
        var changes = (await _log.ChangesAsync(connection.Id, now - ChangesReach, cancellationToken))
            .ConvertAll(static row => HistoryDesk.From(row) with { Note = Redaction.Body(row.Note) });
        return new(
            found.Id,
            now,
            [.. Times(found, connection, history).OrderBy(static t => t.At)],
            Call(found),
            new(connection.Id, $"{connection.AuthModel}", connection.TenantId, connection.ClientId, connection.Username, connection.Scopes, connection.Owner, connection.Environment),
            changes,
            Reconnects(history),
            new(found.Diagnosis.Class, found.Diagnosis.Subclass, found.Diagnosis.Summary, found.Diagnosis.Rule, found.Diagnosis.Confidence, RunbookShelf.Find(found.Diagnosis.Runbook)),
            SymptomReader.Read(history),
            Ask(found.Cause));
    }

    private static IEnumerable<PacketTime> Times(Case found, Connection connection, ConnectionHistory history)
    {
        if (connection.LastSuccessAt is { } success)
        {
            yield return new(success, "last success of the connection");
        }

        if (history.Events.FirstOrDefault(e => e.Kind == ConnectionEventKind.Failed && !(e.At < connection.LastSuccessAt)) is { } first)
        {
            yield return new(first.At, "first failure since");
        }

        if (found.Evidence is { } evidence)
        {
            yield return new(evidence.At, "the failure of this packet");
        }

        yield return new(found.OpenedAt, "case opened");
        if (found.ClosedAt is { } closed)
        {
            yield return new(closed, "case closed, after a verification");
        }
    }

    private static PacketCall Call(Case found)
    {
        var evidence = found.Evidence;
        var ids = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in new[] { ("request-id", evidence?.RequestId ?? found.Diagnosis.RequestId), ("client-request-id", evidence?.ClientRequestId) })
        {
            if (Redaction.Body(value) is { } id)
            {
                ids[name] = id;
            }
        }

        return new(
            Redaction.Body(evidence?.Endpoint) ?? NotRecorded,
            evidence?.Method ?? NotRecorded,
            evidence?.Status,
            Redaction.Body(evidence?.Error ?? found.Diagnosis.Code),
            evidence?.ErrorCodes ?? [],
            Redaction.Body(evidence?.Body ?? evidence?.Exception),
            Redaction.Headers((evidence?.Headers ?? new Dictionary<string, string>(StringComparer.Ordinal)).Select(static h => (h.Key, h.Value))),
            ids);
    }

    private static PacketReconnects Reconnects(ConnectionHistory history)
    {
        var lasted = HistoryDesk.Durability(history);
        var last = history.Events.LastOrDefault(static e => e.Kind == ConnectionEventKind.Reconnected);
        var firstUse = history.Events.FirstOrDefault(e => e.At >= last?.At && e.Kind is ConnectionEventKind.Succeeded or ConnectionEventKind.Failed);
        bool? helped = firstUse is null ? null : firstUse.Kind == ConnectionEventKind.Succeeded;
        var summary = (last, helped, lasted.Count) switch
        {
            (null, _, _) => "Nobody has signed in again within the recorded time.",
            (_, null, _) => "The connection has not been used since the last sign-in.",
            (_, false, 0) => "The last sign-in did not help: the first use after it failed.",
            (_, _, 0) => "The last sign-in has not failed yet.",
            _ => $"{lasted.Count} sign-ins helped, for {string.Join(", ", lasted.Select(static l => SymptomReader.Minutes(l.Lasted)))}: "
                + "equal times point to a policy on sessions or sign-in frequency, unequal ones to the tool's stored credential.",
        };
        return new(helped, lasted, summary);
    }

    private static string Ask(OperatorAction cause) => cause switch
    {
        OperatorAction.Reconnect => "Which policy or event ended this account's sessions at the times below? Is it meant to?",
        OperatorAction.ChangePolicy => "Please exempt this account or application from the policy that ends its sign-ins, or say which way is allowed.",
        OperatorAction.GrantAdminConsent => "Please grant the scopes below to the application in this tenant, or say why not.",
        OperatorAction.RotateCredential => "Please give the application a new credential, or say who owns its registration.",
        OperatorAction.AddMembership => "Please add the account to the team or channel.",
        _ => "What does this answer mean for the identity below, and what should be changed?",
    };
}
