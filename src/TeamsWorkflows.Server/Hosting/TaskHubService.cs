using Microsoft.Extensions.Options;
using TeamsWorkflows.Connections;
using TeamsWorkflows.Connections.Canary;
using TeamsWorkflows.Intakes;
using TeamsWorkflows.Reports;
using TeamsWorkflows.Schedules;
using TeamsWorkflows.Server.Live;

namespace TeamsWorkflows.Server.Hosting;

/// <summary>Starts the product in its one right order before the server listens, and drains it after the server has stopped.</summary>
/// <remarks>
/// The data is migrated by then. Take the task hub over, or take part in it; make connections and intakes what the
/// configuration says; run what was open; start what was stored and not started (<see cref="ForgottenReports"/> does where nodes share a
/// hub). The services are asked for one after the other because making the node takes the hub.
/// </remarks>
internal sealed partial class TaskHubService(
    IServiceProvider services,
    IOptions<ConfiguredConnections> connections,
    IOptions<ConfiguredIntakes> intakes,
    HubState state,
    IHostApplicationLifetime lifetime,
    ILogger<TaskHubService> logger) : IHostedService
{
    private IHubNode? _node;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        _node = services.GetRequiredService<IHubNode>();
        var desk = services.GetRequiredService<ConnectionDesk>();
        foreach (var definition in connections.Value.ByKey.Values)
        {
            await desk.ConfigureAsync(definition, cancellationToken);
        }

        await intakes.Value.ApplyAsync(
            services.GetRequiredService<IntakeDeclarations>(), services.GetRequiredService<ILogger<ConfiguredIntakes>>(), cancellationToken);
        _node.Watch(services.GetRequiredService<ChangeFeed>().InstancesChanged);
        _node.Start();
        if (_node is not PostgresHubNode) // nodes of one database sweep: see ForgottenReports
        {
            await services.GetRequiredService<ReportDesk>().ResumeAsync(DateTimeOffset.MinValue, DateTimeOffset.MaxValue, cancellationToken);
        }

        await services.GetRequiredService<ScheduleClock>().ResumeAsync(since: null, cancellationToken);
        await services.GetRequiredService<CanaryDesk>().StartAsync(cancellationToken);
        state.Started(_node);
        _ = StopOnFaultAsync(_node);
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        state.Stopping();
        if (_node is not null)
        {
            await _node.DisposeAsync().AsTask().WaitAsync(cancellationToken);
        }
    }

    private async Task StopOnFaultAsync(IHubNode node)
    {
        var fault = await node.Fault;
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
