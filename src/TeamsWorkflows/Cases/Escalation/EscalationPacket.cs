using TeamsWorkflows.Cases.Runbooks;
using TeamsWorkflows.Connections.History;
using TeamsWorkflows.Diagnostics;

namespace TeamsWorkflows.Cases.Escalation;

/// <summary>What an administrator of Entra, or Microsoft's support, needs to know of a case; nothing in it is secret (R99, R100).</summary>
/// <param name="MadeAt">When it was made (UTC).</param>
/// <param name="Timestamps">When what happened (UTC), the oldest first.</param>
/// <param name="Call">What was called, and what came back.</param>
/// <param name="Identity">Who asked, without any secret.</param>
/// <param name="Changes">What was changed in the last 14 days.</param>
/// <param name="Reconnects">Whether signing in again helped, and for how long.</param>
/// <param name="Request">What is asked of the reader.</param>
public sealed record EscalationPacket(
    string CaseId,
    DateTimeOffset MadeAt,
    IReadOnlyList<PacketTime> Timestamps,
    PacketCall Call,
    PacketIdentity Identity,
    IReadOnlyList<RecordedChange> Changes,
    PacketReconnects Reconnects,
    PacketVerdict Verdict,
    IReadOnlyList<Symptom> Symptoms,
    string Request);

public sealed record PacketTime(DateTimeOffset At, string What);

/// <param name="RequestIds">Every identifier of the exchange, by its name.</param>
/// <param name="Body">The whole answer, redacted.</param>
public sealed record PacketCall(
    string Endpoint,
    string Method,
    int? Status,
    string? Error,
    IReadOnlyList<string> ErrorCodes,
    string? Body,
    IReadOnlyDictionary<string, string> Headers,
    IReadOnlyDictionary<string, string> RequestIds);

public sealed record PacketIdentity(
    string Connection, string AuthModel, string TenantId, string ClientId, string? Username, IReadOnlyList<string> Scopes, string Owner, string Environment);

/// <param name="HelpedAtOnce">Whether the last one did; null when there was none.</param>
public sealed record PacketReconnects(bool? HelpedAtOnce, IReadOnlyList<ReconnectDurability> Lasted, string Summary);

public sealed record PacketVerdict(string Class, string? Subclass, string Summary, string Rule, double Confidence, Runbook? Runbook);
