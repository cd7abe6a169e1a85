using Microsoft.Extensions.Options;
using TeamsWorkflows.DurableTask;
using TeamsWorkflows.DurableTask.Grpc.Remote;

namespace TeamsWorkflows.Server.Hosting;

/// <summary>Which engine runs the product's task hub.</summary>
internal enum HubProvider
{
    /// <summary>The embedded engine over a file in the data folder.</summary>
    Sqlite,

    /// <summary>An engine that speaks the Durable Task protocol: section <c>TaskHub:DurableTask</c>.</summary>
    DurableTask,
}

/// <summary>The key <c>TaskHub:Provider</c>.</summary>
internal sealed class HubProviderOptions
{
    /// <value>The default is <see cref="HubProvider.Sqlite"/>.</value>
    public HubProvider Provider { get; set; }
}

/// <summary>The product's workflows as a worker of another engine.</summary>
internal static class RemoteHubSetup
{
    private const string Section = $"{ValidateTaskHubOptions.Section}:{nameof(HubProvider.DurableTask)}";

    public static HubProvider Provider(this IServiceProvider services) => services.GetRequiredService<IOptions<HubProviderOptions>>().Value.Provider;

    public static void AddRemoteHub(this IServiceCollection services)
    {
        services.AddOptions<HubProviderOptions>().BindConfiguration(ValidateTaskHubOptions.Section);
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
