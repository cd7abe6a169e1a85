using Microsoft.Extensions.Options;
using TeamsWorkflows.DurableTask;
using TeamsWorkflows.DurableTask.Grpc.Remote;

namespace TeamsWorkflows.Server.Hosting;

/// <summary>The product's workflows as a worker of another engine.</summary>
internal static class RemoteHubSetup
{
    public const string Section = $"{ValidateTaskHubOptions.Section}:{nameof(HubProvider.DurableTask)}";

    public static void AddRemoteHub(this IServiceCollection services)
    {
        services.AddOptions<RemoteHubOptions>().BindConfiguration(Section).Configure<IConfiguration>(ReadConnectionString).ValidateOnStart();
        services.AddSingleton<IValidateOptions<RemoteHubOptions>, ValidateRemoteHubOptions>();
        services.AddSingleton(static provider => new RemoteHub(
            provider.GetRequiredService<IOptions<RemoteHubOptions>>().Value, provider.GetRequiredService<TimeProvider>(), new Random()));
        services.AddSingleton(static provider => new GrpcTaskHubWorker(
            provider.GetRequiredService<RemoteHub>(),
            provider.GetRequiredService<DurableTaskRegistry>(),
            provider.GetRequiredService<ILoggerFactory>()));
        services.AddSingleton(static provider => new GrpcDurableTaskClient(
            provider.GetRequiredService<RemoteHub>(),
            provider.GetRequiredService<DurableTaskRegistry>(),
            provider.GetRequiredService<Func<Guid>>()));
        services.AddSingleton<IHubNode, RemoteHubNode>();
    }

    private static void ReadConnectionString(RemoteHubOptions options, IConfiguration configuration)
    {
        if (configuration[$"{Section}:ConnectionString"] is { Length: > 0 } connectionString)
        {
            options.ReadConnectionString(connectionString);
        }
    }

    private sealed class ValidateRemoteHubOptions : IValidateOptions<RemoteHubOptions>
    {
        public ValidateOptionsResult Validate(string? name, RemoteHubOptions options)
            => options.Problems().Select(static problem => $"{Section}:{problem}").ToArray() is { Length: > 0 } problems
                ? ValidateOptionsResult.Fail(problems)
                : ValidateOptionsResult.Success;
    }
}
