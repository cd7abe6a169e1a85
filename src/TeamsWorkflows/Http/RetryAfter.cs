using System.Net.Http.Headers;

namespace TeamsWorkflows.Http;

/// <summary>The header <c>Retry-After</c>: seconds, or a date.</summary>
internal static class RetryAfter
{
    /// <returns>How long the service asks us to wait; null when it does not say.</returns>
    public static TimeSpan? Of(RetryConditionHeaderValue? header, DateTimeOffset now) => header?.Delta ?? (header?.Date - now);
}
