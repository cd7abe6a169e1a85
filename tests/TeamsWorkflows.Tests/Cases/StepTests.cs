using Microsoft.EntityFrameworkCore;
using TeamsWorkflows.Cases;
using TeamsWorkflows.Cases.Runbooks;

namespace TeamsWorkflows.Tests.Cases;

/// <summary>Which steps of a case's runbook are done.</summary>
public sealed class StepTests
{
    private static readonly string[] OfPasswordChanged = ["confirm-change", "sign-in", "lasting-password"];

    [Fact]
    [Trait("Requirement", "B12")]
    public async Task A_tick_has_its_first_author_and_may_be_taken_back()
    {
        await using var product = await ProductHost.StartAsync();
        var (found, steps) = (await OpenAsync(product), product.Get<StepDesk>());
        Assert.Equal(OfPasswordChanged, found.Steps.Select(s => s.Id));
        Assert.All(found.Steps, s => Assert.Null(s.TickedBy));

        var at = product.Time.GetUtcNow();
        Assert.Equal(TickResult.Kept, await steps.TickAsync(found.Id, "confirm-change", "olivia", default));
        product.Time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(TickResult.Kept, await steps.TickAsync(found.Id, "confirm-change", "otto", default));
        Assert.Equal([("olivia", at), (null, null), (null, null)], (await ReadAsync(product, found.Id)).Select(s => (s.TickedBy, s.TickedAt)));

        Assert.Equal(TickResult.Kept, await steps.UntickAsync(found.Id, "confirm-change", default));
        Assert.Equal(TickResult.Kept, await steps.UntickAsync(found.Id, "confirm-change", default));
        Assert.All(await ReadAsync(product, found.Id), s => Assert.Null(s.TickedBy));

        Assert.Equal(TickResult.NoStep, await steps.TickAsync(found.Id, "dance", "olivia", default));
        Assert.Equal(TickResult.NoCase, await steps.TickAsync("nobody", "confirm-change", "olivia", default));
    }

    [Fact]
    [Trait("Requirement", "B12")]
    public async Task A_tick_of_a_step_that_is_gone_is_kept_and_not_shown()
    {
        await using var product = await ProductHost.StartAsync();
        var found = await OpenAsync(product);
        await product.Database.WriteAsync(
            db =>
            {
                db.StepTicks.Add(new() { CaseId = found.Id, Runbook = found.Diagnosis.Runbook!, Step = "of-an-older-release", Actor = "olivia", At = product.Time.GetUtcNow() });
                return Task.CompletedTask;
            },
            default);

        Assert.Equal(OfPasswordChanged, (await ReadAsync(product, found.Id)).Select(s => s.Id));
        Assert.Equal(1, await product.Database.ReadAsync(db => db.StepTicks.CountAsync(), default));
    }

    [Fact]
    [Trait("Requirement", "B12")]
    public async Task The_ticks_of_a_closed_case_stay_as_they_are_and_go_with_it()
    {
        await using var product = await ProductHost.StartAsync();
        var (found, steps) = (await OpenAsync(product), product.Get<StepDesk>());
        await steps.TickAsync(found.Id, "confirm-change", "olivia", default);
        await product.Database.WriteAsync(db => db.Cases.ExecuteUpdateAsync(set => set.SetProperty(c => c.ClosedAt, product.Time.GetUtcNow())), default);

        Assert.Equal(TickResult.CaseClosed, await steps.UntickAsync(found.Id, "confirm-change", default));
        Assert.Equal(TickResult.CaseClosed, await steps.TickAsync(found.Id, "sign-in", "olivia", default));
        Assert.Equal(["olivia", null, null], (await ReadAsync(product, found.Id)).Select(s => s.TickedBy));

        await product.Database.WriteAsync(db => db.Cases.ExecuteDeleteAsync(), default);
        Assert.Equal(0, await product.Database.ReadAsync(db => db.StepTicks.CountAsync(), default));
    }

    private static async Task<Case> OpenAsync(ProductHost product)
    {
        product.Tenant.Faults.Apply("refresh-revoked");
        await product.SubmitAsync();
        return await product.OpenCaseAsync();
    }

    private static async Task<IReadOnlyList<CaseStep>> ReadAsync(ProductHost product, string id) => (await product.Cases.FindAsync(id, default))!.Steps;
}
