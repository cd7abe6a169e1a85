using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Options;

namespace TeamsWorkflows.Http;

/// <summary>The transport to addresses that users give: it connects to the public internet, and to hosts that the operator trusts.</summary>
/// <remarks>
/// The name is resolved here and the connection goes to the very address that was checked, so a name that changes its
/// address in between leads nowhere. Redirects are not followed.
/// </remarks>
internal sealed class GuardedHttp : IDisposable
{
    // Shorter than the handler's, which counts the handshake, too.
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(8);

    private readonly HashSet<string> _trusted;

    public GuardedHttp(IOptions<OutboundOptions> options)
    {
        Timeout = options.Value.Timeout;
        _trusted = new(options.Value.TrustedHosts, StringComparer.OrdinalIgnoreCase);
        var handler = OutboundHttp.CreateHandler(options.Value);
        (handler.UseProxy, handler.UseCookies) = (false, false); // one publisher's receiver must not mark another's calls
        handler.ConnectCallback = ConnectAsync;
#pragma warning disable RS0030 // the one place that makes a client for addresses that users give
        Client = new HttpClient(handler) { Timeout = System.Threading.Timeout.InfiniteTimeSpan }; // each call has a time limit of its own
#pragma warning restore RS0030
    }

    public HttpClient Client { get; }

    /// <summary>Gets how long a call may take, whole, that has no time limit of its own.</summary>
    public TimeSpan Timeout { get; }

    public void Dispose() => Client.Dispose();

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var host = context.DnsEndPoint.Host;
        var addresses = await Dns.GetHostAddressesAsync(host, cancellationToken);
        var allowed = _trusted.Contains(host) ? addresses : Array.FindAll(addresses, PublicAddresses.IsPublic);
        if (allowed.Length == 0)
        {
            throw new BlockedAddressException();
        }

        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(ConnectTimeout);
        try
        {
            await socket.ConnectAsync(allowed, context.DnsEndPoint.Port, limit.Token);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            socket.Dispose();
            throw new SocketException((int)SocketError.TimedOut); // nothing was sent: the handler's own time limit does not say so
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}

/// <summary>A name leads into this machine or this network; nothing was sent.</summary>
internal sealed class BlockedAddressException : Exception
{
    public BlockedAddressException()
        : base("The address leads to a private network.")
    {
    }
}
