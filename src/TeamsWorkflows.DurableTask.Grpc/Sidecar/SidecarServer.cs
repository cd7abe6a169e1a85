using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace TeamsWorkflows.DurableTask.Grpc.Sidecar;

/// <summary>The sidecar on a port of its own: nothing of the host's API or sign-in is reachable there.</summary>
public sealed class SidecarServer : IAsyncDisposable
{
    private readonly WebApplication _web;
    private readonly SidecarHubs _hubs;

    private SidecarServer(WebApplication web, SidecarHubs hubs) => (_web, _hubs) = (web, hubs);

    /// <summary>Gets where the sidecar listens.</summary>
    public Uri Address => new(_web.Urls.First());

    /// <summary>Opens the hubs and listens.</summary>
    /// <param name="folder">Where the hubs' files are.</param>
    /// <param name="configureBearer">What the host adds to the check of bearer tokens, such as its way out to the authority; null: nothing.</param>
    /// <exception cref="ArgumentException">The options cannot work.</exception>
    /// <exception cref="Storage.PartitionOwnedException">Another process owns one of the hubs.</exception>
    /// <exception cref="IOException">The port is taken.</exception>
    public static async Task<SidecarServer> StartAsync(
        string folder,
        SidecarOptions options,
        ILoggerFactory loggers,
        TimeProvider time,
        Func<Guid> newGuid,
        Action<JwtBearerOptions>? configureBearer = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.Problems().FirstOrDefault() is { } problem)
        {
            throw new ArgumentException(problem, nameof(options));
        }

        var hubs = new SidecarHubs(folder, options, loggers, time, newGuid);
        try
        {
            await hubs.OpenAsync();
            var web = Build(options, hubs, loggers, configureBearer);
            await web.StartAsync(cancellation);
            return new SidecarServer(web, hubs);
        }
        catch
        {
            await hubs.DisposeAsync();
            throw;
        }
    }

    /// <summary>Ends all streams, drains the hubs and closes their files.</summary>
    public async ValueTask DisposeAsync()
    {
        await _hubs.DisposeAsync(); // first: a stop of the web server waits for the streams, which end with their hubs
        await _web.StopAsync(CancellationToken.None);
        await _web.DisposeAsync();
    }

    private static WebApplication Build(
        SidecarOptions options, SidecarHubs hubs, ILoggerFactory loggers, Action<JwtBearerOptions>? configureBearer)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.Configuration.Sources.Clear();
        builder.WebHost.ConfigureKestrel(kestrel => Listen(kestrel, options));
        builder.Services.AddSingleton(loggers).AddSingleton(hubs).AddSingleton(options).AddSingleton<TaskHubSidecar>();
        builder.Services.AddGrpc(grpc =>
        {
            grpc.MaxReceiveMessageSize = options.MaxMessageBytes;
            grpc.MaxSendMessageSize = null; // a history is as long as the engine's own limit says
            grpc.Interceptors.Add<SidecarErrors>();
        });
        builder.Services.AddGrpcHealthChecks().AddCheck<HubsCheck>("hubs");
        builder.Services.AddAuthentication().AddJwtBearer(bearer =>
        {
            (bearer.Authority, bearer.Audience, bearer.MapInboundClaims) = (options.Authority?.AbsoluteUri, options.Audience, false);
            configureBearer?.Invoke(bearer);
        });
        builder.Services.AddAuthorization();

        var web = builder.Build();
        web.UseAuthentication();
        web.UseAuthorization();
        web.MapGrpcHealthChecksService().AllowAnonymous();
        var service = web.MapGrpcService<TaskHubSidecar>();
        if (options.Authority is not null)
        {
            service.RequireAuthorization(policy => policy
                .AddAuthenticationSchemes(JwtBearerDefaults.AuthenticationScheme).RequireAuthenticatedUser());
        }

        return web;
    }

    private static void Listen(KestrelServerOptions kestrel, SidecarOptions options)
    {
        // A worker whose machine vanished does not close its connection: it is asked, and its work goes to another one.
        kestrel.Limits.Http2.KeepAlivePingDelay = options.PingInterval;
        kestrel.Limits.Http2.KeepAlivePingTimeout = options.PingInterval;
        kestrel.Limits.MinRequestBodyDataRate = null;
        kestrel.Listen(IPAddress.Parse(options.Address), options.Port, listen =>
        {
            listen.Protocols = HttpProtocols.Http2;
            if (options.CertificateFile is { } certificate)
            {
                listen.UseHttps(X509Certificate2.CreateFromPemFile(certificate, options.CertificateKeyFile));
            }
        });
    }
}
