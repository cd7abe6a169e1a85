using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;

namespace TeamsWorkflows.Functions;

/// <summary>Everything over HTTP: the API, the console, the way back from a sign-in, the health.</summary>
/// <remarks>Open to the Functions host, which knows keys and no people; who may do what is decided behind, as everywhere.</remarks>
/// <param name="bound">Gets the client before the request is served.</param>
public sealed class HttpFunctions(FrontDoorPipeline pipeline, BoundClient bound)
{
    /// <summary>Serves a request; the pipeline writes the answer.</summary>
    [Function("FrontDoor")]
    public async Task<IActionResult> ServeAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, Route = "{*path}")] HttpRequest request, [DurableClient] DurableTaskClient client)
    {
        ArgumentNullException.ThrowIfNull(request);

        bound.Bind(client);
        await pipeline.ServeAsync(request.HttpContext);
        return new EmptyResult();
    }
}
