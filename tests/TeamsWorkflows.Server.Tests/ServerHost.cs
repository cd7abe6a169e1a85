using System.Net;
using System.Net.Sockets;
using TeamsWorkflows.Connections;
using TeamsWorkflows.Sandbox;
using TeamsWorkflows.Server.Development;
using TeamsWorkflows.Server.Hosting;

namespace TeamsWorkflows.Server.Tests;

/// <summary>The whole server in this process, on a port, a folder and a sandbox of its own.</summary>
public sealed class ServerHost : IAsyncLifetime
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly string _temporary = Path.Combine(Path.GetTempPath(), "teamsworkflows-" + Guid.NewGuid().ToString("N"));
    private ServerApplication? _server;

    /// <summary>Gets what this one is told beside the rest.</summary>
    internal IReadOnlyList<string> Settings { get; init; } = [];

    internal Uri Address { get; private set; } = new("http://127.0.0.1/");

    internal ServerApplication Server => _server ?? throw new InvalidOperationException("The server has not been started.");

    internal SandboxServer Sandbox => Server.Sandbox!;

    internal SandboxTenant Tenant => Sandbox.DefaultTenant;

    /// <summary>Gets its data folder: one of its own, which goes when it does, unless another is given.</summary>
    internal string Folder { get => field ?? _temporary; init; }

    internal SandboxTokens Tokens => new(Sandbox);

    internal static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    public async Task InitializeAsync()
    {
        Address = new Uri($"http://127.0.0.1:{FreePort()}/");
        _server = await ServerApplication.CreateAsync(
            [
                "--environment=Development", $"--Urls={Address}", $"--Data:Folder={Folder}", "--Sandbox:Enabled=true",
                "--Sandbox:HttpsPort=0", "--Sandbox:HttpPort=0", "--Sandbox:SmtpPort=0", "--Api:MaxBodyBytes=65536",
                "--Deliveries:FirstBackoff=00:00:00.050", "--Deliveries:MaxBackoff=00:00:01", "--Deliveries:ResumeInterval=00:00:00",
                "--Pacing:Channel:Interval=00:00:00", "--Pacing:Connection:Interval=00:00:00", "--Pacing:Tenant:Interval=00:00:00",
                "--Logging:LogLevel:Default=Error", "--Canary:TellEnds=false", .. Settings,
            ],
            CancellationToken.None);
        await _server.StartAsync(CancellationToken.None);
        var signIn = ActivatorUtilities.CreateInstance<SandboxSignIn>(_server.Services);
        Assert.IsType<SignInResult.Connected>(
            await signIn.RunAsync(DevelopmentSandbox.ConnectionId, Tenant.Service.UserName, CancellationToken.None));
    }

    public async Task DisposeAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }

        if (Directory.Exists(_temporary))
        {
            Directory.Delete(_temporary, recursive: true);
        }
    }

    internal HttpClient Anonymous() => new(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = Address };

    internal async Task<HttpClient> PublisherAsync() => With(await Tokens.PublisherAsync());

    internal async Task<HttpClient> OperatorAsync() => With(await Tokens.OfAsync(Tenant.Operator));

    internal async Task<HttpClient> AdministratorAsync() => With(await Tokens.OfAsync(Tenant.Administrator));

    internal async Task<HttpClient> OutsiderAsync() => With(await Tokens.OfAsync(Tenant.Outsider));

    internal HttpClient With(string token)
    {
        var client = Anonymous();
        client.DefaultRequestHeaders.Authorization = new("Bearer", token);
        return client;
    }
}

[CollectionDefinition(nameof(SharedServer))]
public sealed class SharedServer : ICollectionFixture<ServerHost>;
