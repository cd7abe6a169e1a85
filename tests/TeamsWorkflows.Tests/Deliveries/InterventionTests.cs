using Microsoft.EntityFrameworkCore;
using TeamsWorkflows.Connections;
using TeamsWorkflows.Deliveries;
using TeamsWorkflows.DurableTask.Core;
using TeamsWorkflows.Sandbox;
using TeamsWorkflows.Ways;

namespace TeamsWorkflows.Tests.Deliveries;

/// <summary>Administrators reach into the machinery, and mail and authority fail: every delivery still ends, and says how.</summary>
public sealed class InterventionTests
{
    [Fact]
    public async Task A_delivery_that_is_terminated_is_failed_and_the_report_ends()
    {
        await using var product = await ProductHost.StartAsync();
        product.Tenant.Faults.Apply("refresh-revoked");
        product.Tenant.ExpireAccessTokens();
        var report = await product.SubmitAsync();
        await product.OpenCaseAsync();

        Assert.True(await product.Client.TerminateInstanceAsync(DeliveryNames.InstanceOf(report.Deliveries[0].Id), "olivia: enough", recursive: true));
        var delivery = await product.EndOfAsync(report);

        Assert.Equal((DeliveryState.Failed, "The delivery stopped: olivia: enough"), (delivery.State, delivery.Reason));
        Assert.Empty(product.Messages);
        Assert.Empty(product.ReportMails);
    }

