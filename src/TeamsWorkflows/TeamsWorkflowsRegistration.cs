using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using TeamsWorkflows.Cases;
using TeamsWorkflows.Connections;
using TeamsWorkflows.Data;
using TeamsWorkflows.Deliveries;
using TeamsWorkflows.DurableTask;
using TeamsWorkflows.Fallback;
using TeamsWorkflows.Graph;
using TeamsWorkflows.Http;
using TeamsWorkflows.Reports;

namespace TeamsWorkflows;

/// <summary>Puts the product into a host.</summary>
public static class TeamsWorkflowsRegistration
{
    /// <summary>
    /// Adds desks, activities and options. The host adds what is its own: <see cref="Database"/>,
    /// <see cref="ISecretProtector"/>, <see cref="DurableTask.Client.DurableTaskClient"/>, <see cref="TimeProvider"/> and a
    /// <see cref="Func{Guid}"/> that makes identifiers.
    /// </summary>
    public static IServiceCollection AddTeamsWorkflows(this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);

        services.AddOptions<EntraOptions>().Bind(configuration.GetSection("Entra")).ValidateOnStart();
        services.AddOptions<GraphOptions>().Bind(configuration.GetSection("Graph")).ValidateOnStart();
        services.AddOptions<DeliveryOptions>().Bind(configuration.GetSection("Deliveries")).ValidateOnStart();
        services.AddOptions<FallbackOptions>().Bind(configuration.GetSection("Fallback")).ValidateOnStart();
        services.AddOptions<OutboundOptions>().Bind(configuration.GetSection("Outbound"));
        services.AddSingleton<IValidateOptions<EntraOptions>, ValidateEntraOptions>();
        services.AddSingleton<IValidateOptions<GraphOptions>, ValidateGraphOptions>();
        services.AddSingleton<IValidateOptions<DeliveryOptions>, ValidateDeliveryOptions>();
        services.AddSingleton<IValidateOptions<FallbackOptions>, ValidateFallbackOptions>();

        services.AddSingleton<OutboundHttp>();
        services.AddSingleton<MsalClients>();
        services.AddSingleton<TokenSource>();
        services.AddSingleton<ConnectionGates>();
        services.AddSingleton<GraphClients>();
        services.AddSingleton<TeamsChannels>();
        services.AddSingleton<Mailer>();
        services.AddSingleton<AttemptRunner>();

        services.AddSingleton<ReportDesk>();
        services.AddSingleton<CaseDesk>();
        services.AddSingleton<ConnectionDesk>();
        services.AddSingleton(static p => new SignInDesk(
            p.GetRequiredService<Database>(),
            p.GetRequiredService<MsalClients>(),
            p.GetRequiredService<ISecretProtector>(),
            p.GetRequiredService<CaseDesk>(),
            p.GetRequiredService<TimeProvider>(),
            p.GetRequiredService<IOptions<EntraOptions>>()));
        return services;
    }

    /// <summary>Makes the registry of the product's orchestrators and activities.</summary>
    public static DurableTaskRegistry CreateRegistry(IServiceProvider services) => new DurableTaskRegistry(WorkflowJson.Default.Options)
        .AddOrchestrator(nameof(DeliverReport), static () => new DeliverReport())
        .AddOrchestrator(nameof(DeliverToDestination), static () => new DeliverToDestination())
        .AddOrchestrator(nameof(Reauthenticate), static () => new Reauthenticate())
        .AddOrchestrator(nameof(ReconnectConnection), static () => new ReconnectConnection())
        .AddActivity(nameof(PostChannelMessage), () => ActivatorUtilities.CreateInstance<PostChannelMessage>(services))
        .AddActivity(nameof(ReconcileChannelMessage), () => ActivatorUtilities.CreateInstance<ReconcileChannelMessage>(services))
        .AddActivity(nameof(RecordDelivery), () => ActivatorUtilities.CreateInstance<RecordDelivery>(services))
        .AddActivity(nameof(SendReportMail), () => ActivatorUtilities.CreateInstance<SendReportMail>(services))
        .AddActivity(nameof(RenewToken), () => ActivatorUtilities.CreateInstance<RenewToken>(services))
        .AddActivity(nameof(ParkRun), () => ActivatorUtilities.CreateInstance<ParkRun>(services))
        .AddActivity(nameof(UnparkRun), () => ActivatorUtilities.CreateInstance<UnparkRun>(services))
        .AddActivity(nameof(ProbeConnection), () => ActivatorUtilities.CreateInstance<ProbeConnection>(services))
        .AddActivity(nameof(CloseCase), () => ActivatorUtilities.CreateInstance<CloseCase>(services))
        .AddActivity(nameof(NotifyOperators), () => ActivatorUtilities.CreateInstance<NotifyOperators>(services));
}
