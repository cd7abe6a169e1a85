using System.Text.Json;
using System.Text.RegularExpressions;
using TeamsWorkflows.Sandbox;

namespace TeamsWorkflows.Server.Tests;

/// <summary>Reports that ask for approval, and what their approvers get.</summary>
internal static partial class ApprovalCalls
{
    /// <summary>Hands a report over that asks for approval, and waits until it waits.</summary>
    /// <param name="approval">The members of the approval.</param>
    public static async Task<JsonElement> SubmitForApprovalAsync(this ServerHost host, HttpClient publisher, string title, string approval)
    {
        using var submitted = await publisher.SubmitAsync(host.Tenant.Report(title, $$""","approval": { {{approval}} }"""), Guid.NewGuid().ToString());
        Assert.True(submitted.IsSuccessStatusCode, await submitted.Content.ReadAsStringAsync());
        var report = await submitted.JsonAsync();
        await UntilAsync(publisher, report.Text("id"), "AwaitingApproval");
        return report;
    }

    public static async Task UntilAsync(HttpClient client, string reportId, string state)
    {
        using var enough = new CancellationTokenSource(ServerHost.Patience);
        while ((await client.GetJsonAsync($"/api/v1/reports/{reportId}")).GetProperty("deliveries")[0].Text("state") != state)
        {
            await Task.Delay(20, enough.Token);
        }
    }

    /// <summary>The path of the link that an approver gets by mail.</summary>
    public static async Task<string> LinkAsync(this SandboxTenant tenant, string address, string title)
    {
        using var enough = new CancellationTokenSource(ServerHost.Patience);
        var mail = await tenant.WaitForMailAsync(m => m.To.Contains(address) && m.Subject.Contains(title, StringComparison.Ordinal), enough.Token);
        return LinkPattern().Match(mail.TextBody!).Value;
    }

    [GeneratedRegex(@"/approve\?key=\S+", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex LinkPattern();
}
