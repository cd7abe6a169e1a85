using Microsoft.AspNetCore.Http.Features;

namespace TeamsWorkflows.Server.Api;

/// <summary>Refuses a body that says that it is too large, in a way that its sender gets to know.</summary>
/// <remarks>
/// Kestrel would refuse it too, when somebody reads it, and close the connection while the rest is still on its way: the sender's next
/// write breaks, and many clients then report that instead of the answer. A body within the limit is read to its end after the answer,
/// for five seconds at most, and so is one without a limit.
/// </remarks>
internal sealed class LargeBodies(RequestDelegate next)
{
    public Task InvokeAsync(HttpContext http)
    {
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is not { IsReadOnly: false } limit || !(http.Request.ContentLength > limit.MaxRequestBodySize))
        {
            return next(http);
        }

        limit.MaxRequestBodySize = null;
        http.Response.StatusCode = StatusCodes.Status413PayloadTooLarge;
        return Task.CompletedTask;
    }
}
