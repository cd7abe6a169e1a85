using System.Net;
using System.Net.Sockets;
using Microsoft.DurableTask.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using TeamsWorkflows.DurableTask;
using TeamsWorkflows.DurableTask.Sdk;

namespace TeamsWorkflows.Grpc.Tests.Remote;

/// <summary>Our workflows, with nothing else of ours: worker, client and in-process test host are the official SDK's.</summary>
public sealed class OfficialHostTests : OrchestrationContract
{
    private protected override async Task<RunningEngine> StartAsync(DurableTaskRegistry registry)
    {
        var host = await DurableTaskTestHost.StartAsync(
            tasks => tasks.AddTasksOf(registry),
            new DurableTaskTestHostOptions
            {
                Port = FreePort(),
                LoggerFactory = NullLoggerFactory.Instance,
                ConfigureServices = static services => services.AddSdkFailures(),
            });
        return new RunningEngine(new SdkDurableTaskClient(() => host.Client, registry, Guid.NewGuid), host.DisposeAsync);
    }

    private static int FreePort()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
