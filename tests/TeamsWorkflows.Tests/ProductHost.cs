using System.Collections.Concurrent;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using TeamsWorkflows.Cases;
using TeamsWorkflows.Connections;
using TeamsWorkflows.Data;
using TeamsWorkflows.Deliveries;
using TeamsWorkflows.DurableTask;
using TeamsWorkflows.DurableTask.Client;
using TeamsWorkflows.DurableTask.Storage;
using TeamsWorkflows.DurableTask.Worker;
using TeamsWorkflows.Reports;
using TeamsWorkflows.Sandbox;
using TeamsWorkflows.Tests.Goldens;
using TeamsWorkflows.Tests.Sandbox;
using TeamsWorkflows.Ways;

namespace TeamsWorkflows.Tests;

/// <summary>The whole product in process: real engine, real MSAL, real Graph client, real SMTP, a sandbox of its own, and time that jumps.</summary>
/// <remarks>
/// Nobody waits for real: whenever nothing runs, the clock goes to the next durable timer. Product and sandbox share it.
/// </remarks>
internal sealed class ProductHost : IAsyncDisposable
{
    public const string ConnectionId = "finance-posts";

    private static readonly TimeSpan RealTimeLimit = TimeSpan.FromSeconds(60);

    private readonly string _folder = Directory.CreateTempSubdirectory("product").FullName;
    private readonly HttpClient _browser;
    private readonly ServiceProvider _services;

