using System.Globalization;
using System.Text;

namespace TeamsWorkflows.Cases.Escalation;

/// <summary>A packet as a document to send: Markdown, which mail and ticket systems show as text.</summary>
public static class PacketDocument
{
    public static string Write(EscalationPacket packet)
    {
        ArgumentNullException.ThrowIfNull(packet);

        var document = new StringBuilder();
        void Line(FormattableString line) => document.Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');
        Line($"# Escalation: {packet.Verdict.Summary}\n");
        Line($"{packet.Request}\n");
        Line($"Case {packet.CaseId}, made {packet.MadeAt.UtcDateTime:u}. All times are UTC. Tokens and secrets were removed.\n");
        Line($"## 1. Times\n");
        packet.Timestamps.ToList().ForEach(t => Line($"- {t.At.UtcDateTime:u} {t.What}"));
        Line($"\n## 2. Endpoint and method\n\n- {packet.Call.Method} {packet.Call.Endpoint}\n");
        Line($"## 3. Answer\n\n- status: {packet.Call.Status?.ToString(CultureInfo.InvariantCulture) ?? "none"}\n- error: {packet.Call.Error ?? "none"} {string.Join(' ', packet.Call.ErrorCodes)}\n");
        Line($"```\n{string.Join('\n', packet.Call.Headers.Select(static h => $"{h.Key}: {h.Value}"))}\n\n{packet.Call.Body?.Replace("```", "'''", StringComparison.Ordinal)}\n```\n");
        Line($"## 4. Identifiers of the exchange\n");
        packet.Call.RequestIds.ToList().ForEach(id => Line($"- {id.Key}: {id.Value}"));
        Line($"\n## 5. Tenant and application\n");
        Line($"- tenant {packet.Identity.TenantId}\n- application {packet.Identity.ClientId} ({packet.Identity.AuthModel})\n- account {packet.Identity.Username ?? "none: the application itself"}");
        Line($"- scopes {string.Join(' ', packet.Identity.Scopes)}\n- owner {packet.Identity.Owner}, environment {packet.Identity.Environment}\n");
        Line($"## 6. Changes of the last {PacketDesk.ChangesReach.TotalDays:F0} days\n");
        packet.Changes.ToList().ForEach(c => Line($"- {c.At.UtcDateTime:u} {c.Change?.ToString() ?? "signed in again"} by {c.Actor} {c.Note}"));
        Line($"\n## Did signing in again help?\n\n{packet.Reconnects.Summary}\n");
        packet.Reconnects.Lasted.ToList().ForEach(l => Line($"- signed in {l.From.UtcDateTime:u}, helped for {l.Lasted:c}"));
        Line($"\n## How we know\n\n- {packet.Verdict.Class} {packet.Verdict.Subclass}, confidence {packet.Verdict.Confidence:P0}\n- {packet.Verdict.Rule}");
        packet.Symptoms.ToList().ForEach(s => Line($"- {s.Summary}"));
        return document.ToString();
    }
}
