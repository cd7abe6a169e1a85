using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using TeamsWorkflows.Sandbox.Tenants;

namespace TeamsWorkflows.Sandbox.Common;

/// <summary>The edge of the sandbox: gives each request its ids, logs it, and sends the answer.</summary>
internal sealed class Gateway(TimeProvider time, TenantStore defaultTenant)
{
    /// <summary>Wraps a service's handler for the router.</summary>
    public RequestDelegate Handle(string surface, Func<Exchange, Task<Reply>> handler) => Wrap(surface, handler, isLogged: true);

    /// <summary>Wraps a handler that has nothing to wait for.</summary>
    public RequestDelegate Handle(string surface, Func<Exchange, Reply> handler) =>
        Handle(surface, exchange => Task.FromResult(handler(exchange)));

    /// <summary>Wraps a handler of the sandbox's own pages and controls, which are no part of Microsoft's side.</summary>
    public RequestDelegate HandleUnlogged(Func<Exchange, Task<Reply>> handler) => Wrap("sandbox", handler, isLogged: false);

    public RequestDelegate HandleUnlogged(Func<Exchange, Reply> handler) =>
        HandleUnlogged(exchange => Task.FromResult(handler(exchange)));

    [SuppressMessage(
        "Design", "CA1031", Justification = "The edge: a defect of the sandbox must not look like a fault of Microsoft's.")]
    private RequestDelegate Wrap(string surface, Func<Exchange, Task<Reply>> handler, bool isLogged) => async http =>
    {
        var exchange = new Exchange(http, surface, time);
        Reply reply;
        try
        {
            reply = await handler(exchange);
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            reply = Reply.Empty(499) with { Cut = true };
        }
        catch (Exception defect)
        {
            exchange.Fault = $"sandbox defect: {defect.GetType().Name}";
            reply = Reply.OfText(500, "text/plain; charset=utf-8", $"A defect of the sandbox itself.\n{defect}");
        }

        if (isLogged)
        {
            Log(exchange, reply);
        }

        await SendAsync(exchange, reply);
    };

    // Before the answer leaves: a client that has its answer may ask for the log at once.
    private void Log(Exchange exchange, Reply reply) => (exchange.Tenant ?? defaultTenant).Log(new SandboxRequest
    {
        Time = time.GetUtcNow(),
        Method = exchange.Http.Request.Method,
        Path = exchange.Http.Request.Path,
        Surface = exchange.Surface,
        Status = reply.Cut ? 0 : reply.Status,
        RequestId = exchange.RequestId,
        ClientRequestId = exchange.ClientRequestId,
        ClientId = exchange.App?.ClientId,
        UserId = exchange.User?.Id,
        Fault = exchange.Fault,
    });

    private static async Task SendAsync(Exchange exchange, Reply reply)
    {
        var http = exchange.Http;
        if (reply.Cut)
        {
            http.Abort();
            return;
        }

        var response = http.Response;
        response.StatusCode = reply.Status;
        response.ContentType = reply.ContentType;
        response.Headers.Date = exchange.Now.ToString("R", CultureInfo.InvariantCulture);
        response.Headers["request-id"] = exchange.RequestId;
        if (exchange.ClientRequestId is { } clientRequestId)
        {
            response.Headers["client-request-id"] = clientRequestId;
        }

        foreach (var (name, value) in reply.Headers)
        {
            response.Headers.Append(name, value);
        }

        if (reply.Body.Length > 0)
        {
            response.ContentLength = reply.Body.Length;
            await response.Body.WriteAsync(reply.Body, exchange.Aborted);
        }
        else if (reply.Status is not (204 or 304))
        {
            response.ContentLength = 0;
        }
    }
}
