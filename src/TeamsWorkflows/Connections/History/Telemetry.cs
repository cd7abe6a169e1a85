using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace TeamsWorkflows.Connections.History;

/// <summary>How the product's tokens are observed: apart from the calls that need them (R56, R63).</summary>
public static class Telemetry
{
    /// <summary>The name of the meter and of the activity source.</summary>
    public const string Name = "TeamsWorkflows";

    internal static readonly ActivitySource Source = new(Name);

    private static readonly Meter Meter = new(Name);

    private static readonly Counter<long> Acquisitions = Meter.CreateCounter<long>(
        "teamsworkflows.token.acquisitions", "{acquisition}", "Tokens asked for, by connection, result and class of failure.");

    private static readonly Histogram<double> Durations = Meter.CreateHistogram<double>(
        "teamsworkflows.token.acquisition.duration", "s", "How long a token took.");

    private static readonly Counter<long> Spikes = Meter.CreateCounter<long>(
        "teamsworkflows.token.acquisition.spikes", "{spike}", "Times at which failures to get a token became frequent.");

    private static readonly Gauge<double> Days = Meter.CreateGauge<double>(
        "teamsworkflows.credential.days_left", "d", "Until a secret, certificate, sign-in or consent ends that needs a person; by the last daily look.");

    private static readonly Gauge<double> Clock = Meter.CreateGauge<double>(
        "teamsworkflows.clock.offset", "s", "How far this machine's clock is ahead of Microsoft's, by the last answer to a failure.");

    internal static void ClockOffset(TimeSpan ahead) => Clock.Record(ahead.TotalSeconds);

    internal static void DaysLeft(string connectionId, Forecast.ExpiryKind kind, TimeSpan left)
        => Days.Record(left.TotalDays, new TagList { { "connection", connectionId }, { "kind", kind.ToString() } });

    internal static void Acquired(string connectionId, string result, string? failureClass, TimeSpan duration)
    {
        var tags = new TagList { { "connection", connectionId }, { "result", result } };
        Durations.Record(duration.TotalSeconds, tags);
        if (failureClass is not null)
        {
            tags.Add("error.type", failureClass);
        }

        Acquisitions.Add(1, tags);
    }

    /// <param name="connectionId">Null: it is of several connections.</param>
    internal static void Spike(string? connectionId) => Spikes.Add(1, new TagList { { "connection", connectionId ?? "several" } });
}
