using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using TeamsWorkflows.Connections;
using TeamsWorkflows.Data;
using TeamsWorkflows.DurableTask;
using TeamsWorkflows.Fallback;

namespace TeamsWorkflows.Cases;

/// <summary>Tells people again of a case that is still open: the operators, or those above them.</summary>
internal sealed class RemindOperators(
    CaseDesk cases,
    Database database,
    Mailer mailer,
    IOptions<CaseOptions> options,
    IOptions<EntraOptions> entra,
    IOptions<FallbackOptions> fallback,
    TimeProvider time) : TaskActivity<RemindInput, bool>
{
    /// <returns>Whether there was somebody to remind: false when the case is closed.</returns>
    public override async Task<bool> RunAsync(TaskActivityContext context, RemindInput input)
    {
        if (await cases.FindAsync(input.CaseId, context.CancellationToken) is not { IsOpen: true } found)
        {
            return false;
        }

        await mailer.SendAsync(input.IsEscalation ? Escalation(found) : Reminder(found, input.Number), context.CancellationToken);
        await database.WriteAsync(
            async db =>
            {
                var row = await db.Cases.SingleAsync(c => c.Id == input.CaseId, context.CancellationToken);
                row.Reminders = Math.Max(row.Reminders, input.Number);
                row.EscalatedAt ??= input.IsEscalation ? time.GetUtcNow() : null;
            },
            context.CancellationToken);
        return true;
    }

    private Mail Reminder(Case found, int number) => CaseMail.Compose(
        found, entra.Value.PublicAddress, fallback.Value.Operators, $"case-{found.Id}-reminder-{number}", "Reminder: ", Standing(found));

    private Mail Escalation(Case found)
    {
        var recipients = options.Value.EscalationRecipients is { Count: > 0 } named ? named : fallback.Value.Operators;
        return CaseMail.Compose(
            found, entra.Value.PublicAddress, recipients, $"case-{found.Id}-escalation", "Escalation: ", $"{Standing(found)} Nobody has resolved it so far.");
    }

    private static string Standing(Case found)
        => $"Open since {found.OpenedAt.UtcDateTime:u}; {found.WaitingCount} {(found.WaitingCount == 1 ? "delivery waits" : "deliveries wait")} for it.";
}
