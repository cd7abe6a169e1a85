using System.Diagnostics;
using OpenTelemetry;

namespace TeamsWorkflows.Server.Hosting;

/// <summary>Takes out of the spans of requests and calls what addresses can hold: keys of calendars and links, signatures of webhooks, people.</summary>
/// <remarks>What is left is where it went, by which route, how long it took and how it ended.</remarks>
internal sealed class SpanRedaction : BaseProcessor<Activity>
{
    /// <summary>The sources of .NET whose spans are kept: requests that come in, and calls that go out.</summary>
    public static IReadOnlyList<string> Sources { get; } = ["Microsoft.AspNetCore", "System.Net.Http"];

    private static readonly HashSet<string> Kept = new(StringComparer.Ordinal)
    {
        "error.type", "http.request.method", "http.request.method_original", "http.response.status_code", "http.route", "network.protocol.version",
        "server.address", "server.port", "url.scheme",
    };

    public override void OnEnd(Activity data)
    {
        ArgumentNullException.ThrowIfNull(data);

        if (!Sources.Contains(data.Source.Name, StringComparer.Ordinal))
        {
            return;
        }

        foreach (var (name, _) in data.TagObjects.Where(static tag => !Kept.Contains(tag.Key)).ToArray())
        {
            data.SetTag(name, null);
        }
    }
}
