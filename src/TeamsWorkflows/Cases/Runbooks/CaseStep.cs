namespace TeamsWorkflows.Cases.Runbooks;

/// <summary>That a step of a case's runbook is done.</summary>
/// <param name="Runbook">The runbook whose step it is: a case may come to have another one.</param>
/// <param name="By">Who said so.</param>
public sealed record StepTick(string Runbook, string Step, string By, DateTimeOffset At);

/// <summary>A step of a case's runbook, and whether it is done.</summary>
/// <param name="TickedBy">Who said that it is; null: nobody.</param>
public sealed record CaseStep(string Id, string Text, string? TickedBy, DateTimeOffset? TickedAt)
{
    /// <summary>Lays ticks over the steps as this release has them. A tick of a step that it does not have is kept, and not shown.</summary>
    public static IReadOnlyList<CaseStep> Of(Runbook? runbook, IReadOnlyList<StepTick> ticks)
        => runbook is null ? [] : [.. runbook.Steps.Select(step => Of(step, ticks.FirstOrDefault(t => t.Runbook == runbook.Id && t.Step == step.Id)))];

    private static CaseStep Of(RunbookStep step, StepTick? tick) => new(step.Id, step.Text, tick?.By, tick?.At);
}
