using System.Globalization;
using System.Threading.RateLimiting;
using Microsoft.Extensions.Options;
using TeamsWorkflows.Server.Access;

namespace TeamsWorkflows.Server.Api;

/// <summary>How much one caller may ask for: who asks for more is told when to come again, and the others notice nothing.</summary>
/// <remarks>A caller is a person or an application; whoever has no token, or a wrong one, is the address that it comes from.</remarks>
internal static class CallLimits
{
    private const int AnonymousShare = 10; // a tenth of what a known caller may

    private static readonly TimeSpan Least = TimeSpan.FromSeconds(1);

    public static void AddCallLimits(this IServiceCollection services) => services.AddRateLimiter(static limiter =>
    {
        limiter.RejectionStatusCode = StatusCodes.Status429TooManyRequests;
        limiter.OnRejected = static (context, _) =>
        {
            var wait = context.Lease.TryGetMetadata(MetadataName.RetryAfter, out var told) && told > Least ? told : Least;
            context.HttpContext.Response.Headers.RetryAfter = Math.Ceiling(wait.TotalSeconds).ToString(CultureInfo.InvariantCulture);
            return ValueTask.CompletedTask; // the page or the problem is written as for any other status
        };
        limiter.GlobalLimiter = PartitionedRateLimiter.Create<HttpContext, string>(Partition);
    });

    private static RateLimitPartition<string> Partition(HttpContext http)
    {
        if (!Surfaces.IsForPrograms(http.Request.Path) || http.Request.Path.StartsWithSegments("/health", StringComparison.OrdinalIgnoreCase))
        {
            return RateLimitPartition.GetNoLimiter("");
        }

        var options = http.RequestServices.GetRequiredService<IOptions<ApiOptions>>().Value;
        var caller = http.User.Identity is { IsAuthenticated: true } ? http.User.AuditActor().Id : "";
        return caller.Length > 0
            ? Bucket($"caller {caller}", options.CallsPerSecond, options.Burst)
            : Bucket($"address {http.Connection.RemoteIpAddress}", Math.Max(1, options.CallsPerSecond / AnonymousShare), Math.Max(1, options.Burst / AnonymousShare));
    }

    private static RateLimitPartition<string> Bucket(string key, int perSecond, int burst) => RateLimitPartition.GetTokenBucketLimiter(key, _ => new()
    {
        TokenLimit = burst,
        TokensPerPeriod = perSecond,
        ReplenishmentPeriod = TimeSpan.FromSeconds(1),
        QueueLimit = 0,
        AutoReplenishment = true,
    });
}
