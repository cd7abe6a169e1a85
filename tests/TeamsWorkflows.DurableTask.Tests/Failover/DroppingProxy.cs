using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace TeamsWorkflows.DurableTask.Tests.Failover;

/// <summary>A way to the database that can be cut: nothing comes through any more, and nobody is told.</summary>
internal sealed class DroppingProxy : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentBag<Socket> _sockets = [];
    private readonly int _target;
    private volatile bool _isCut;

    public DroppingProxy(int target)
    {
        _target = target;
        _listener.Start();
        _ = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public void Cut() => _isCut = true;

    /// <summary>Lets new connections through. What was cut stays cut: bytes of it are missing.</summary>
    public void Mend() => _isCut = false;

    public void Dispose()
    {
        _listener.Dispose();
        foreach (var socket in _sockets)
        {
            socket.Dispose();
        }
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptSocketAsync();
                _sockets.Add(client);
                if (!_isCut)
                {
                    Socket server = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                    _sockets.Add(server);
                    await server.ConnectAsync(IPAddress.Loopback, _target);
                    client.NoDelay = true;
                    _ = PumpAsync(client, server);
                    _ = PumpAsync(server, client);
                }
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The proxy ends.
        }
    }

    private async Task PumpAsync(Socket from, Socket to)
    {
        var buffer = new byte[65_536];
        try
        {
            while (await from.ReceiveAsync(buffer) is > 0 and var count)
            {
                if (_isCut)
                {
                    return; // read, and gone
                }

                await to.SendAsync(buffer.AsMemory(0, count));
            }

            to.Shutdown(SocketShutdown.Send);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            from.Dispose();
            to.Dispose();
        }
    }
}
