using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Configuration.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using TeamsWorkflows.DurableTask;
using TeamsWorkflows.DurableTask.Client;
using TeamsWorkflows.DurableTask.Sdk;
using TeamsWorkflows.Server.Hosting;
using TeamsWorkflows.Server.Security;
using TeamsWorkflows.Server.Storage;

namespace TeamsWorkflows.Functions;

/// <summary>The product inside Azure Functions: the same desks, workflows and front door; the engine is the Durable Task extension.</summary>
/// <remarks>
/// Every orchestrator and activity of our registry becomes a function under its name, through the extension's own registry;
/// none is written here, but for those of <see cref="ActivityFunctions"/>, which need a binding. The product's data is in PostgreSQL, for there are many instances and none has a disk to keep.
/// </remarks>
internal static class FunctionsHost
{
    public static FunctionsApplicationBuilder CreateBuilder(string[] args)
    {
        var builder = FunctionsApplication.CreateBuilder(args);
        UseAppSettings(builder.Configuration);
        builder.ConfigureFunctionsWebApplication();
        builder.ConfigureDurableExtension();

        var services = builder.Services;
        services.AddProductStorage(HubProvider.Postgres);
        services.AddPostgresOptions();
        services.AddKeyRing(builder.Configuration, builder.Environment, folder: null);
        services.AddTeamsWorkflows(builder.Configuration);
        services.AddWorkflowHost();
        services.AddFrontDoor();
        services.AddObservability(builder.Configuration);
        services.AddHostedService<FunctionsStart>();
        services.AddSingleton<FrontDoorPipeline>();
        services.AddDurableFunctions();
        return builder;
    }

    private static void AddDurableFunctions(this IServiceCollection services)
    {
        services.AddSingleton<BoundClient>();
        services.AddSingleton<DurableTaskClient>(static provider => new SdkDurableTaskClient(
            () => provider.GetRequiredService<BoundClient>().Current,
            provider.GetRequiredService<DurableTaskRegistry>(),
            provider.GetRequiredService<Func<Guid>>()));
        services.AddSdkFailures();
        services.AddOptions<Microsoft.DurableTask.DurableTaskRegistry>().Configure<DurableTaskRegistry>(
            static (functions, ours) => functions.AddTasksOf(ours, except: ActivityFunctions.Names));
    }

    // Settings are the app settings, that is, the environment. The server's file says where the server listens.
    private static void UseAppSettings(IConfigurationManager configuration)
    {
        foreach (var file in configuration.Sources.OfType<JsonConfigurationSource>().ToArray())
        {
            configuration.Sources.Remove(file);
        }
    }
}
