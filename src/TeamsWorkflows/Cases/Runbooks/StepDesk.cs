using Microsoft.EntityFrameworkCore;
using TeamsWorkflows.Data;
using TeamsWorkflows.Diagnostics;

namespace TeamsWorkflows.Cases.Runbooks;

/// <summary>What somebody's tick led to.</summary>
public enum TickResult
{
    /// <summary>It stands as it was asked for, by now or already.</summary>
    Kept,
    NoCase,

    /// <summary>The case's runbook has no such step.</summary>
    NoStep,

    /// <summary>Ticks of a closed case are its record.</summary>
    CaseClosed,
}

/// <summary>Keeps which steps of a case's runbook are done, by whom and since when.</summary>
public sealed class StepDesk(Database database, TimeProvider time)
{
    /// <summary>Says that a step is done; whoever said so first is who did it.</summary>
    public Task<TickResult> TickAsync(string caseId, string step, string actor, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(actor);

        return ChangeAsync(
            caseId,
            step,
            (db, runbook, tick) =>
            {
                if (tick is null)
                {
                    db.StepTicks.Add(new StepTickRow { CaseId = caseId, Runbook = runbook, Step = step, Actor = actor, At = time.GetUtcNow() });
                }
            },
            cancellationToken);
    }

    /// <summary>Takes back that a step is done.</summary>
    public Task<TickResult> UntickAsync(string caseId, string step, CancellationToken cancellationToken) => ChangeAsync(
        caseId,
        step,
        static (db, _, tick) =>
        {
            if (tick is not null)
            {
                db.StepTicks.Remove(tick);
            }
        },
        cancellationToken);

    private Task<TickResult> ChangeAsync(string caseId, string step, Action<ProductDb, string, StepTickRow?> change, CancellationToken cancellationToken)
        => database.WriteAsync(
            async db =>
            {
                if (await db.Cases.Where(c => c.Id == caseId).Select(static c => new { c.ClosedAt, c.Diagnosis }).SingleOrDefaultAsync(cancellationToken) is not { } found)
                {
                    return TickResult.NoCase;
                }

                if (RunbookShelf.Find(WorkflowJson.Read<Diagnosis>(found.Diagnosis)!.Runbook) is not { } runbook || runbook.Steps.All(s => s.Id != step))
                {
                    return TickResult.NoStep;
                }

                if (found.ClosedAt is not null)
                {
                    return TickResult.CaseClosed;
                }

                change(db, runbook.Id, await db.StepTicks.SingleOrDefaultAsync(t => t.CaseId == caseId && t.Runbook == runbook.Id && t.Step == step, cancellationToken));
                return TickResult.Kept;
            },
            cancellationToken);
}
