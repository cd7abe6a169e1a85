using System.Text.Json;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Worker;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;

namespace TeamsWorkflows.DurableTask.Sdk;

/// <summary>Puts our workflows into a worker of the official SDK: the Functions extension's, or one of its own over gRPC.</summary>
public static class SdkTasks
{
    /// <summary>Adds every orchestrator and activity of <paramref name="ours"/>, under its name; nothing is written twice.</summary>
    /// <param name="except">Activities that the host adds in a way of its own.</param>
    public static Microsoft.DurableTask.DurableTaskRegistry AddTasksOf(
        this Microsoft.DurableTask.DurableTaskRegistry registry, DurableTaskRegistry ours, params IReadOnlyCollection<string> except)
    {
        ArgumentNullException.ThrowIfNull(registry);
        ArgumentNullException.ThrowIfNull(ours);

        foreach (var name in ours.OrchestratorNames)
        {
            registry.AddOrchestrator(name.Value, () => new SdkOrchestrator(ours));
        }

        foreach (var name in ours.ActivityNames.Where(name => !except.Contains(name.Value, StringComparer.Ordinal)))
        {
            registry.AddActivity(name.Value, services => new SdkActivity(
                ours, services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping));
        }

        return registry;
    }

    /// <summary>Keeps codes of failures, and whether they are worth another try, on the way through the official SDK.</summary>
    public static IServiceCollection AddSdkFailures(this IServiceCollection services)
    {
        services.TryAddSingleton<IExceptionPropertiesProvider, SdkFailures>();
        return services;
    }
}

/// <summary>One replay of one of our orchestrators.</summary>
internal sealed class SdkOrchestrator(DurableTaskRegistry registry) : ITaskOrchestrator
{
    public Type InputType => typeof(JsonElement?);

    public Type OutputType => typeof(JsonElement?);

    public async Task<object?> RunAsync(Microsoft.DurableTask.TaskOrchestrationContext context, object? input)
    {
        ArgumentNullException.ThrowIfNull(context);

        using SdkOrchestrationContext ours = new(context, registry);
        var run = registry.FindOrchestrator(ours.Name, ours.Version)
            ?? throw new ActivityFailureException(
                EngineErrors.OrchestratorNotRegistered, $"No orchestrator named '{ours.Name}' is registered.", isNonRetriable: true);
        return DurableTaskJson.Parse(await run(ours, (input as JsonElement?)?.GetRawText()));
    }
}

/// <summary>One execution of one of our activities.</summary>
/// <param name="registry">What is registered, and how it reads and writes.</param>
/// <param name="stopping">Fires when the host stops.</param>
internal sealed class SdkActivity(DurableTaskRegistry registry, CancellationToken stopping) : ITaskActivity
{
    private const int UnknownTaskId = -1;

    public Type InputType => typeof(JsonElement?);

    public Type OutputType => typeof(JsonElement?);

    public async Task<object?> RunAsync(Microsoft.DurableTask.TaskActivityContext context, object? input)
    {
        ArgumentNullException.ThrowIfNull(context);

        return await RunAsync(context.Name.Name, context.InstanceId, context.Version, input as JsonElement?);
    }

    public async Task<JsonElement?> RunAsync(string name, string instanceId, string? version, JsonElement? input)
    {
        var run = registry.FindActivity(name)
            ?? throw new ActivityFailureException(
                EngineErrors.ActivityNotRegistered, $"No activity named '{name}' is registered.", isNonRetriable: true);
        TaskActivityContext ours = new(name, instanceId, UnknownTaskId, stopping)
        {
            Version = string.IsNullOrEmpty(version) ? null : version,
        };
        return DurableTaskJson.Parse(await run(ours, input?.GetRawText()));
    }
}
