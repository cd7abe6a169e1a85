using Microsoft.Extensions.Options;
using TeamsWorkflows.DurableTask;
using TeamsWorkflows.DurableTask.Client;
using TeamsWorkflows.DurableTask.Grpc.Remote;
using TeamsWorkflows.DurableTask.Grpc.Sidecar;
using TeamsWorkflows.DurableTask.Sqlite;
using TeamsWorkflows.DurableTask.Storage;
using TeamsWorkflows.DurableTask.Worker;

namespace TeamsWorkflows.Server.Hosting;

/// <summary>The engine: a task hub in the data folder, run by this process, unless <c>TaskHub:Provider</c> names another.</summary>
internal static class TaskHubSetup
{
    public static IServiceCollection AddTaskHub(this IServiceCollection services)
    {
        services.AddSingleton(TimeProvider.System);

        // Version 7: what is newer sorts later, in the ledger as in a list.
        services.AddSingleton<Func<Guid>>(static provider =>
        {
            var time = provider.GetRequiredService<TimeProvider>();
            return () => Guid.CreateVersion7(time.GetUtcNow());
        });
        services.AddOptions<TaskHubOptions>().BindConfiguration(ValidateTaskHubOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<TaskHubOptions>, ValidateTaskHubOptions>();
        services.AddSingleton<IPartitionStore>(
            static provider => new SqlitePartitionStore(
                provider.GetRequiredService<DataFolder>().TaskHub, provider.GetRequiredService<ILogger<SqlitePartitionStore>>()));
        services.AddSingleton(TeamsWorkflowsRegistration.CreateRegistry);
        services.AddSingleton(static provider => new TaskHubWorker(
            provider.GetRequiredService<IPartitionStore>(),
            provider.GetRequiredService<DurableTaskRegistry>(),
            provider.GetRequiredService<ILoggerFactory>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<Func<Guid>>(),
            provider.GetRequiredService<IOptions<TaskHubOptions>>().Value));
        services.AddSingleton(static provider => new EmbeddedDurableTaskClient(
            provider.GetRequiredService<TaskHubWorker>(),
            provider.GetRequiredService<IPartitionStore>(),
            provider.GetRequiredService<DurableTaskRegistry>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<Func<Guid>>()));
        services.AddRemoteHub();
        services.AddSingleton<IHubRunner>(static provider => provider.Provider() switch
        {
            HubProvider.DurableTask => new RemoteHubRunner(provider.GetRequiredService<GrpcTaskHubWorker>()),
            _ => new EmbeddedHubRunner(provider.GetRequiredService<TaskHubWorker>()),
        });
        services.AddSingleton<DurableTaskClient>(static provider => provider.Provider() switch
        {
            HubProvider.DurableTask => provider.GetRequiredService<GrpcDurableTaskClient>(),
            _ => provider.GetRequiredService<EmbeddedDurableTaskClient>(),
        });

        services.AddSingleton<HubState>();
        services.AddOptions<ConfiguredConnections>()
            .Configure<IConfiguration>(ConfiguredConnections.Bind)
            .ValidateOnStart();
        services.AddSingleton<IValidateOptions<ConfiguredConnections>, ValidateConfiguredConnections>();
        services.AddHostedService<TaskHubService>();

        services.AddOptions<SidecarOptions>().BindConfiguration(SidecarOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<SidecarOptions>, ValidateSidecarOptions>();
        services.AddHostedService<SidecarService>();
        return services;
    }
}
