using System.Net;
using TeamsWorkflows.Client;
using TeamsWorkflows.Server.Development;

namespace TeamsWorkflows.Server.Tests;

/// <summary>The client package against the real server.</summary>
[Collection(nameof(SharedServer))]
public sealed class ClientTests(ServerHost host)
{
    [Fact]
    public async Task A_report_is_handed_over_followed_and_found_in_the_ledger()
    {
        using var http = await host.PublisherAsync();
        var client = new TeamsWorkflowsClient(http);
        var title = Calls.Unique("By the client");
        var team = host.Tenant.Team("Finance");
        var draft = new ReportDraft(title, "It is **up**.", [DestinationDraft.Channel(DevelopmentSandbox.ConnectionId, team.Id, team.Channel("Reports").Id)]);
        var report = await client.SubmitAsync(title.Replace(' ', '-'), draft);
        var again = await client.SubmitAsync(title.Replace(' ', '-'), draft);
        Assert.Equal(report.Id, again.Id);
        var ended = await client.WaitAsync(report.Id, ServerHost.Patience);
        Assert.True(ended.HasEnded);
        Assert.Equal("Delivered", Assert.Single(ended.Deliveries).State);
        Assert.Single(host.Tenant.MessagesAbout(title));

        List<string> listed = [];
        await foreach (var delivery in client.ListDeliveriesAsync(new(State: "Delivered", Limit: 2)))
        {
            listed.Add(delivery.Id);
        }

        Assert.Contains(ended.Deliveries[0].Id, listed);
        Assert.Equal(title, (await client.GetDeliveryAsync(ended.Deliveries[0].Id)).Title);
    }

    [Fact]
    public async Task A_refusal_says_what_to_branch_on_and_which_field()
    {
        using var http = await host.PublisherAsync();
        var client = new TeamsWorkflowsClient(http);
        var refused = await Assert.ThrowsAsync<ApiProblemException>(() => client.SubmitAsync("refused", new ReportDraft("", "x", [])));
        Assert.Equal((HttpStatusCode.UnprocessableEntity, "invalid-report"), (refused.Status, refused.Code));
        Assert.Contains("destinations", refused.Errors.Keys);
        var foreign = await Assert.ThrowsAsync<ApiProblemException>(() => client.ListConnectionsAsync());
        Assert.Equal("forbidden", foreign.Code);
    }

    [Fact]
    public async Task Operators_and_administrators_have_their_calls()
    {
        using var operating = await host.OperatorAsync();
        using var administering = await host.AdministratorAsync();
        var (operators, administrators) = (new TeamsWorkflowsClient(operating), new TeamsWorkflowsClient(administering));
        Assert.Contains(await operators.ListConnectionsAsync(), static c => c.Id == DevelopmentSandbox.ConnectionId);
        await operators.ListCasesAsync(open: true);
        var missing = await Assert.ThrowsAsync<ApiProblemException>(() => operators.CancelAsync("none", "a look"));
        Assert.Equal("not-found", missing.Code);
        Assert.True((await administrators.VerifyAuditAsync()).IsIntact);
        using var file = new MemoryStream();
        await administrators.ExportAuditAsync(file);
        Assert.True(file.Length > 0);
    }
}
