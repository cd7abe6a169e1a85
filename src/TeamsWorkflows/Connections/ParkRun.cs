using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using TeamsWorkflows.Cases;
using TeamsWorkflows.Data;
using TeamsWorkflows.Deliveries;
using TeamsWorkflows.Diagnostics;
using TeamsWorkflows.DurableTask;
using TeamsWorkflows.DurableTask.Client;

namespace TeamsWorkflows.Connections;

/// <summary>Opens the connection's case, or joins the one that is open, and puts the run behind it.</summary>
internal sealed class ParkRun(
    Database database,
    DurableTaskClient client,
    ConnectionHealth health,
    SharedCredential shared,
    TimeProvider time,
    Func<Guid> newGuid,
    IOptions<DeliveryOptions> options,
    IOptions<CaseOptions> cases)
    : TaskActivity<ParkRunInput, ParkResult>
{
    public override async Task<ParkResult> RunAsync(TaskActivityContext context, ParkRunInput input)
    {
        var opened = await OpenAsync(input, context.CancellationToken);
        if (opened is not null)
        {
            await StartAsync(opened, context.CancellationToken);
        }

        return new(opened?.CaseId);
    }

    private Task<OpenedCase?> OpenAsync(ParkRunInput input, CancellationToken cancellationToken) => database.WriteAsync(
        async db =>
        {
            var now = time.GetUtcNow();
            var connection = await db.Connections.SingleAsync(c => c.Id == input.ConnectionId, cancellationToken);
            var open = await CaseKey.FindOpenAsync(db, input.ConnectionId, input.Diagnosis, cancellationToken);
            if (open is null)
            {
                if (connection.State == ConnectionState.Healthy && connection.Generation > input.Generation)
                {
                    return null; // restored since this run failed
                }

                var diagnosis = await LoopBreaker.JudgeAsync(db, input.ConnectionId, input.Diagnosis, now, cancellationToken);
                open = diagnosis == input.Diagnosis ? null : await CaseKey.FindOpenAsync(db, input.ConnectionId, diagnosis, cancellationToken);
                if (open is null)
                {
                    var evidence = connection.Evidence ?? await LastEvidenceAsync(db, input.DeliveryId, cancellationToken);
                    open = NewCase(input.ConnectionId, diagnosis, evidence, now);
                    db.Cases.Add(open);
                }
            }

            if (SharedCredential.IsLostBy(input.Diagnosis))
            {
                await shared.StopOthersAsync(db, connection, input.Diagnosis, open, cancellationToken);
            }

            if (input.InstanceId is { } instanceId)
            {
                if (connection.State != ConnectionState.NeedsAttention)
                {
                    health.Move(db, connection, ConnectionState.NeedsAttention, input.Diagnosis, open.Evidence, ConnectionHealth.Product);
                }

                await ParkAsync(db, open.Id, instanceId, input, now, cancellationToken);
            }

            return new OpenedCase(open.Id, open.ConnectionId, open.Cause);
        },
        cancellationToken);

    private CaseRow NewCase(string connectionId, Diagnosis diagnosis, string? evidence, DateTimeOffset now) => new()
    {
        Id = newGuid().ToString("N"),
        ConnectionId = connectionId,
        Cause = diagnosis.Action,
        Class = CaseKey.Of(diagnosis).Class,
        Diagnosis = WorkflowJson.Write(diagnosis),
        Runbook = diagnosis.Runbook,
        Evidence = evidence,
        OpenedAt = now,
    };

    private static Task<string?> LastEvidenceAsync(ProductDb db, string deliveryId, CancellationToken cancellationToken)
        => db.Attempts.Where(a => a.DeliveryId == deliveryId && a.Evidence != null)
            .OrderByDescending(a => a.Number).Select(a => a.Evidence).FirstOrDefaultAsync(cancellationToken);

    private static async Task ParkAsync(
        ProductDb db, string caseId, string instanceId, ParkRunInput input, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (!await db.ParkedRuns.AnyAsync(p => p.CaseId == caseId && p.InstanceId == instanceId, cancellationToken))
        {
            db.ParkedRuns.Add(new ParkedRunRow { CaseId = caseId, InstanceId = instanceId, DeliveryId = input.DeliveryId, ParkedAt = now });
        }

        var delivery = await db.Deliveries.SingleAsync(d => d.Id == input.DeliveryId, cancellationToken);
        (delivery.State, delivery.Reason, delivery.UpdatedAt) = (DeliveryState.Parked, input.Diagnosis.Summary, now);
    }

    // After the row, so that a process that dies in between starts it when this activity runs again.
    private async Task StartAsync(OpenedCase opened, CancellationToken cancellationToken)
    {
        try
        {
            await client.ScheduleNewOrchestrationInstanceAsync(
                nameof(ReconnectConnection),
                new ReconnectInput(opened.CaseId, opened.ConnectionId, opened.Cause, options.Value.ResumeInterval, cases.Value.Chase, LinesUp: true),
                new(DeliveryNames.InstanceOfCase(opened.CaseId)),
                cancellationToken);
        }
        catch (OrchestrationAlreadyExistsException)
        {
            // Another run opened the case: single flight.
        }
    }

    private sealed record OpenedCase(string CaseId, string ConnectionId, OperatorAction Cause);
}

/// <summary>Takes a run that has lost patience from behind its case.</summary>
internal sealed class UnparkRun(Database database) : TaskActivity<UnparkRunInput, bool>
{
    /// <returns>Whether the case was closed meanwhile, so that the run may go on.</returns>
    public override Task<bool> RunAsync(TaskActivityContext context, UnparkRunInput input) => database.WriteAsync(
        async db =>
        {
            var found = await db.Cases.SingleAsync(c => c.Id == input.CaseId, context.CancellationToken);
            if (found.ClosedAt is null)
            {
                db.Note(ChangeTopic.Cases, input.CaseId);
                await db.ParkedRuns.Where(p => p.CaseId == input.CaseId && p.InstanceId == input.InstanceId)
                    .ExecuteDeleteAsync(context.CancellationToken);
            }

            return found.ClosedAt is not null;
        },
        context.CancellationToken);
}
