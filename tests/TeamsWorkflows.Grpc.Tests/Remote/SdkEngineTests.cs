using Grpc.Core;
using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.Worker;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using TeamsWorkflows.DurableTask;
using TeamsWorkflows.DurableTask.Sdk;

namespace TeamsWorkflows.Grpc.Tests.Remote;

/// <summary>So do our workflows inside the official SDK's worker, with its client behind ours, on our hub.</summary>
public sealed class SdkEngineTests : EngineContract
{
    private protected override async Task<RunningEngine> StartAsync(DurableTaskRegistry registry)
    {
        var sidecar = await Sidecar.StartAsync();
        var worker = await OfficialWorker.StartAsync(sidecar.Invoker($"sdk-{Guid.NewGuid():N}"), registry);
        return new RunningEngine(new SdkDurableTaskClient(() => worker.Client, registry, Guid.NewGuid), worker.DisposeAsync).And(sidecar);
    }

    /// <summary>The official worker and client, as a host that is not ours puts them together.</summary>
    private sealed class OfficialWorker(IHost host) : IAsyncDisposable
    {
        public DurableTaskClient Client => host.Services.GetRequiredService<DurableTaskClient>();

        public static async Task<OfficialWorker> StartAsync(CallInvoker invoker, DurableTaskRegistry registry)
        {
            var builder = Host.CreateEmptyApplicationBuilder(null);
            builder.Logging.SetMinimumLevel(LogLevel.None);
            builder.Services.AddSdkFailures();
            builder.Services.AddDurableTaskWorker(worker =>
            {
                worker.AddTasks(tasks => tasks.AddTasksOf(registry));
                worker.UseGrpc(grpc => grpc.CallInvoker = invoker);
            });
            builder.Services.AddDurableTaskClient(client => client.UseGrpc(grpc => grpc.CallInvoker = invoker));
            var host = builder.Build();
            await host.StartAsync();
            return new OfficialWorker(host);
        }

        public async ValueTask DisposeAsync()
        {
            await host.StopAsync();
            host.Dispose();
        }
    }
}
