using Azure.Core;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Grpc.Net.Client;
using TeamsWorkflows.DurableTask.Protocol;

namespace TeamsWorkflows.DurableTask.Grpc.Remote;

/// <summary>The connection to a hub of another engine, shared by the worker and the client of this process.</summary>
public sealed class RemoteHub : IDisposable
{
    // A connection that a firewall has forgotten is found out by asking, and not by the next delivery that hangs.
    private static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(30);

    private readonly GrpcChannel _channel;
    private readonly SocketsHttpHandler _handler;
    private readonly RemoteHubToken? _token;

    /// <param name="credential">Overrides what the options say; null: they decide.</param>
    /// <param name="random">Spreads the tries to connect again, so that workers do not come all at once.</param>
    /// <exception cref="ArgumentException">The options cannot work.</exception>
    public RemoteHub(RemoteHubOptions options, TimeProvider time, Random random, TokenCredential? credential = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.Problems().FirstOrDefault() is { } problem)
        {
            throw new ArgumentException(problem, nameof(options));
        }

        (Options, Time, Random) = (options, time, random);
        _handler = new SocketsHttpHandler
        {
            EnableMultipleHttp2Connections = true,
            KeepAlivePingDelay = KeepAlive,
            KeepAlivePingTimeout = KeepAlive,
            PooledConnectionIdleTimeout = Timeout.InfiniteTimeSpan,
        };
        _token = (credential ?? RemoteHubCredentials.Of(options)) is { } vouches ? new RemoteHubToken(vouches, $"{options.Resource}/.default", time) : null;
        _channel = GrpcChannel.ForAddress(options.Address, Channel(options, _handler, _token));
        Service = new(_channel.Intercept(headers =>
        {
            headers.Add("taskhub", options.TaskHub);
            return headers;
        }));
    }

    internal RemoteHubOptions Options { get; }

    internal TimeProvider Time { get; }

    internal Random Random { get; }

    internal TaskHubSidecarService.TaskHubSidecarServiceClient Service { get; }

    /// <summary>Ends the connection with everything that still waits on it.</summary>
    public void Dispose()
    {
        _channel.Dispose();
        _handler.Dispose();
        _token?.Dispose();
    }

    /// <summary>Waits before the next try: twice as long each time, shortened by up to half at random. Comes back early when cancelled.</summary>
    /// <param name="tries">How many failed since the last success, at least 1.</param>
    internal async Task BackOffAsync(int tries, CancellationToken cancellation)
    {
        var whole = Math.Min(Options.MaxReconnectDelay.Ticks, Options.MinReconnectDelay.Ticks * Math.Pow(2, Math.Min(tries - 1, 30)));
        double share;
        lock (Random)
        {
#pragma warning disable CA5394 // Spreads tries over time; nobody gains by guessing it.
            share = 0.5 + (Random.NextDouble() / 2);
#pragma warning restore CA5394
        }

        try
        {
            await Task.Delay(TimeSpan.FromTicks((long)(whole * share)), Time, cancellation);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // The caller looks at its token.
        }
    }

    private static GrpcChannelOptions Channel(RemoteHubOptions options, SocketsHttpHandler handler, RemoteHubToken? token)
    {
        var transport = options.Address.Scheme == "https" ? ChannelCredentials.SecureSsl : ChannelCredentials.Insecure;
        GrpcChannelOptions channel = new()
        {
            HttpHandler = handler,
            MaxReceiveMessageSize = null, // a history is as long as the engine's own limit says
            MaxSendMessageSize = null,
            Credentials = transport,
        };
        if (token is not null)
        {
            channel.Credentials = ChannelCredentials.Create(transport, CallCredentials.FromInterceptor(async (context, metadata)
                => metadata.Add("Authorization", $"Bearer {await token.GetAsync(context.CancellationToken)}")));
            channel.UnsafeUseInsecureChannelCallCredentials = options.Address.IsLoopback; // to a sidecar on this machine
        }

        return channel;
    }
}
