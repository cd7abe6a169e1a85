using System.Data.Common;
using System.Globalization;
using Microsoft.AspNetCore.Diagnostics;
using TeamsWorkflows.Data;
using TeamsWorkflows.DurableTask.Client;
using TeamsWorkflows.DurableTask.Storage;

namespace TeamsWorkflows.Server.Api;

/// <summary>Tells a caller to come again when the database or a part of the task hub is nobody's at the moment.</summary>
internal sealed class OutageProblems(IProblemDetailsService problems) : IExceptionHandler
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(2);

    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        if (httpContext.Response.HasStarted || !IsOutage(exception))
        {
            return false;
        }

        httpContext.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
        httpContext.Response.Headers.RetryAfter = RetryAfter.TotalSeconds.ToString(CultureInfo.InvariantCulture);
        return await problems.TryWriteAsync(new()
        {
            HttpContext = httpContext,
            ProblemDetails = Problems.Details(
                StatusCodes.Status503ServiceUnavailable,
                "temporarily-unavailable",
                "Not now",
                "The task hub or its database does not answer at the moment, and nobody knows if the request was carried out. "
                + "Send it again in a few seconds, with the same Idempotency-Key: it is carried out once."),
        });
    }

    // A request that the caller broke off is an IOException as well, and nobody's outage.
    private static bool IsOutage(Exception e)
        => e is PartitionLostException or TaskHubBusyException or IOException { InnerException: DbException } || DatabaseFailure.IsOutage(e);
}
