using TeamsWorkflows.Deliveries;
using TeamsWorkflows.DurableTask.Client;
using TeamsWorkflows.Server.Development;

namespace TeamsWorkflows.Server.Tests;

/// <summary>The report that a newcomer sees first.</summary>
public sealed class SampleReportTests(ServerHost host) : IClassFixture<ServerHost>
{
    [Fact]
    public async Task It_is_posted_once_and_a_start_after_its_run_was_purged_still_finds_it()
    {
        var client = host.Server.Services.GetRequiredService<DurableTaskClient>();
        var sample = ActivatorUtilities.CreateInstance<SampleReport>(host.Server.Services, ActivatorUtilities.CreateInstance<SandboxSignIn>(host.Server.Services));
        var (first, isRepeat, whyNot) = await sample.PostAsync(host.Tenant, CancellationToken.None);
        Assert.Equal((DeliveryState.Delivered, false, null), (first!.State, isRepeat, whyNot));

        var purged = await client.PurgeInstanceAsync($"report-{first.ReportId}", recursive: true);
        Assert.True(purged.PurgedInstanceCount > 0);
        var (again, isRepeatNow, _) = await sample.PostAsync(host.Tenant, CancellationToken.None);
        Assert.Equal((DeliveryState.Delivered, true, first.UpdatedAt), (again!.State, isRepeatNow, again.UpdatedAt));
        Assert.Single(host.Tenant.MessagesAbout("TeamsWorkflows is up"));
    }
}
