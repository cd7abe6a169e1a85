using System.Net;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using TeamsWorkflows.Connections;
using TeamsWorkflows.Data;
using TeamsWorkflows.DurableTask;
using TeamsWorkflows.Fallback;

namespace TeamsWorkflows.Schedules;

/// <summary>Tells who answers for a schedule that one of its occurrences came to nothing.</summary>
internal sealed class TellScheduleOwner(Database database, Mailer mailer, IOptions<EntraOptions> entra) : TaskActivity<FailOccurrenceInput, bool>
{
    /// <returns>Whether there was somebody to tell: false when the schedule was deleted.</returns>
    public override async Task<bool> RunAsync(TaskActivityContext context, FailOccurrenceInput input)
    {
        var schedule = await database.ReadAsync(
            db => db.Schedules.SingleOrDefaultAsync(s => s.Id == input.ScheduleId && s.Uid == input.Uid, context.CancellationToken),
            context.CancellationToken);
        if (schedule is null)
        {
            return false;
        }

        var address = new Uri(entra.Value.PublicAddress, $"schedules/{schedule.Id}");
        var subject = $"No report: {schedule.Name}, {input.OccurrenceId}";
        var again = "Once that is put right, have this occurrence made up for: backfill.";
        await mailer.SendAsync(
            new Mail(
                $"{OccurrenceNames.InstanceOf(input.Uid, input.OccurrenceId, input.Run).Replace(':', '-')}",
                [schedule.Owner],
                subject,
                $"{subject}\n\n{input.Reason}\n\n{again}\n{address}\n",
                $"<h2>{WebUtility.HtmlEncode(subject)}</h2><p>{WebUtility.HtmlEncode(input.Reason)}</p><p>{again}</p>"
                + $"<p><a href=\"{WebUtility.HtmlEncode(address.AbsoluteUri)}\">Open the schedule</a></p>"),
            context.CancellationToken);
        return true;
    }
}
