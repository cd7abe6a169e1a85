using System.Globalization;
using System.Text.RegularExpressions;
using TeamsWorkflows.Sandbox.Common;

namespace TeamsWorkflows.Sandbox;

/// <summary>
/// Placeholders of a fault's body and headers: {request-id}, {client-request-id}, {date}, {timestamp}, {client-id},
/// {user-id}, {tenant-id}, {retry-after} (seconds) and {retry-after-date}.
/// </summary>
public static partial class FaultTemplate
{
    internal static string Fill(string template, FaultRule rule, Exchange exchange)
    {
        var now = exchange.Now;
        var wait = rule.Until is { } until && until > exchange.Time.GetUtcNow() ? until - exchange.Time.GetUtcNow() : rule.Delay;
        var seconds = Math.Max(1, (long)Math.Ceiling(wait.TotalSeconds));
        return Placeholder().Replace(template, match => match.Groups["name"].Value switch
        {
            "request-id" => exchange.RequestId,
            "client-request-id" => exchange.ClientRequestId ?? exchange.RequestId,
            "date" => now.UtcDateTime.ToString("s", CultureInfo.InvariantCulture),
            "timestamp" => now.UtcDateTime.ToString("u", CultureInfo.InvariantCulture),
            "client-id" => exchange.App?.ClientId ?? "",
            "user-id" => exchange.User?.Id ?? "",
            "tenant-id" => exchange.Tenant?.Id ?? "",
            "retry-after" => seconds.ToString(CultureInfo.InvariantCulture),
            "retry-after-date" => now.AddSeconds(seconds).ToString("R", CultureInfo.InvariantCulture),
            _ => match.Value,
        });
    }

    [GeneratedRegex(@"\{(?<name>[a-z-]+)\}", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Placeholder();
}
