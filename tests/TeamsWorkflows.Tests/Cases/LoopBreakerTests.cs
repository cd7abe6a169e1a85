using TeamsWorkflows.Cases;
using TeamsWorkflows.Cases.Runbooks;
using TeamsWorkflows.Connections;
using TeamsWorkflows.Deliveries;
using TeamsWorkflows.Diagnostics;

namespace TeamsWorkflows.Tests.Cases;

/// <summary>Reconnects that never last end in one case for the policy, with the proof.</summary>
public sealed class LoopBreakerTests
{
    private static readonly DateTimeOffset Start = new(2026, 11, 1, 8, 0, 0, TimeSpan.Zero);

    [Fact]
    [Trait("Requirement", "B5")]
    [Trait("Requirement", "R91")]
    [Trait("Requirement", "R41")]
    public async Task The_second_sign_in_that_lasts_as_long_as_the_first_asks_for_the_policy_and_not_for_a_third()
    {
        await using var product = await ProductHost.StartAsync();
        await BreakAsync(product);
        Assert.Equal(OperatorAction.Reconnect, (await product.OpenCaseAsync()).Cause);
        product.Tenant.Faults.Clear();
        await product.SignInAsync(product.Tenant.Service);
        await ClosedAsync(product);

        var report = await BreakAsync(product);
        var loop = await product.OpenCaseAsync();

        Assert.Equal((OperatorAction.ChangePolicy, RunbookShelf.ReconnectLoop), (loop.Cause, loop.Diagnosis.Runbook));
        Assert.Contains("2 reconnects in a row helped for about 12.0 hours each", loop.Diagnosis.Summary, StringComparison.Ordinal);
        Assert.DoesNotContain("Sign in as", product.OperatorMails[^1].TextBody, StringComparison.Ordinal);
        var another = await product.SubmitAsync(product.Request("Another"));
        Assert.Equal(loop.Id, (await product.OpenCaseAsync(parked: 2)).Id);

        product.Tenant.Faults.Clear();
        await product.SignInAsync(product.Tenant.Service);
        Assert.Equal(ResolveResult.Verifying, await product.Cases.ResolveAsync(loop.Id, "olivia", "The account is exempt now", default));
        Assert.Equal(DeliveryState.Delivered, (await product.EndOfAsync(report)).State);
        Assert.Equal(DeliveryState.Delivered, (await product.EndOfAsync(another)).State);
    }

    [Fact]
    [Trait("Requirement", "B5")]
    public async Task A_loop_that_is_seen_joins_the_policys_case_that_is_open()
    {
        await using var product = await ProductHost.StartAsync();
        var now = product.Time.GetUtcNow();
        var reconnect = Diagnostician.Diagnose(new(FailureSurface.MsalException, now) { Body = "AADSTS50173: revoked" });
        var context = new DurableTask.TaskActivityContext(nameof(ParkRun), "run", 0, CancellationToken.None);
        var park = product.Get<ParkRun>();
        var policy = await park.RunAsync(context, new(ProductHost.ConnectionId, "", null, reconnect with { Action = OperatorAction.ChangePolicy }, 1));
        await product.Database.WriteAsync(
            db =>
            {
                db.ConnectionEvents.AddRange(SignedIn(now.AddHours(-24)), SignedIn(now.AddHours(-12)));
                db.Cases.Add(new()
                {
                    Id = "before",
                    ConnectionId = ProductHost.ConnectionId,
                    Cause = OperatorAction.Reconnect,
                    Class = FailureClasses.RefreshBroken,
                    Diagnosis = WorkflowJson.Write(reconnect),
                    OpenedAt = now.AddHours(-12).AddMinutes(-1),
                    ClosedAt = now.AddHours(-12),
                });
                return Task.CompletedTask;
            },
            default);

        Assert.Equal(policy.CaseId, (await park.RunAsync(context, new(ProductHost.ConnectionId, "", null, reconnect, 1))).CaseId);

        static TeamsWorkflows.Data.ConnectionEventRow SignedIn(DateTimeOffset at) => new()
        {
            Id = Guid.NewGuid(),
            ConnectionId = ProductHost.ConnectionId,
            At = at,
            Kind = ConnectionEventKind.Reconnected,
            Actor = "olivia",
        };
    }

    [Theory]
    [Trait("Requirement", "B5")]
    [InlineData(new[] { 1.0, 1.05 }, OperatorAction.ChangePolicy)]
    [InlineData(new[] { 12, 11.5 }, OperatorAction.ChangePolicy)]
    [InlineData(new[] { 24 * 7.0, 24 * 7.1 }, OperatorAction.ChangePolicy)]
    [InlineData(new[] { 2.0, 30, 9 }, OperatorAction.ChangePolicy)]
    [InlineData(new[] { 12.0 }, OperatorAction.Reconnect)]
    [InlineData(new[] { 0.1, 0.1, 0.1 }, OperatorAction.Reconnect)]
    [InlineData(new[] { 24 * 3.0, 24 * 40 }, OperatorAction.Reconnect)]
    [InlineData(new[] { 24 * 90.0, 24 * 90 }, OperatorAction.Reconnect)]
    public void Periods_break_and_accidents_and_disuse_do_not(double[] hours, OperatorAction action)
    {
        List<DateTimeOffset> signIns = [], failures = [];
        var at = Start;
        foreach (var lasted in hours)
        {
            signIns.Add(at);
            at += TimeSpan.FromHours(lasted);
            failures.Add(at);
            at += TimeSpan.FromMinutes(5);
        }

        var reconnect = Diagnostician.Diagnose(new(FailureSurface.MsalException, Start) { Body = "AADSTS50173: revoked" });
        Assert.Equal(action, LoopBreaker.Judge(reconnect, signIns, failures).Action);
    }

    private static async Task<TeamsWorkflows.Reports.Report> BreakAsync(ProductHost product)
    {
        product.Time.Advance(TimeSpan.FromHours(12));
        product.Tenant.Faults.Apply("refresh-revoked");
        product.Tenant.ExpireAccessTokens();
        return await product.SubmitAsync();
    }

    private static async Task ClosedAsync(ProductHost product)
    {
        while ((await product.Cases.PageAsync(isOpen: true, 0, 100, default)).Count > 0)
        {
            await Task.Delay(1);
        }
    }
}
