using System.Globalization;

namespace TeamsWorkflows.Sandbox.Graph;

/// <summary>The only filter that message delta knows: lastModifiedDateTime gt a time.</summary>
internal static class DeltaFilter
{
    /// <param name="token">The time inside a link of an earlier page, in Unix milliseconds.</param>
    /// <returns>The time after which messages count; null when the filter is not supported.</returns>
    public static DateTimeOffset? Read(string? filter, string? token)
    {
        if (token is not null)
        {
            return long.TryParse(token, NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds)
                && milliseconds < 253_402_300_800_000
                    ? DateTimeOffset.FromUnixTimeMilliseconds(milliseconds)
                    : null;
        }

        if (filter is null)
        {
            return DateTimeOffset.UnixEpoch;
        }

        return filter.Split(' ', StringSplitOptions.RemoveEmptyEntries) is ["lastModifiedDateTime", "gt", var time]
            && DateTimeOffset.TryParse(time, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var after)
                ? after
                : null;
    }
}
