using Grpc.Core.Interceptors;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.Worker;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using TeamsWorkflows.DurableTask;
using TeamsWorkflows.DurableTask.Grpc.Sidecar;
using TeamsWorkflows.DurableTask.Sdk;
using TeamsWorkflows.DurableTask.Tests.Postgres;
using TeamsWorkflows.Sandbox;
using TeamsWorkflows.Server.Development;
using TeamsWorkflows.Server.Storage;

namespace TeamsWorkflows.Functions.Tests;

/// <summary>Everything of the Functions host but the Functions runtime: a task hub of ours plays it, and the official SDK's worker.</summary>
internal sealed class FunctionsUnderTest : IAsyncDisposable
{
    public const string PublicAddress = "https://localhost:7443/"; // the sandbox sends people back to this machine alone

    private const string Hub = "functions";

    private readonly string _folder = Directory.CreateTempSubdirectory("functions-").FullName;
    private readonly List<Func<ValueTask>> _stops = [];

    private FunctionsUnderTest(SandboxServer sandbox) => Sandbox = sandbox;

    public SandboxServer Sandbox { get; }

    public Uri Address { get; private set; } = new("http://127.0.0.1/");

    /// <summary>Gets the product's schema.</summary>
    public string Schema { get; private set; } = "";

    public IServiceProvider Services { get; private set; } = null!;

    public static async Task<FunctionsUnderTest> StartAsync(PostgresCluster cluster)
    {
        FunctionsUnderTest test = new(await SandboxServer.StartAsync(
            new() { HttpsPort = 0, HttpPort = 0, SmtpPort = 0 }, TimeProvider.System, CancellationToken.None));
        test.Schema = cluster.NewHub().Schema;
        var functions = await test.FunctionsAsync(cluster.ConnectionString, test.Schema);
        test.Services = functions.Services;
        var client = await test.EngineAsync(functions.Services.GetRequiredService<DurableTaskRegistry>());
        await test.ListenAsync(functions.Services, client);
        return test;
    }

    public HttpClient Anonymous() => new() { BaseAddress = Address };

    public HttpClient With(string token)
    {
        var client = Anonymous();
        client.DefaultRequestHeaders.Authorization = new("Bearer", token);
        return client;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var stop in Enumerable.Reverse(_stops))
        {
            await stop();
        }

        await Sandbox.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    // The host as it is deployed. Only the services that speak to the Functions runtime are not started.
    private async Task<IHost> FunctionsAsync(string database, string schema)
    {
        var authority = Path.Combine(_folder, "authority.pem");
        await File.WriteAllTextAsync(authority, Sandbox.CertificateAuthority.ExportCertificatePem());
        var settings = DevelopmentSandbox.Settings(Sandbox, authority);
        settings["Postgres:ConnectionString"] = database;
        settings["Postgres:Schema"] = schema;
        settings["Functions:Worker:HostEndpoint"] = "http://127.0.0.1:1"; // of the runtime, which is not there
        settings["Functions:Worker:WorkerId"] = "test";
        settings["Functions:Worker:RequestId"] = "test";
        settings["Functions:Worker:GrpcMaxMessageLength"] = "1048576";
        settings["Entra:PublicAddress"] = PublicAddress;
        settings["KeyRing:VaultCertificate"] = $"{Sandbox.DefaultTenant.VaultAddress}/certificates/{Sandbox.DefaultTenant.CertificateName}";
        settings["KeyVault:TenantId"] = Sandbox.DefaultTenant.Id;
        settings["KeyVault:ClientId"] = Sandbox.DefaultTenant.Daemon.ClientId;
        settings["KeyVault:ClientSecret"] = Sandbox.DefaultTenant.Daemon.ClientSecret;
        settings["Deliveries:FirstBackoff"] = "00:00:00.050";
        settings["Deliveries:ResumeInterval"] = "00:00:00";
        settings["Logging:LogLevel:Default"] = "None";
        var functions = FunctionsHost.CreateBuilder([.. settings.Select(static s => $"--{s.Key}={s.Value}")]).Build();
        await functions.Services.GetRequiredService<IProductMigration>().MigrateAsync(CancellationToken.None);
        await functions.Services.GetServices<IHostedService>().OfType<FunctionsStart>().Single().StartAsync(CancellationToken.None);
        _stops.Add(() => ((IAsyncDisposable)functions).DisposeAsync());
        return functions;
    }

    private async Task<DurableTaskClient> EngineAsync(DurableTaskRegistry registry)
    {
        var sidecar = await SidecarServer.StartAsync(
            _folder, new() { Port = 0, Hubs = { Hub } }, NullLoggerFactory.Instance, TimeProvider.System, Guid.NewGuid);
        _stops.Add(sidecar.DisposeAsync);
        var channel = GrpcChannel.ForAddress(sidecar.Address);
        var invoker = channel.Intercept(static headers =>
        {
            headers.Add("taskhub", Hub);
            return headers;
        });

        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddSdkFailures();
        builder.Services.AddDurableTaskWorker(worker =>
        {
            worker.AddTasks(tasks => tasks.AddTasksOf(registry));
            worker.UseGrpc(grpc => grpc.CallInvoker = invoker);
        });
        builder.Services.AddDurableTaskClient(client => client.UseGrpc(grpc => grpc.CallInvoker = invoker));
        var host = builder.Build();
        await host.StartAsync();
        _stops.Add(async () =>
        {
            await host.StopAsync();
            host.Dispose();
            channel.Dispose();
        });
        return host.Services.GetRequiredService<DurableTaskClient>();
    }

    // In the place of the Functions host: takes a request in and calls the function, with the services of its process.
    private async Task ListenAsync(IServiceProvider services, DurableTaskClient client)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var web = builder.Build();
        web.Run(async http =>
        {
            await using var scope = services.CreateAsyncScope();
            http.RequestServices = scope.ServiceProvider;
            await ActivatorUtilities.CreateInstance<HttpFunctions>(scope.ServiceProvider).ServeAsync(http.Request, client);
        });
        await web.StartAsync(CancellationToken.None);
        _stops.Add(web.DisposeAsync);
        Address = new Uri(web.Urls.Single());
    }
}
