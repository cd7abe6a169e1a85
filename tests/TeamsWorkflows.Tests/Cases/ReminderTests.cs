using Microsoft.Extensions.Options;
using TeamsWorkflows.Cases;
using TeamsWorkflows.Connections;
using TeamsWorkflows.Deliveries;

namespace TeamsWorkflows.Tests.Cases;

/// <summary>A case that nobody resolves is not forgotten, and one that is resolved is left alone.</summary>
public sealed class ReminderTests
{
    [Fact]
    [Trait("Requirement", "R84")]
    [Trait("Requirement", "R85")]
    public async Task Nobody_acts_and_the_operators_are_reminded_and_then_others_told()
    {
        await using var product = await ProductHost.StartAsync(
            ("Cases:ReminderInterval", "01:00:00"), ("Cases:EscalateAfter", "05:00:00"));
        var head = $"head@{product.Tenant.Domain}";
        product.Get<IOptions<CaseOptions>>().Value.EscalationRecipients = [head];
        product.Tenant.Faults.Apply("refresh-revoked");
        var report = await product.SubmitAsync(product.Request(patience: TimeSpan.FromDays(1)));
        var found = await product.OpenCaseAsync();
        await PassAsync(product, found.Id, static c => c is { EscalatedAt: not null, Reminders: >= 3 });

        var subjects = product.OperatorMails.Select(m => m.Subject).ToArray();
        Assert.Equal("Reconnect required: Finance posts", subjects[0]);
        Assert.True(subjects.Length >= 4);
        Assert.All(subjects.Skip(1), subject => Assert.Equal("Reminder: Reconnect required: Finance posts", subject));
        var escalation = Assert.Single(product.Tenant.Mails, m => m.To.Contains(head));
        Assert.Equal("Escalation: Reconnect required: Finance posts", escalation.Subject);
        Assert.Contains("1 delivery waits for it. Nobody has resolved it so far.", escalation.TextBody, StringComparison.Ordinal);

        product.Tenant.Faults.Clear();
        Assert.IsType<SignInResult.Connected>(await product.SignInAsync(product.Tenant.Service));
        Assert.Equal(DeliveryState.Delivered, (await product.EndOfAsync(report)).State);
        var instance = DeliveryNames.InstanceOfCase(found.Id);
        Assert.Equal(DurableTask.Core.OrchestrationRuntimeStatus.Completed, (await product.RunAsync(product.Client.WaitForInstanceCompletionAsync(instance))).Status);
        var closed = (await product.Cases.FindAsync(found.Id, default))!.ClosedAt;
        Assert.All(product.OperatorMails, mail => Assert.True(mail.ReceivedAt <= closed));
        Assert.Null(product.Worker.Runtime.NextTimer);
    }

    [Fact]
    [Trait("Requirement", "R85")]
    public async Task An_escalation_that_could_not_be_sent_comes_with_the_next_reminder()
    {
        await using var product = await ProductHost.StartAsync(("Cases:ReminderInterval", "01:00:00"), ("Cases:EscalateAfter", "05:00:00"));
        var recipients = product.Get<IOptions<CaseOptions>>().Value;
        recipients.EscalationRecipients = ["nobody in particular"]; // the mail server would not even be asked
        product.Tenant.Faults.Apply("refresh-revoked");
        await product.SubmitAsync(product.Request(patience: TimeSpan.FromDays(2)));
        var found = await product.OpenCaseAsync();
        await PassAsync(product, found.Id, c => c.OpenedAt + TimeSpan.FromHours(8) < product.Time.GetUtcNow());
        Assert.Null((await product.Cases.FindAsync(found.Id, default))!.EscalatedAt);

        var head = $"head@{product.Tenant.Domain}";
        recipients.EscalationRecipients = [head];
        await PassAsync(product, found.Id, static c => c.EscalatedAt is not null);
        Assert.Single(product.Tenant.Mails, m => m.To.Contains(head));
    }

    [Fact]
    [Trait("Requirement", "R84")]
    public async Task A_case_that_is_resolved_in_time_reminds_nobody()
    {
        await using var product = await ProductHost.StartAsync(("Cases:ReminderInterval", "04:00:00"), ("Cases:EscalateAfter", "1.00:00:00"));
        product.Tenant.Faults.Apply("refresh-revoked");
        var report = await product.SubmitAsync();
        var found = await product.OpenCaseAsync();
        product.Tenant.Faults.Clear();
        await product.SignInAsync(product.Tenant.Service);
        await product.EndOfAsync(report);
        await product.RunAsync(product.Client.WaitForInstanceCompletionAsync(DeliveryNames.InstanceOfCase(found.Id)));

        Assert.Single(product.OperatorMails);
        Assert.Equal((0, null), ((await product.Cases.FindAsync(found.Id, default))!.Reminders, (await product.Cases.FindAsync(found.Id, default))!.EscalatedAt));
        Assert.Null(product.Worker.Runtime.NextTimer);
    }

    [Fact]
    public void Reminders_come_less_and_less_often_and_the_escalation_once()
    {
        var nudges = new CaseChase(TimeSpan.FromHours(4), TimeSpan.FromDays(1)).Nudges().ToArray();

        Assert.Equal([4, 12, 24, 28, 52, 76], nudges.Take(6).Select(n => n.After.TotalHours));
        Assert.Equal(2, Array.FindIndex(nudges, n => n.IsEscalation));
        Assert.Equal(Enumerable.Range(1, 30), nudges.Where(n => !n.IsEscalation).Select(n => n.Number));
        Assert.Single(nudges, n => n.IsEscalation);
    }

    [Theory]
    [InlineData(0, 24, new[] { 24.0 })]
    [InlineData(24 * 7, 24, new[] { 24.0, 24 * 7, 24 * 14 })]
    [InlineData(12, 0, new[] { 12.0, 36, 60 })]
    [InlineData(0, 0, new double[0])]
    public void Zero_means_never_and_no_interval_is_too_long(double remindHours, double escalateHours, double[] hours)
        => Assert.Equal(
            hours, new CaseChase(TimeSpan.FromHours(remindHours), TimeSpan.FromHours(escalateHours)).Nudges().Take(3).Select(n => n.After.TotalHours));

    // From timer to timer, looking between: a clock that ran on by itself would pass the report's patience.
    private static async Task PassAsync(ProductHost product, string caseId, Func<Case, bool> isSo)
    {
        while (true)
        {
            if (product.Worker.Runtime is { IsIdle: true, NextTimer: { } next })
            {
                if (isSo((await product.Cases.FindAsync(caseId, default))!))
                {
                    return;
                }

                product.Time.Advance(TimeSpan.FromTicks(Math.Max(0, (next - product.Time.GetUtcNow()).Ticks)));
            }

            await Task.Delay(1);
        }
    }
}
