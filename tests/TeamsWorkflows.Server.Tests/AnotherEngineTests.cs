using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using TeamsWorkflows.DurableTask.Grpc.Sidecar;

namespace TeamsWorkflows.Server.Tests;

/// <summary>The product on a task hub that it does not run itself.</summary>
public sealed class AnotherEngineTests
{
    [Fact]
    public async Task A_report_is_delivered_by_way_of_a_hub_elsewhere()
    {
        var folder = Directory.CreateTempSubdirectory("elsewhere-").FullName;
        SidecarOptions options = new() { Port = 0, Hubs = { "reports" } };
        await using (var elsewhere = await SidecarServer.StartAsync(folder, options, NullLoggerFactory.Instance, TimeProvider.System, Guid.NewGuid))
        {
            ServerHost host = new()
            {
                Settings = ["--TaskHub:Provider=DurableTask", $"--TaskHub:DurableTask:Endpoint={elsewhere.Address}", "--TaskHub:DurableTask:TaskHub=reports"],
            };
            await host.InitializeAsync();
            using var publisher = await host.PublisherAsync();
            var title = Calls.Unique("Elsewhere");

            using var accepted = await publisher.SubmitAsync(host.Tenant.Report(title), title.Replace(' ', '-'));
            Assert.Equal(HttpStatusCode.Accepted, accepted.StatusCode);
            await host.WaitForEndAsync((await accepted.JsonAsync()).Text("id"));

            Assert.Single(host.Tenant.MessagesAbout(title));
            await host.DisposeAsync();
        }

        Directory.Delete(folder, recursive: true);
    }
}
