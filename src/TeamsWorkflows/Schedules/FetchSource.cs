using System.Text;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using TeamsWorkflows.Data;
using TeamsWorkflows.DurableTask;
using TeamsWorkflows.Http;

namespace TeamsWorkflows.Schedules;

/// <summary>Calls a schedule's source once and keeps its JSON with the occurrence.</summary>
internal sealed class FetchSource(Database database, ScheduleVault vault, AddressReader reader, TimeProvider time)
    : TaskActivity<RunOccurrenceInput, FetchOutcome>
{
    public override async Task<FetchOutcome> RunAsync(TaskActivityContext context, RunOccurrenceInput input)
    {
        var (schedule, occurrence) = await OccurrenceRows.FindAsync(database, input, context.CancellationToken);
        if (schedule is null || occurrence is null || vault.OpenSource(schedule) is not { } source)
        {
            return new FetchOutcome.NotNeeded();
        }

        var answer = await reader.GetAsync(
            new Uri(source.Url!),
            source.Header is { } header ? (header, source.Secret!) : null,
            source.Timeout ?? ScheduleLimits.DefaultSourceTimeout,
            ScheduleLimits.MaxSourceBytes,
            context.CancellationToken);
        return answer switch
        {
            ReadAnswer.Body body => await KeepAsync(input, body.Bytes),
            ReadAnswer.Status status => new FetchOutcome.Declined(status.Code, status.RetryAfter),
            ReadAnswer.TooLarge => new FetchOutcome.Unusable($"The source answered more than {ScheduleLimits.MaxSourceBytes:N0} bytes."),
            ReadAnswer.Blocked => new FetchOutcome.Blocked(),
            ReadAnswer.None none => new FetchOutcome.Unreachable(none.Exception),
            _ => throw new System.Diagnostics.UnreachableException(),
        };
    }

    private async Task<FetchOutcome> KeepAsync(RunOccurrenceInput input, byte[] bytes)
    {
        string json;
        try
        {
            using var document = JsonDocument.Parse(bytes);
            json = document.RootElement.GetRawText();
        }
        catch (JsonException e)
        {
            return new FetchOutcome.Unusable($"The source answered no JSON: reading stopped at line {e.LineNumber + 1}, byte {e.BytePositionInLine + 1}.");
        }

        var now = time.GetUtcNow();
        await database.WriteAsync(
            db => OccurrenceRows.OpenRun(db, input.ScheduleId, input.OccurrenceId, input.Run).ExecuteUpdateAsync(
                set => set.SetProperty(o => o.Data, json).SetProperty(o => o.UpdatedAt, now), CancellationToken.None),
            CancellationToken.None);
        return new FetchOutcome.Fetched(Encoding.UTF8.GetByteCount(json));
    }
}
