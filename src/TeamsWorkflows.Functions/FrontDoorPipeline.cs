using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using TeamsWorkflows.Connections;
using TeamsWorkflows.Server.Hosting;

namespace TeamsWorkflows.Functions;

/// <summary>The server's front door, for requests that the Functions host has taken in.</summary>
public sealed class FrontDoorPipeline
{
    private readonly RequestDelegate _serve;
    private readonly Uri _public;

    /// <summary>Puts the pipeline together, once.</summary>
    public FrontDoorPipeline(IServiceProvider services, IOptions<EntraOptions> entra)
    {
        ArgumentNullException.ThrowIfNull(entra);

        _serve = new ApplicationBuilder(services).UseFrontDoor().Build();
        _public = entra.Value.PublicAddress;
    }

    internal Task ServeAsync(HttpContext http)
    {
        // The host forwards to a port of its own choice. The address that people use comes from the settings, and from no header.
        http.Request.Scheme = _public.Scheme;
        http.Request.Host = HostString.FromUriComponent(_public);

        // The function is what was found so far; within it, the request is routed again.
        http.SetEndpoint(null);
        http.Request.RouteValues.Clear();
        return _serve(http);
    }
}
