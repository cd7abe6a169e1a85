using System.Collections.Concurrent;
using System.Net;

namespace TeamsWorkflows.Server.Tests.Recovery;

/// <summary>What a server does while it is backed up: some reports are delivered, one waits for a person, more come all the time.</summary>
internal sealed class Workload(ServerHost host)
{
    private readonly ConcurrentQueue<string> _delivered = [];

    /// <summary>Gets the report that waits for a sign-in.</summary>
    public string Parked { get; private set; } = "";

    public async Task PrepareAsync()
    {
        using var publisher = await host.PublisherAsync();
        for (var i = 0; i < 5; i++)
        {
            _delivered.Enqueue((await host.DeliverAsync(publisher, Calls.Unique("Before"))).Text("id"));
        }

        host.Tenant.Faults.Apply("refresh-revoked");
        using var submitted = await publisher.SubmitAsync(host.Tenant.Report("Waits for a person"), "parked");
        Parked = (await submitted.JsonAsync()).Text("id");
        await ApprovalCalls.UntilAsync(publisher, Parked, "Parked");
    }

    /// <summary>Hands reports over until <paramref name="work"/> is done.</summary>
    public async Task<T> WhileAsync<T>(Func<Task<T>> work)
    {
        using var publisher = await host.PublisherAsync();
        using var done = new CancellationTokenSource();
        var load = Task.Run(async () =>
        {
            while (!done.IsCancellationRequested)
            {
                using var taken = await publisher.SubmitAsync(host.Tenant.Report(Calls.Unique("Under load")), Guid.NewGuid().ToString());
                Assert.Equal(HttpStatusCode.Accepted, taken.StatusCode);
                await Task.Delay(10, CancellationToken.None);
            }
        }, CancellationToken.None);
        try
        {
            return await work();
        }
        finally
        {
            await done.CancelAsync();
            await load;
        }
    }

    /// <summary>Looks whether a server that was started on the copy has all that there was, and brings the waiting report to its end.</summary>
    /// <param name="restored">Its connection has been signed in.</param>
    public async Task AssertGoesOnAsync(ServerHost restored)
    {
        using var oversight = await restored.OperatorAsync();
        foreach (var id in _delivered)
        {
            Assert.Equal("Delivered", (await oversight.GetJsonAsync($"/api/v1/reports/{id}")).GetProperty("deliveries")[0].Text("state"));
        }

        await ApprovalCalls.UntilAsync(oversight, Parked, "Delivered");
        Assert.Single(restored.Tenant.MessagesAbout("Waits for a person"));
        using var publisher = await restored.PublisherAsync();
        await restored.DeliverAsync(publisher, Calls.Unique("After"));
    }
}
