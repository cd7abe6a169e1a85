using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using TeamsWorkflows.Connections;
using TeamsWorkflows.Connections.Canary;
using TeamsWorkflows.Data;
using TeamsWorkflows.Reports;

namespace TeamsWorkflows.Server.Hosting;

/// <summary>Starts the product in its one right order before the server listens, and drains it after the server has stopped.</summary>
/// <remarks>
/// Migrate, take the task hub over, make the connections what the configuration says, run what was open, start what was
/// stored and not started. The services are asked for one after the other because making the worker takes the hub.
/// </remarks>
internal sealed partial class TaskHubService(
    IServiceProvider services,
    IDbContextFactory<ProductDb> contexts,
    IOptions<ConfiguredConnections> connections,
    HubState state,
    IHostApplicationLifetime lifetime,
    ILogger<TaskHubService> logger) : IHostedService
{
    private IHubRunner? _worker;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await using (var db = await contexts.CreateDbContextAsync(cancellationToken))
        {
            await db.Database.MigrateAsync(cancellationToken);
        }

        _worker = services.GetRequiredService<IHubRunner>();
        var desk = services.GetRequiredService<ConnectionDesk>();
        foreach (var definition in connections.Value.ByKey.Values)
        {
            await desk.ConfigureAsync(definition, cancellationToken);
        }

        _worker.Start();
        await services.GetRequiredService<ReportDesk>().ResumeAsync(cancellationToken);
        await services.GetRequiredService<CanaryDesk>().StartAsync(cancellationToken);
        state.Started();
        _ = StopOnFaultAsync(_worker);
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        state.Stopping();
        if (_worker is not null)
        {
            await _worker.DisposeAsync().AsTask().WaitAsync(cancellationToken);
        }
    }

    private async Task StopOnFaultAsync(IHubRunner worker)
    {
        var fault = await worker.Fault;
        state.Failed();
        Log.Failed(logger, ExitCodes.TaskHubFault, fault);
        lifetime.StopApplication();
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Critical, "The task hub cannot go on. The process ends with code {ExitCode}: start it again.")]
        public static partial void Failed(ILogger logger, int exitCode, Exception fault);
    }
}