    [Fact]
    public async Task A_delivery_whose_keys_are_gone_goes_out_by_mail_all_the_same()
    {
        await using var product = await ProductHost.StartAsync();
        product.Tenant.Faults.Add(new FaultRule
        {
            Name = "busy",
            Surface = SandboxSurfaces.Receiver,
            Status = 429,
            ContentType = "text/plain",
            Body = "busy",
            Count = 1,
        });
        var report = await product.SubmitAsync(product.Request() with
        {
            Destinations = [new WebhookDestination(product.Tenant.ReceiverAddress("program").AbsoluteUri, "a secret of theirs")],
        });
        while (product.Tenant.Requests.All(r => r.Surface != SandboxSurfaces.Receiver) || !product.Worker.Runtime.IsIdle)
        {
            await Task.Delay(1);
        }

        await product.Database.WriteAsync(
            async db => (await db.Deliveries.SingleAsync()).ProtectedDestination = new byte[64], CancellationToken.None);
        var delivery = await product.EndOfAsync(report);

        Assert.Equal(DeliveryState.FellBack, delivery.State);
        Assert.Contains("keys that protected", Assert.Single(product.ReportMails).TextBody, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_suspended_delivery_goes_on_when_it_is_resumed()
    {
        await using var product = await ProductHost.StartAsync();
        product.Tenant.Faults.Apply("throttled", new() { Delay = 30, Count = 1 });
        var report = await product.SubmitAsync();
        var instance = DeliveryNames.InstanceOf(report.Deliveries[0].Id);
        await product.Client.WaitForInstanceStartAsync(instance);
        Assert.True(await product.Client.SuspendInstanceAsync(instance, "olivia: a change of the channel"));
        while (!product.Worker.Runtime.IsIdle)
        {
            await Task.Delay(1);
        }

        product.Time.Advance(TimeSpan.FromMinutes(5));
        Assert.Empty(product.Messages);
        Assert.Equal(OrchestrationRuntimeStatus.Suspended, (await product.Client.GetInstanceAsync(instance))!.Status);
        Assert.True(await product.Client.ResumeInstanceAsync(instance, "olivia: done"));
        Assert.Equal(DeliveryState.Delivered, (await product.EndOfAsync(report)).State);
        Assert.Single(product.Messages);
    }

    [Fact]
    public async Task An_authority_that_is_busy_is_waited_for_and_asks_nobody()
    {
        await using var product = await ProductHost.StartAsync();
        product.Tenant.Faults.Apply("token-endpoint-503", new() { Count = 20 });
        product.Tenant.ExpireAccessTokens();
        var report = await product.SubmitAsync();
        var delivery = await product.EndOfAsync(report);

        Assert.Equal(DeliveryState.Delivered, delivery.State);
        Assert.Single(product.Messages);
        Assert.Empty(await product.Cases.PageAsync(isOpen: null, 0, 100, CancellationToken.None));
    }

    [Fact]
    public async Task A_channel_that_is_locked_is_tried_again_and_not_read_back()
    {
        await using var product = await ProductHost.StartAsync();
        product.Tenant.Faults.Add(Answer(423, "resourceLocked", count: 1));
        var delivery = await product.EndOfAsync(await product.SubmitAsync());

        Assert.Single(product.Messages);
        Assert.Equal(["unavailable", "posted"], delivery.Attempts.Select(a => a.Outcome));
    }

    [Fact]
    public async Task A_report_that_Teams_refuses_for_good_goes_out_by_mail_and_opens_no_case()
    {
        await using var product = await ProductHost.StartAsync();
        product.Tenant.Faults.Add(Answer(413, "RequestEntityTooLarge", count: null));
        var delivery = await product.EndOfAsync(await product.SubmitAsync());

        Assert.Equal(DeliveryState.FellBack, delivery.State);
        Assert.Equal(["rejected", "mailed"], delivery.Attempts.Select(a => a.Outcome));
        Assert.Single(product.ReportMails);
        Assert.Empty(await product.Cases.PageAsync(isOpen: null, 0, 100, CancellationToken.None));
    }

    [Fact]
    public async Task A_mail_server_that_never_takes_the_mail_leaves_a_failed_delivery_that_says_so()
    {
        await using var product = await ProductHost.StartAsync();
        product.Tenant.Faults.Apply("forbidden-membership");
        product.Tenant.Faults.Apply("smtp-refuses");
        var delivery = await product.EndOfAsync(await product.SubmitAsync());

        Assert.Equal(DeliveryState.Failed, delivery.State);
        Assert.Contains("The e-mail failed, too", delivery.Reason!, StringComparison.Ordinal);
        Assert.Empty(product.ReportMails);
    }

    [Fact]
    public async Task A_person_who_comes_without_a_mail_resolves_the_case_all_the_same()
    {
        await using var product = await ProductHost.StartAsync();
        product.Tenant.Faults.Apply("refresh-revoked");
        product.Tenant.Faults.Apply("smtp-refuses");
        product.Tenant.ExpireAccessTokens();
        var report = await product.SubmitAsync(product.Request(patience: TimeSpan.FromHours(12)));
        var found = await product.OpenCaseAsync();
        await UntilTheMailHasFailedAsync(product, DeliveryNames.InstanceOfCase(found.Id));

        Assert.IsType<SignInResult.Connected>(await product.SignInAsync(product.Tenant.Service));
        Assert.Equal(DeliveryState.Delivered, (await product.EndOfAsync(report)).State);
        Assert.Empty(product.OperatorMails);
    }

    private static FaultRule Answer(int status, string code, int? count) => new()
    {
        Name = code,
        Surface = SandboxSurfaces.GraphMessagePost,
        Status = status,
        ContentType = "application/json",
        Body = $$$"""{"error":{"code":"{{{code}}}","message":"The sandbox says so."}}""",
        Count = count,
    };

    // Step by step: the clock must not run on to the end of the report's patience.
    private static async Task UntilTheMailHasFailedAsync(ProductHost product, string instance)
    {
        while (true)
        {
            if (product.Worker.Runtime is { IsIdle: true, NextTimer: { } next })
            {
                if ((await product.Client.GetInstanceAsync(instance))!.CustomStatus!.Contains("the mail to the operators failed", StringComparison.Ordinal))
                {
                    return;
                }

                Assert.True(next < product.Time.GetUtcNow() + TimeSpan.FromHours(1), "The mail is not tried any more, and nobody was told.");
                product.Time.Advance(next - product.Time.GetUtcNow());
            }

            await Task.Delay(1);
        }
    }
}
