using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using TeamsWorkflows.Sandbox.Common;
using TeamsWorkflows.Sandbox.Control;
using TeamsWorkflows.Sandbox.Entra;
using TeamsWorkflows.Sandbox.Graph;
using TeamsWorkflows.Sandbox.KeyVault;
using TeamsWorkflows.Sandbox.Pages;
using TeamsWorkflows.Sandbox.Receivers;
using TeamsWorkflows.Sandbox.Smtp;
using TeamsWorkflows.Sandbox.Tenants;
using TeamsWorkflows.Sandbox.Workflows;

namespace TeamsWorkflows.Sandbox;

/// <summary>Microsoft's side on this machine: Entra ID, Graph, Key Vault, a Workflows webhook and a mail server.</summary>
/// <remarks>
/// Everything binds to 127.0.0.1. The TLS certificate comes from an authority of the sandbox's own, which a client has to
/// trust explicitly: nothing that trusts only the public authorities ever talks to a sandbox by accident.
/// </remarks>
public sealed class SandboxServer : IAsyncDisposable
{
    private readonly World _world;
    private readonly WebApplication _web;
    private readonly SmtpListener _smtp;

    private SandboxServer(World world, WebApplication web, SmtpListener smtp)
    {
        _world = world;
        _web = web;
        _smtp = smtp;
        HttpsAddress = new Uri(world.Https + "/");
        HttpAddress = new Uri(world.Http + "/");
        DefaultTenant = new SandboxTenant(world, world.DefaultTenant);
    }

    /// <summary>The TLS listener, as https://localhost:PORT/.</summary>
    public Uri HttpsAddress { get; }

    /// <summary>The plain listener, as http://127.0.0.1:PORT/.</summary>
    public Uri HttpAddress { get; }

    public IPEndPoint SmtpEndpoint => _smtp.Endpoint;

    /// <summary>Public part of the authority that signed the TLS certificate.</summary>
    public X509Certificate2 CertificateAuthority => _world.Keys.Authority;

    /// <summary>The tenant whose ids and secrets are the same on every machine.</summary>
    public SandboxTenant DefaultTenant { get; }

    /// <summary>Starts the listeners.</summary>
    /// <exception cref="IOException">A port is taken, or another process uses the data folder.</exception>
    public static async Task<SandboxServer> StartAsync(
        SandboxOptions options, TimeProvider time, CancellationToken cancellationToken)
    {
        var world = new World(options, time);
        WebApplication? web = null;
        try
        {
            web = Build(world);
            await web.StartAsync(cancellationToken);
            var addresses = web.Urls;
            world.Https = $"https://localhost:{Port(addresses, Uri.UriSchemeHttps)}";
            world.Http = $"http://127.0.0.1:{Port(addresses, Uri.UriSchemeHttp)}";
            return new SandboxServer(world, web, new SmtpListener(options.SmtpPort, new MailRoom(world)));
        }
        catch
        {
            if (web is not null)
            {
                await web.DisposeAsync();
            }

            world.Dispose();
            throw;
        }
    }

    /// <summary>A tenant with the standard content under ids of its own, so that tests do not meet in one.</summary>
    public SandboxTenant CreateTenant() => new(_world, _world.Add(StandardContent.FreshTenant()));

    /// <summary>Finds a tenant by id, by domain, or by the alias "default".</summary>
    public SandboxTenant? FindTenant(string tenantId) =>
        _world.FindTenant(tenantId) is { } tenant ? new SandboxTenant(_world, tenant) : null;

    public async ValueTask DisposeAsync()
    {
        await _smtp.DisposeAsync();
        await _web.StopAsync(CancellationToken.None);
        await _web.DisposeAsync();
        _world.Dispose();
    }

    private static WebApplication Build(World world)
    {
        // An empty builder reads no settings file, no environment and no address of the process that hosts the sandbox.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions
        {
            ApplicationName = typeof(SandboxServer).Assembly.GetName().Name,
            EnvironmentName = Environments.Production,
            ContentRootPath = AppContext.BaseDirectory,
        });
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Listen(IPAddress.Loopback, world.Options.HttpsPort, listen =>
            {
                // One protocol, so that "the connection breaks" means the same to every client.
                listen.Protocols = HttpProtocols.Http1;
                listen.UseHttps(world.Keys.Server);
            });
            kestrel.Listen(IPAddress.Loopback, world.Options.HttpPort, listen => listen.Protocols = HttpProtocols.Http1);
        });
        builder.Services.AddRoutingCore();
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(2));
        var web = builder.Build();
        web.UseMiddleware<LoopbackHostGuard>();
        web.UseRouting();

        var gateway = new Gateway(world.Time, world.DefaultTenant);
        var refreshTokens = new RefreshTokens(world.Keys.Sealing);
        var issuer = new TokenIssuer(world, refreshTokens);
        var tokens = new AccessTokens(world, issuer.SigningKey);
        web.MapEntra(world, gateway, issuer, refreshTokens);
        web.MapGraph(world, gateway, tokens);
        web.MapKeyVault(world, gateway, tokens);
        web.MapPost("/workflows/{id}", gateway.Handle(SandboxSurfaces.Webhook, new WorkflowEndpoint(world).HandleAsync));
        web.MapPost("/receivers/{tenant}/{kind}", gateway.Handle(SandboxSurfaces.Receiver, new ReceiverEndpoint(world).HandleAsync));
        web.MapGet("/receivers/{tenant}/{kind}", gateway.Handle(SandboxSurfaces.Receiver, new SourceEndpoint(world).HandleAsync));
        web.MapControl(world, gateway);
        web.MapPages(world, gateway);
        return web;
    }

    private static int Port(ICollection<string> addresses, string scheme) =>
        addresses.Select(address => new Uri(address)).Single(address => address.Scheme == scheme).Port;
}
