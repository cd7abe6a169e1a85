using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace TeamsWorkflows.Deliveries;

/// <summary>Section <c>Deliveries</c>: how long and how often Teams is tried.</summary>
public sealed class DeliveryOptions
{
    /// <summary>Gets or sets how long Teams is tried before the fallback, if the report does not say.</summary>
    /// <value>The default is 4 hours.</value>
    [Range(typeof(TimeSpan), "00:00:01", "30.00:00:00")]
    public TimeSpan Patience { get; set; } = TimeSpan.FromHours(4);

    /// <summary>Gets or sets when, after an unknown outcome, the channel is read back for the message.</summary>
    /// <value>The default is 5 seconds, 30 seconds and 2 minutes after the post: a channel's list lags behind.</value>
    public IReadOnlyList<TimeSpan> ReadBackDelays { get; set; } = [];

    /// <summary>Gets or sets how often one message is posted in all, when each outcome was unknown and no read found it.</summary>
    /// <value>The default is 2.</value>
    [Range(1, 5)]
    public int MaxPosts { get; set; } = 2;

    /// <summary>Gets or sets the first delay after a 429 without Retry-After, or an unreachable service; it doubles up to <see cref="MaxBackoff"/>.</summary>
    /// <value>The default is 5 seconds.</value>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:10:00")]
    public TimeSpan FirstBackoff { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Gets or sets the longest delay of a back-off.</summary>
    /// <value>The default is 5 minutes.</value>
    [Range(typeof(TimeSpan), "00:00:00.010", "1.00:00:00")]
    public TimeSpan MaxBackoff { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>Gets or sets the distance between two thousands of parked deliveries that go on after a reconnect.</summary>
    /// <value>The default is 1 second. Each of them has a turn in its channel, so that this only spreads the load on this machine.</value>
    [Range(typeof(TimeSpan), "00:00:00", "00:10:00")]
    public TimeSpan ResumeInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Gets or sets what is done when an outcome is unknown and nobody can look, if the report does not say.</summary>
    /// <value>The default is the fallback.</value>
    public UnknownAction Unknown { get; set; }

    /// <summary>Gets or sets after which time a message is late, if the report does not say; zero: never.</summary>
    /// <value>The default is zero.</value>
    [Range(typeof(TimeSpan), "00:00:00", "30.00:00:00")]
    public TimeSpan LateAfter { get; set; }

    /// <summary>Gets or sets what is done with a message that is late, if the report does not say.</summary>
    /// <value>The default is to post it with a note.</value>
    public LateAction Late { get; set; }

    /// <summary>Gets or sets how long the first report of a digest waits for others, if the report does not say.</summary>
    /// <value>The default is one minute.</value>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan DigestWithin { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>Gets or sets after which time the report is mailed while Teams is still tried, if the report does not say; zero: when patience ends.</summary>
    /// <value>The default is zero.</value>
    [Range(typeof(TimeSpan), "00:00:00", "30.00:00:00")]
    public TimeSpan FallbackAfter { get; set; }

    /// <summary>Gets or sets what is done in Teams with a report that was mailed, if the report does not say.</summary>
    /// <value>The default is to post it with a note.</value>
    public MailedAction AfterFallback { get; set; }

    /// <summary>Gets or sets how long reports and their ledger are kept after they have ended; zero: for ever.</summary>
    /// <value>The default is zero.</value>
    [Range(typeof(TimeSpan), "00:00:00", "3650.00:00:00")]
    public TimeSpan Retention { get; set; }

    /// <summary>Gets or sets how long the bytes of attachments are kept after their report has ended; zero: as long as the report.</summary>
    /// <value>The default is 90 days.</value>
    [Range(typeof(TimeSpan), "00:00:00", "3650.00:00:00")]
    public TimeSpan AttachmentRetention { get; set; } = TimeSpan.FromDays(90);

    internal DeliveryPolicy ToPolicy() => new(
        ReadBackDelays.Count > 0 ? ReadBackDelays : [TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(30), TimeSpan.FromMinutes(2)],
        MaxPosts,
        FirstBackoff,
        MaxBackoff);
}

[OptionsValidator]
internal sealed partial class ValidateDeliveryOptions : IValidateOptions<DeliveryOptions>;

/// <summary>The options as an orchestration was started with them: a changed setting must not change a history.</summary>
/// <param name="ReadBackDelays">Since the post; ascending.</param>
internal sealed record DeliveryPolicy(
    IReadOnlyList<TimeSpan> ReadBackDelays, int MaxPosts, TimeSpan FirstBackoff, TimeSpan MaxBackoff)
{
    /// <summary>By how much of itself a delay that nobody asked for is made longer, at most.</summary>
    public const double JitterShare = 0.2;

    /// <summary>How long to wait before the next try: what the service asked for, and never less than our own growing delay.</summary>
    /// <param name="failures">How many tries in a row have failed, from 1.</param>
    public TimeSpan Backoff(int failures, TimeSpan? retryAfter)
    {
        var own = FirstBackoff * Math.Pow(2, Math.Min(failures - 1, 30));
        own = own < MaxBackoff ? own : MaxBackoff;
        return retryAfter is { } asked && asked > own ? asked : own;
    }
}
