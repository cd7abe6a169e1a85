using Microsoft.Extensions.Options;
using TeamsWorkflows.DurableTask.Grpc.Sidecar;
using TeamsWorkflows.DurableTask.Worker;

namespace TeamsWorkflows.Server.Hosting;

/// <summary>The task hub's engine, and this process's part of it.</summary>
internal static class TaskHubSetup
{
    public static IServiceCollection AddTaskHub(this IServiceCollection services, HubProvider provider)
    {
        services.AddWorkflowHost();
        services.AddOptions<TaskHubOptions>().BindConfiguration(ValidateTaskHubOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<TaskHubOptions>, ValidateTaskHubOptions>();
        services.AddNode(provider);
        services.AddSingleton(static services => services.GetRequiredService<IHubNode>().Client);
        services.AddHostedService<TaskHubService>();
        services.AddHostedService<LedgerCleaning>();
        if (provider == HubProvider.Postgres)
        {
            services.AddHostedService<ForgottenReports>();
        }

        services.AddHostedService<FolderWatcher>(); // after the hub: what it takes is carried at once
        services.AddOptions<SidecarOptions>().BindConfiguration(SidecarOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<SidecarOptions>, ValidateSidecarOptions>();
        services.AddHostedService<SidecarService>();
        return services;
    }

    /// <summary>What the workflows need of every host: time, identifiers, their registry, the configured connections and intakes.</summary>
    public static IServiceCollection AddWorkflowHost(this IServiceCollection services)
    {
        services.AddSingleton(TimeProvider.System);

        // Version 7: what is newer sorts later, in the ledger as in a list.
        services.AddSingleton<Func<Guid>>(static provider =>
        {
            var time = provider.GetRequiredService<TimeProvider>();
            return () => Guid.CreateVersion7(time.GetUtcNow());
        });
        services.AddSingleton(TeamsWorkflowsRegistration.CreateRegistry);
        services.AddSingleton<HubState>();
        services.AddOptions<ConfiguredConnections>()
            .Configure<IConfiguration>(ConfiguredConnections.Bind)
            .ValidateOnStart();
        services.AddSingleton<IValidateOptions<ConfiguredConnections>, ValidateConfiguredConnections>();
        services.AddOptions<ConfiguredIntakes>()
            .Configure<IConfiguration>(ConfiguredIntakes.Bind)
            .ValidateOnStart();
        services.AddSingleton<IValidateOptions<ConfiguredIntakes>, ValidateConfiguredIntakes>();
        services.AddHostedService<WorkGauges>();
        services.AddHostedService<ForgottenApprovals>();
        return services;
    }

    private static void AddNode(this IServiceCollection services, HubProvider provider)
    {
        switch (provider)
        {
            case HubProvider.Sqlite:
                services.AddSingleton<IHubNode, SqliteHubNode>();
                break;
            case HubProvider.Postgres:
                services.AddPostgresOptions();
                services.AddSingleton<IHubNode, PostgresHubNode>();
                break;
            case HubProvider.DurableTask:
                services.AddRemoteHub();
                break;
            default:
                throw new System.Diagnostics.UnreachableException($"No engine is known for {provider}.");
        }
    }
}
