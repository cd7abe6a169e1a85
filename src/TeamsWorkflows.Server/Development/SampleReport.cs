using TeamsWorkflows.Connections;
using TeamsWorkflows.Deliveries;
using TeamsWorkflows.DurableTask.Client;
using TeamsWorkflows.Reports;
using TeamsWorkflows.Sandbox;
using TeamsWorkflows.Ways;

namespace TeamsWorkflows.Server.Development;

/// <summary>The first thing that a newcomer sees: a report, really posted. However often the server starts, posted once.</summary>
internal sealed class SampleReport(ReportDesk reports, ConnectionDesk connections, DurableTaskClient client, SandboxSignIn signIn)
{
    private const string Key = "teamsworkflows-is-up";
    private const string Publisher = "teamsworkflows-sample";

    public async Task<(Delivery? Delivery, bool IsRepeat, string? WhyNot)> PostAsync(
        SandboxTenant tenant, CancellationToken cancellationToken)
    {
        if (await connections.FindAsync(DevelopmentSandbox.ConnectionId, cancellationToken) is { State: ConnectionState.NeverConnected }
            && await signIn.RunAsync(DevelopmentSandbox.ConnectionId, tenant.Service.UserName, cancellationToken)
                is not SignInResult.Connected)
        {
            return (null, false, $"{tenant.Service.UserName} could not be signed in");
        }

        var team = tenant.Team("Finance");
        var request = new ReportRequest(
            "TeamsWorkflows is up",
            "This report went through a durable orchestration, a token of MSAL and a call of Microsoft.Graph.\n\n"
            + "Now hand one over yourself: `POST /api/v1/reports`.",
            [new ChannelDestination(DevelopmentSandbox.ConnectionId, team.Id, team.Channel("Reports").Id)]);
        if (await reports.SubmitAsync(Publisher, Key, request, cancellationToken) is not SubmitResult.Accepted accepted)
        {
            return (null, false, "the sample report was refused");
        }

        try
        {
            await client.WaitForInstanceCompletionAsync(accepted.Report.InstanceId, cancellationToken);
        }
        catch (OrchestrationNotFoundException) when (accepted.IsRepeat)
        {
            // Posted so long ago that its run has been purged: the ledger remembers it for longer.
        }

        return (await reports.FindDeliveryAsync(accepted.Report.Deliveries[0].Id, cancellationToken), accepted.IsRepeat, null);
    }
}
