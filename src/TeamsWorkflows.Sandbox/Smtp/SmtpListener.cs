using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace TeamsWorkflows.Sandbox.Smtp;

/// <summary>Accepts mail clients on the loopback address.</summary>
internal sealed class SmtpListener : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<Task, TcpClient> _sessions = new();
    private readonly TcpListener _listener;
    private readonly MailRoom _room;
    private readonly Task _accepting;

    public SmtpListener(int port, MailRoom room)
    {
        _room = room;
        _listener = new TcpListener(IPAddress.Loopback, port);
        _listener.Start();
        Endpoint = (IPEndPoint)_listener.LocalEndpoint;
        _accepting = AcceptAsync();
    }

    public IPEndPoint Endpoint { get; }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _accepting;
        await Task.WhenAll(_sessions.Keys);
        _listener.Dispose();
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            TcpClient client;
            try
            {
                client = await _listener.AcceptTcpClientAsync(_stop.Token);
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException
                && _stop.IsCancellationRequested)
            {
                return;
            }

            var session = ServeAsync(client);
            _sessions[session] = client;
            _ = session.ContinueWith(
                ended => _sessions.TryRemove(ended, out _),
                CancellationToken.None,
                TaskContinuationOptions.ExecuteSynchronously,
                TaskScheduler.Default);
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        await Task.Yield();
        using (client)
        {
            try
            {
                await new SmtpSession(client.GetStream(), _room).RunAsync(_stop.Token);
            }
            catch (Exception e) when (e is IOException or OperationCanceledException or InvalidDataException)
            {
                // The client left, the sandbox stops, or a line had no end: each ends this one conversation.
                client.Close();
            }
        }
    }
}
