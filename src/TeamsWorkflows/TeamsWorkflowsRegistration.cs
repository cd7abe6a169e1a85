using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using TeamsWorkflows.Approvals;
using TeamsWorkflows.Audit;
using TeamsWorkflows.Cases;
using TeamsWorkflows.Cases.Escalation;
using TeamsWorkflows.Cases.Runbooks;
using TeamsWorkflows.Connections;
using TeamsWorkflows.Connections.Canary;
using TeamsWorkflows.Connections.Credentials;
using TeamsWorkflows.Connections.Forecast;
using TeamsWorkflows.Connections.History;
using TeamsWorkflows.Connections.Register;
using TeamsWorkflows.Connections.SignIns;
using TeamsWorkflows.Data;
using TeamsWorkflows.Deliveries;
using TeamsWorkflows.Deliveries.Digests;
using TeamsWorkflows.Deliveries.Flights;
using TeamsWorkflows.Deliveries.Pacing;
using TeamsWorkflows.Doctor;
using TeamsWorkflows.DurableTask;
using TeamsWorkflows.DurableTask.Client;
using TeamsWorkflows.Fallback;
using TeamsWorkflows.Folders;
using TeamsWorkflows.Graph;
using TeamsWorkflows.Http;
using TeamsWorkflows.Intakes;
using TeamsWorkflows.Reports;
using TeamsWorkflows.Reports.Receipts;
using TeamsWorkflows.Schedules;
using TeamsWorkflows.Ways;

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

        services.AddSettings(configuration);
        services.AddSingleton<OutboundHttp>();
        services.AddSingleton<AzureCredentials>();
        services.AddSingleton<VaultCertificates>();
        services.AddSingleton<CertificateRecord>();
        services.AddSingleton<GuardedHttp>();
        services.AddSingleton<AddressCaller>();
        services.AddSingleton<DestinationVault>();
        services.AddSingleton<WebhookAddresses>();
        services.AddSingleton<MsalClients>();
        services.AddSingleton<ExpectedTokens>();
        services.AddSingleton<TokenFlights>();
        services.AddSingleton<TokenSource>();
        services.AddSingleton<ConnectionVerdicts>();
        services.AddSingleton<ConnectionTrial>();
        services.AddSingleton<ConnectionGates>();
        services.AddSingleton<ConnectionJournal>();
        services.AddSingleton<ConnectionHealth>();
        services.AddSingleton<SharedCredential>();
        services.AddSingleton<GraphClients>();
        services.AddSingleton<GraphCaller>();
        services.AddSingleton<TeamsChannels>();
        services.AddSingleton<TeamsChats>();
        services.AddSingleton<TeamsFiles>();
        services.AddSingleton<ReportFiles>();
        services.AddSingleton<TeamsMail>();
        services.AddSingleton<Mailer>();
        services.AddSingleton<MailSource>();
        services.AddSingleton<PaceGate>();
        services.AddSingleton<DigestReader>();
        services.AddSingleton<AttemptRunner>();
        services.AddActivities();
        services.AddSchedules(configuration);
        services.AddIntakes();
        services.AddFolder(configuration);
        services.AddApprovals(configuration);
        services.AddDesks();
        return services;
    }

    // Activities hold nothing between calls: one object of each serves all.
    private static void AddActivities(this IServiceCollection services)
    {
        services.AddSingleton<PostChannelMessage>();
        services.AddSingleton<ReconcileChannelMessage>();
        services.AddSingleton<UploadFile>();
        services.AddSingleton<PutReportFile>();
        services.AddSingleton<PostChatMessage>();
        services.AddSingleton<ReconcileChatMessage>();
        services.AddSingleton<OpenChat>();
        services.AddSingleton<FindChannel>();
        services.AddSingleton<ForgetChat>();
        services.AddSingleton<JoinChat>();
        services.AddSingleton<JoinThread>();
        services.AddSingleton<SettleFlights>();
        services.AddSingleton<JoinDigest>();
        services.AddSingleton<CloseDigest>();
        services.AddSingleton<LeaveDigest>();
        services.AddSingleton<SettleDigest>();
        services.AddSingleton<PostToWorkflow>();
        services.AddSingleton<PostToSlack>();
        services.AddSingleton<PagePagerDuty>();
        services.AddSingleton<CallWebhook>();
        services.AddSingleton<PostMail>();
        services.AddSingleton<PostGraphMail>();
        services.AddSingleton<RecordDelivery>();
        services.AddSingleton<SendReceipt>();
        services.AddSingleton<SendReportMail>();
        services.AddSingleton<RenewToken>();
        services.AddSingleton<RedeemDeviceCode>();
        services.AddSingleton<ParkRun>();
        services.AddSingleton<UnparkRun>();
        services.AddSingleton<ProbeConnection>();
        services.AddSingleton<CheckConnections>();
        services.AddSingleton<ConnectionCheck>();
        services.AddSingleton<Registrations>();
        services.AddSingleton<CloseCase>();
        services.AddSingleton<ResumeRuns>();
        services.AddSingleton<NotifyOperators>();
        services.AddSingleton<RemindOperators>();
    }

    private static void AddSettings(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<EntraOptions>().Bind(configuration.GetSection("Entra")).ValidateOnStart();
        services.AddOptions<GraphOptions>().Bind(configuration.GetSection("Graph")).ValidateOnStart();
        services.AddOptions<DeliveryOptions>().Bind(configuration.GetSection("Deliveries")).ValidateOnStart();
        services.AddOptions<PacingOptions>().Bind(configuration.GetSection("Pacing")).ValidateOnStart();
        services.AddOptions<FallbackOptions>().Bind(configuration.GetSection("Fallback")).ValidateOnStart();
        services.AddOptions<VaultOptions>().Bind(configuration.GetSection("KeyVault")).ValidateOnStart();
        services.AddOptions<CanaryOptions>().Bind(configuration.GetSection("Canary")).ValidateOnStart();
        services.AddOptions<CaseOptions>().Bind(configuration.GetSection("Cases")).ValidateOnStart();
        services.AddOptions<GrantOptions>().Configure(options => configuration.GetSection("Grants").Bind(options.Entries)).ValidateOnStart();
        services.AddSingleton<IValidateOptions<GrantOptions>, ValidateGrantOptions>();
        services.AddOptions<OutboundOptions>().Bind(configuration.GetSection("Outbound"));
        services.AddSingleton<IValidateOptions<EntraOptions>, ValidateEntraOptions>();
        services.AddSingleton<IValidateOptions<GraphOptions>, ValidateGraphOptions>();
        services.AddSingleton<IValidateOptions<DeliveryOptions>, ValidateDeliveryOptions>();
        services.AddSingleton<IValidateOptions<PacingOptions>, ValidatePacingOptions>();
        services.AddSingleton<IValidateOptions<VaultOptions>, ValidateVaultOptions>();
        services.AddSingleton<IValidateOptions<CanaryOptions>, ValidateCanaryOptions>();
        services.AddSingleton<IValidateOptions<CaseOptions>, ValidateCaseOptions>();
        services.AddSingleton<IValidateOptions<FallbackOptions>, ValidateFallbackOptions>();
    }

    private static void AddDesks(this IServiceCollection services)
    {
        services.AddSingleton<ReportDesk>();
        services.AddSingleton<TemplateDesk>();
        services.AddSingleton(static p => new DeliveryDesk(
            p.GetRequiredService<Database>(),
            p.GetRequiredService<DurableTaskClient>(),
            p.GetRequiredService<ReportDesk>(),
            p.GetRequiredService<ApprovalCounter>(),
            p.GetRequiredService<TimeProvider>(),
            p.GetRequiredService<Func<Guid>>()));
        services.AddSingleton<LedgerCleaner>();
        services.AddSingleton<AuditLog>();
        services.AddSingleton<CaseDesk>();
        services.AddSingleton<GuidedDesk>();
        services.AddSingleton<RunbookRecord>();
        services.AddSingleton<StepDesk>();
        services.AddSingleton<DoctorDesk>();
        services.AddSingleton<DoctorRecord>();
        services.AddSingleton<ConnectionUses>();
        services.AddSingleton<IDoctorCheck, HostChecks>();
        services.AddSingleton<IDoctorCheck, TokenChecks>();
        services.AddConnectionDesks();
    }

    private static void AddConnectionDesks(this IServiceCollection services)
    {
        services.AddSingleton(static p => new ConnectionDesk(
            p.GetRequiredService<Database>(),
            p.GetRequiredService<ISecretProtector>(),
            p.GetRequiredService<WebhookAddresses>(),
            p.GetRequiredService<ConnectionHealth>(),
            p.GetRequiredService<ConnectionJournal>(),
            p.GetRequiredService<TimeProvider>()));
        services.AddSingleton(static p => new SignInDesk(
            p.GetRequiredService<Database>(),
            p.GetRequiredService<MsalClients>(),
            p.GetRequiredService<ISecretProtector>(),
            p.GetRequiredService<SignInAcceptance>(),
            p.GetRequiredService<AcquisitionLog>(),
            p.GetRequiredService<TimeProvider>(),
            p.GetRequiredService<IOptions<EntraOptions>>()));
        services.AddSingleton<SignInAcceptance>();
        services.AddSingleton<DeviceCodePoll>();
        services.AddSingleton(static p => new DeviceSignInDesk(
            p.GetRequiredService<Database>(),
            p.GetRequiredService<DeviceCodePoll>(),
            p.GetRequiredService<ISecretProtector>(),
            p.GetRequiredService<SignInAcceptance>(),
            p.GetRequiredService<ConnectionGates>(),
            p.GetRequiredService<DurableTaskClient>(),
            p.GetRequiredService<TimeProvider>(),
            p.GetRequiredService<Func<Guid>>()));
        services.AddSingleton(static p => new PacketDesk(
            p.GetRequiredService<CaseDesk>(),
            p.GetRequiredService<ConnectionDesk>(),
            p.GetRequiredService<ConnectionLog>(),
            p.GetRequiredService<TimeProvider>()));
        services.AddSingleton<AdminConsent>();
        services.AddSingleton(static p => new ProbeDesk(p.GetRequiredService<Database>(), p.GetRequiredService<ConnectionTrial>()));
        services.AddSingleton(static p => new ConnectionRegister(
            p.GetRequiredService<Database>(),
            p.GetRequiredService<ConnectionDesk>(),
            p.GetRequiredService<ConnectionJournal>(),
            p.GetRequiredService<AdminConsent>(),
            p.GetRequiredService<CanaryDesk>(),
            p.GetRequiredService<ConnectionUses>(),
            p.GetRequiredService<TimeProvider>()));
        services.AddSingleton(static p => new CanaryDesk(
            p.GetRequiredService<DurableTaskClient>(), p.GetRequiredService<CanaryTimes>(), p.GetRequiredService<TimeProvider>()));
        services.AddSingleton<CalendarKeys>();
        services.AddSingleton<AcquisitionLog>();
        services.AddSingleton<ConnectionLog>();
        services.AddSingleton(static p => new HistoryDesk(
            p.GetRequiredService<Database>(),
            p.GetRequiredService<ConnectionLog>(),
            p.GetRequiredService<ConnectionJournal>(),
            p.GetRequiredService<CanaryDesk>(),
            p.GetRequiredService<TimeProvider>()));
        services.AddSingleton(static p => new ForecastDesk(
            p.GetRequiredService<Database>(), p.GetRequiredService<ConnectionLog>(), p.GetRequiredService<VaultCertificates>(), p.GetRequiredService<TimeProvider>()));
        services.AddSingleton<CanaryTimes>();
        services.AddSingleton<ExpiryTeller>();
    }

    /// <summary>Makes the registry of the product's orchestrators and activities.</summary>
    public static DurableTaskRegistry CreateRegistry(IServiceProvider services) => new DurableTaskRegistry(WorkflowJson.Default.Options)
        .AddOrchestrator(nameof(DeliverReport), static () => new DeliverReport())
        .AddOrchestrator(nameof(DeliverToDestination), static () => new DeliverToDestination())
        .AddOrchestrator(nameof(NotifyReceiver), static () => new NotifyReceiver())
        .AddOrchestrator(nameof(Reauthenticate), static () => new Reauthenticate())
        .AddOrchestrator(nameof(ReconnectConnection), static () => new ReconnectConnection())
        .AddOrchestrator(nameof(SignInByDevice), static () => new SignInByDevice())
        .AddOrchestrator(nameof(WatchConnections), static () => new WatchConnections())
        .AddSchedules(services)
        .AddApprovals(services)
        .AddActivity(nameof(PostChannelMessage), services.GetRequiredService<PostChannelMessage>)
        .AddActivity(nameof(ReconcileChannelMessage), services.GetRequiredService<ReconcileChannelMessage>)
        .AddActivity(nameof(PostToWorkflow), services.GetRequiredService<PostToWorkflow>)
        .AddActivity(nameof(PostToSlack), services.GetRequiredService<PostToSlack>)
        .AddActivity(nameof(PagePagerDuty), services.GetRequiredService<PagePagerDuty>)
        .AddActivity(nameof(CallWebhook), services.GetRequiredService<CallWebhook>)
        .AddActivity(nameof(PostChatMessage), services.GetRequiredService<PostChatMessage>)
        .AddActivity(nameof(ReconcileChatMessage), services.GetRequiredService<ReconcileChatMessage>)
        .AddActivity(nameof(FindChannel), services.GetRequiredService<FindChannel>)
        .AddActivity(nameof(OpenChat), services.GetRequiredService<OpenChat>)
        .AddActivity(nameof(ForgetChat), services.GetRequiredService<ForgetChat>)
        .AddActivity(nameof(JoinChat), services.GetRequiredService<JoinChat>)
        .AddActivity(nameof(JoinThread), services.GetRequiredService<JoinThread>)
        .AddActivity(nameof(SettleFlights), services.GetRequiredService<SettleFlights>)
        .AddActivity(nameof(JoinDigest), services.GetRequiredService<JoinDigest>)
        .AddActivity(nameof(CloseDigest), services.GetRequiredService<CloseDigest>)
        .AddActivity(nameof(LeaveDigest), services.GetRequiredService<LeaveDigest>)
        .AddActivity(nameof(SettleDigest), services.GetRequiredService<SettleDigest>)
        .AddActivity(nameof(PutReportFile), services.GetRequiredService<PutReportFile>)
        .AddActivity(nameof(UploadFile), services.GetRequiredService<UploadFile>)
        .AddActivity(nameof(PostMail), services.GetRequiredService<PostMail>)
        .AddActivity(nameof(PostGraphMail), services.GetRequiredService<PostGraphMail>)
        .AddActivity(nameof(SendReceipt), services.GetRequiredService<SendReceipt>)
        .AddActivity(nameof(RecordDelivery), services.GetRequiredService<RecordDelivery>)
        .AddActivity(nameof(SendReportMail), services.GetRequiredService<SendReportMail>)
        .AddActivity(nameof(RedeemDeviceCode), services.GetRequiredService<RedeemDeviceCode>)
        .AddActivity(nameof(RenewToken), services.GetRequiredService<RenewToken>)
        .AddActivity(nameof(ParkRun), services.GetRequiredService<ParkRun>)
        .AddActivity(nameof(UnparkRun), services.GetRequiredService<UnparkRun>)
        .AddActivity(nameof(ProbeConnection), services.GetRequiredService<ProbeConnection>)
        .AddActivity(nameof(CheckConnections), services.GetRequiredService<CheckConnections>)
        .AddActivity(nameof(CloseCase), services.GetRequiredService<CloseCase>)
        .AddActivity(nameof(ResumeRuns), services.GetRequiredService<ResumeRuns>)
        .AddActivity(nameof(NotifyOperators), services.GetRequiredService<NotifyOperators>)
        .AddActivity(nameof(RemindOperators), services.GetRequiredService<RemindOperators>);
}
