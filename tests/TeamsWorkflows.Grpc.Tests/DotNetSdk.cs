using Grpc.Core;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.Worker;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace TeamsWorkflows.Grpc.Tests;

/// <summary>The official .NET SDK as worker and client of a hub.</summary>
internal sealed class DotNetSdk : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly IHost _host;

    private DotNetSdk(IHost host) => _host = host;

    public DurableTaskClient Client => _host.Services.GetRequiredService<DurableTaskClient>();

    public static async Task<DotNetSdk> StartAsync(CallInvoker invoker, Action<DurableTaskRegistry> tasks)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Logging.SetMinimumLevel(LogLevel.None);
        builder.Services.AddDurableTaskWorker(worker =>
        {
            worker.AddTasks(tasks);
            worker.UseGrpc(grpc => grpc.CallInvoker = invoker);
        });
        builder.Services.AddDurableTaskClient(client => client.UseGrpc(grpc => grpc.CallInvoker = invoker));
        var host = builder.Build();
        await host.StartAsync();
        return new DotNetSdk(host);
    }

    public async Task<OrchestrationMetadata> RunAsync(string name, object? input = null)
        => await EndOfAsync(await Client.ScheduleNewOrchestrationInstanceAsync(name, input));

    public async Task<OrchestrationMetadata> EndOfAsync(string id)
    {
        using CancellationTokenSource patience = new(Patience);
        return await Client.WaitForInstanceCompletionAsync(id, getInputsAndOutputs: true, patience.Token);
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
    }
}
