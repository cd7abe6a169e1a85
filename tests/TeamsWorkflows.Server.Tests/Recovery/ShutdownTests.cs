using TeamsWorkflows.Sandbox;
using TeamsWorkflows.Server.Development;
using TeamsWorkflows.Server.Hosting;

namespace TeamsWorkflows.Server.Tests.Recovery;

/// <summary>SIGTERM while a post is under way: what Teams answers is still taken, and nothing is posted twice.</summary>
public sealed class ShutdownTests
{
    [Fact]
    public async Task A_server_that_is_told_to_stop_finishes_what_is_under_way()
    {
        await using var sandbox = await SandboxServer.StartAsync(
            new() { HttpsPort = 0, HttpPort = 0, SmtpPort = 0 }, TimeProvider.System, CancellationToken.None);
        await using var server = new SpawnedServer(sandbox, []);
        await server.StartAsync();
        using var publisher = await ClientAsync(server, new SandboxTokens(sandbox).PublisherAsync());
        using var operating = await ClientAsync(server, new SandboxTokens(sandbox).OfAsync(sandbox.DefaultTenant.Operator));
        await SignIns.RunAsync(sandbox, operating, $"/api/v1/connections/{DevelopmentSandbox.ConnectionId}/sign-in", server.Address);

        sandbox.DefaultTenant.Faults.Apply("slow-answer", new() { Count = 1, Delay = 3 });
        using var submitted = await publisher.SubmitAsync(sandbox.DefaultTenant.Report("Under way"), "under-way");
        var report = (await submitted.JsonAsync()).Text("id");
        await ApprovalCalls.UntilAsync(publisher, report, "Posting");

        Assert.Equal(ExitCodes.Stopped, await server.TerminateAsync());
        await server.StartAsync();
        await ApprovalCalls.UntilAsync(publisher, report, "Delivered");
        var attempt = Assert.Single((await publisher.GetJsonAsync($"/api/v1/reports/{report}")).GetProperty("deliveries")[0].GetProperty("attempts").EnumerateArray());
        Assert.Equal("posted", attempt.Text("outcome")); // the very answer, and not what a look into the channel found
        Assert.Single(sandbox.DefaultTenant.MessagesAbout("Under way"));
    }

    private static async Task<HttpClient> ClientAsync(SpawnedServer server, Task<string> token)
    {
        var client = new HttpClient { BaseAddress = server.Address };
        client.DefaultRequestHeaders.Authorization = new("Bearer", await token);
        return client;
    }
}