    private ProductHost(SandboxServer sandbox, FakeTimeProvider time, (string Key, string Value)[] settings)
    {
        (Sandbox, Time) = (sandbox, time);
        Tenant = sandbox.CreateTenant();
        _browser = SandboxFixture.Client(sandbox);
        var authorityFile = Path.Combine(_folder, "ca.pem");
        File.WriteAllText(authorityFile, sandbox.CertificateAuthority.ExportCertificatePem());
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Entra:AuthorityHost"] = sandbox.HttpsAddress.AbsoluteUri,
            ["Entra:InstanceDiscovery"] = "false",
            ["Graph:BaseAddress"] = Tenant.GraphAddress.AbsoluteUri,
            ["Graph:Timeout"] = "00:00:30",
            ["Fallback:Host"] = "127.0.0.1",
            ["Fallback:Port"] = $"{sandbox.SmtpEndpoint.Port}",
            ["Fallback:Security"] = "None",
            ["Fallback:From"] = $"reports@{Tenant.Domain}",
            ["Fallback:Recipients:0"] = $"finance@{Tenant.Domain}",
            ["Fallback:Operators:0"] = $"operators@{Tenant.Domain}",
            ["Cases:ReminderInterval"] = "00:00:00", // time jumps from timer to timer: a case would be reminded of before a test has looked
            ["Cases:EscalateAfter"] = "00:00:00",
            ["Canary:TellEnds"] = "false",
            ["Canary:BeforeSchedules"] = "false", // as with reminders: tests of schedules look at something else
            ["Outbound:TrustedAuthorityFile"] = authorityFile,
            ["Outbound:TrustedHosts:0"] = "localhost",
            ["Outbound:PagerDutyAddress"] = Tenant.ReceiverAddress("pagerduty").AbsoluteUri,
        }).AddInMemoryCollection(settings.Select(s => KeyValuePair.Create(s.Key, (string?)s.Value))).Build();

        var services = new ServiceCollection();
        services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Trace).AddProvider(Log));
        services.AddTeamsWorkflows(configuration);
        services.AddSingleton<TimeProvider>(time);
        services.AddSingleton<Func<Guid>>(static () => Guid.CreateVersion7());
        services.AddSingleton<ISecretProtector, TestProtector>();
        services.AddPooledDbContextFactory<ProductDb>(db => db.UseSqlite($"Data Source={Path.Combine(_folder, "product.db")};Pooling=False"));
        services.AddSingleton(p => new Database(
            p.GetRequiredService<IDbContextFactory<ProductDb>>(), p.GetRequiredService<TimeProvider>(), p.GetRequiredService<ILogger<Database>>(), maxWriters: 1));
        services.AddSingleton(TeamsWorkflowsRegistration.CreateRegistry);
        services.AddSingleton(p => new TaskHubWorker(
            Store,
            p.GetRequiredService<DurableTaskRegistry>(),
            p.GetRequiredService<ILoggerFactory>(),
            time,
            static () => Guid.NewGuid(),
            new TaskHubOptions()));
        services.AddSingleton<DurableTaskClient>(p => new EmbeddedDurableTaskClient(
            p.GetRequiredService<TaskHubWorker>(), Store, p.GetRequiredService<DurableTaskRegistry>(), time, static () => Guid.NewGuid()));
        _services = services.BuildServiceProvider();
    }

    public SandboxServer Sandbox { get; }

    public SandboxTenant Tenant { get; }

    public FakeTimeProvider Time { get; }

    public InMemoryPartitionStore Store { get; } = new();

    public RecordingLog Log { get; } = new();

    public ReportDesk Reports => _services.GetRequiredService<ReportDesk>();

    public CaseDesk Cases => _services.GetRequiredService<CaseDesk>();

    public ConnectionDesk Connections => _services.GetRequiredService<ConnectionDesk>();

    public SignInDesk SignIns => _services.GetRequiredService<SignInDesk>();

    public DurableTaskClient Client => _services.GetRequiredService<DurableTaskClient>();

    public T Get<T>()
        where T : notnull
        => _services.GetRequiredService<T>();

    public Database Database => _services.GetRequiredService<Database>();

    public TaskHubWorker Worker => _services.GetRequiredService<TaskHubWorker>();

    public string DatabaseFile => Path.Combine(_folder, "product.db");

    public SandboxTeam Finance => Tenant.Team("Finance");

    public string ReportsChannel => Finance.Channels.Single(c => c.DisplayName == "Reports").Id;

    /// <summary>Gets another channel of the same team, by the same connection.</summary>
    public ChannelDestination OtherChannel => new(ConnectionId, Finance.Id, Finance.Channels.First(c => c.Id != ReportsChannel).Id);

    public IReadOnlyList<SandboxMessage> Messages => Tenant.Messages(Finance.Id, ReportsChannel);

    /// <summary>Gets the fallback's mails, each Message-ID once, as a receiver shows them.</summary>
    public IReadOnlyList<SandboxMail> ReportMails
        => Tenant.Mails.Where(m => m.To.Contains($"finance@{Tenant.Domain}")).DistinctBy(m => m.MessageId).ToArray();

    public IReadOnlyList<SandboxMail> OperatorMails => Tenant.Mails.Where(m => m.To.Contains($"operators@{Tenant.Domain}")).ToArray();

    public int TokenCalls => Tenant.Requests.Count(r => r.Surface == SandboxSurfaces.Token);

    public int Posts => Tenant.Requests.Count(r => r.Surface == SandboxSurfaces.GraphMessagePost);

    /// <summary>Starts the product with a connection that the service account has signed in.</summary>
    public static async Task<ProductHost> StartAsync(params (string Key, string Value)[] settings)
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        var host = new ProductHost(await SandboxServer.StartAsync(SandboxFixture.AnyPorts(), time, CancellationToken.None), time, settings);
        await host.Database.WriteAsync(db => db.Database.EnsureCreatedAsync(), CancellationToken.None);
        await host.Connections.ConfigureAsync(host.Definition(), CancellationToken.None);
        host.Worker.Start();
        Assert.IsType<SignInResult.Connected>(await host.SignInAsync(host.Tenant.Service));
        return host;
    }

    public ConnectionDefinition Definition() => new()
    {
        Id = ConnectionId,
        DisplayName = "Finance posts",
        AuthModel = AuthModel.DelegatedUser,
        TenantId = Tenant.Id,
        ClientId = Tenant.Connector.ClientId,
        ClientSecret = Tenant.Connector.ClientSecret,
        Username = Tenant.Service.UserName,
        Owner = "Finance platform team",
        Scopes = ["User.Read", "ChannelMessage.Send", "ChannelMessage.Read.All", "Files.ReadWrite.All"],
    };

    /// <summary>A connection that is the address of the tenant's workflow.</summary>
    public ConnectionDefinition Webhook() => new()
    {
        Id = "finance-workflow",
        DisplayName = "Finance workflow",
        AuthModel = AuthModel.Webhook,
        WebhookAddress = Tenant.WorkflowAddress.AbsoluteUri,
        Owner = "Finance platform team",
    };

    /// <summary>Signs a person in for the connection, over the authority's page, as a browser does.</summary>
    public async Task<SignInResult> SignInAsync(SandboxUser user, string connectionId = ConnectionId)
    {
        var begun = await SignIns.BeginAsync(connectionId, "olivia", CancellationToken.None);
        var fields = await AuthorizePage.SubmitAsync(_browser, begun!.Address, user.UserName);
        return await SignIns.CompleteAsync(
            fields.GetValueOrDefault("state"),
            fields.GetValueOrDefault("code"),
            fields.GetValueOrDefault("error"),
            fields.GetValueOrDefault("error_description"),
            CancellationToken.None);
    }

    public ReportRequest Request(string title = "Daily sales", TimeSpan? patience = null, int destinations = 1) => new(
        title,
        "Sales were **up** by 4 %.",
        Finance.Channels.Select(c => new ChannelDestination(ConnectionId, Finance.Id, c.Id)).Reverse().Take(destinations).ToArray(),
        Patience: patience);

    public async Task<Report> SubmitAsync(ReportRequest? request = null, string? key = null)
    {
        var result = await Reports.SubmitAsync("erp", key ?? Guid.NewGuid().ToString("N"), request ?? Request(), CancellationToken.None);
        return Assert.IsType<SubmitResult.Accepted>(result).Report;
    }

    /// <summary>Lets time pass until the report's orchestration has ended.</summary>
    public async Task<Delivery> EndOfAsync(Report report)
    {
        var end = await RunAsync(Client.WaitForInstanceCompletionAsync(DeliveryNames.InstanceOfReport(report.Id)));
        Assert.Equal(DurableTask.Core.OrchestrationRuntimeStatus.Completed, end.Status);
        return (await Reports.FindAsync(report.Id, CancellationToken.None))!.Deliveries[0];
    }

    /// <summary>Lets time pass, from one durable timer to the next, until something has happened.</summary>
    public async Task<T> RunAsync<T>(Task<T> something)
    {
        var started = DateTimeOffset.UtcNow;
        while (!something.IsCompleted)
        {
            Assert.True(DateTimeOffset.UtcNow - started < RealTimeLimit, $"It did not happen. {string.Join('\n', Log.Lines.TakeLast(20))}");
            if (Worker.Runtime is { IsIdle: true, NextTimer: { } next } && next > Time.GetUtcNow())
            {
                Time.Advance(next - Time.GetUtcNow());
            }

            await Task.Delay(1);
        }

        return await something;
    }

    /// <summary>Waits until nothing runs; timers stand still meanwhile.</summary>
    public Task IdleAsync() => UntilAsync(() => Worker.Runtime.IsIdle);

    /// <summary>Waits until it is so; timers stand still meanwhile.</summary>
    public Task UntilAsync(Func<bool> isSo) => UntilAsync(() => Task.FromResult(isSo()), soon: default);

    /// <summary>Waits until a delivery is in a state, and nothing runs; timers stand still meanwhile.</summary>
    /// <param name="soon">How far timers go on all the same.</param>
    public Task StateAsync(string deliveryId, DeliveryState state, TimeSpan soon = default) => UntilAsync(
        async () => Worker.Runtime.IsIdle && (await Reports.FindDeliveryAsync(deliveryId, CancellationToken.None))!.State == state, soon);

    /// <inheritdoc cref="UntilAsync(Func{bool})"/>
    public async Task UntilAsync(Func<Task<bool>> isSo, TimeSpan soon = default)
    {
        var started = DateTimeOffset.UtcNow;
        while (!await isSo())
        {
            if (Worker.Runtime is { IsIdle: true, NextTimer: { } next } && next > Time.GetUtcNow() && next - Time.GetUtcNow() <= soon)
            {
                Time.Advance(next - Time.GetUtcNow());
            }

            Assert.True(DateTimeOffset.UtcNow - started < RealTimeLimit, $"It did not happen. {string.Join('\n', Log.Lines.TakeLast(20))}");
            await Task.Delay(1);
        }
    }

    /// <summary>Waits until a case is open and as many runs are parked behind it; later timers stand still meanwhile.</summary>
    /// <param name="soon">How far timers go on: those of messages that wait for their turn; null: 5 seconds.</param>
    public async Task<Case> OpenCaseAsync(int parked = 1, TimeSpan? soon = null)
    {
        var horizon = soon ?? TimeSpan.FromSeconds(5);
        var started = DateTimeOffset.UtcNow;
        while (true)
        {
            if (Worker.Runtime.IsIdle
                && await Cases.PageAsync(isOpen: true, 0, 100, CancellationToken.None) is [var found]
                && found.WaitingCount >= parked)
            {
                return found;
            }

            if (Worker.Runtime is { IsIdle: true, NextTimer: { } next } && next > Time.GetUtcNow() && next - Time.GetUtcNow() <= horizon)
            {
                Time.Advance(next - Time.GetUtcNow());
            }

            Assert.True(DateTimeOffset.UtcNow - started < RealTimeLimit, $"No case was opened. {string.Join('\n', Log.Lines.TakeLast(20))}");
            await Task.Delay(1);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        _browser.Dispose();
        await Sandbox.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
        GoldenHistories.Take(Store, Tenant.Connector.ClientSecret);
        Store.Dispose();
    }

    /// <summary>Keeps every line that the product and its libraries log, at every level.</summary>
    internal sealed class RecordingLog : ILoggerProvider, ILogger
    {
        public ConcurrentQueue<string> Lines { get; } = new();

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull
            => null;

        public ILogger CreateLogger(string categoryName) => this;

        public void Dispose()
        {
        }

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
            => Lines.Enqueue($"{logLevel}: {formatter(state, exception)} {exception}");
    }
}
