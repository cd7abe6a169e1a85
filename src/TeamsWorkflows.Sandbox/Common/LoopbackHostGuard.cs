using System.Net;

namespace TeamsWorkflows.Sandbox.Common;

/// <summary>Answers only under this machine's own names, so that no web page reaches the sandbox by a name of its own.</summary>
internal sealed class LoopbackHostGuard(RequestDelegate next)
{
    public Task InvokeAsync(HttpContext http)
    {
        var host = http.Request.Host.Host.Trim('[', ']');
        if (string.Equals(host, "localhost", StringComparison.OrdinalIgnoreCase)
            || (IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address)))
        {
            return next(http);
        }

        http.Response.StatusCode = StatusCodes.Status421MisdirectedRequest;
        return Task.CompletedTask;
    }
}
