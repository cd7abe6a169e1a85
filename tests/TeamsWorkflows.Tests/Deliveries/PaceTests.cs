using TeamsWorkflows.Data;
using TeamsWorkflows.Deliveries;
using TeamsWorkflows.Deliveries.Pacing;

namespace TeamsWorkflows.Tests.Deliveries;

/// <summary>How turns are handed out.</summary>
public sealed class PaceTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 26, 12, 0, 0, TimeSpan.Zero);

    private static readonly DeliveryPolicy Policy = new DeliveryOptions().ToPolicy();

    private readonly PaceRow _row = new() { Key = "channel" };

    [Fact]
    [Trait("Requirement", "R74")]
    public void After_a_rest_some_go_at_once_and_the_others_one_by_one()
    {
        var options = new PaceOptions { Interval = TimeSpan.FromSeconds(1), Burst = 2 };
        Assert.Equal([0, 0, 1, 2, 3], Take(options, Noon, 5));
        Assert.Equal([60, 60, 61], Take(options, Noon + TimeSpan.FromMinutes(1), 3));
    }

    [Fact]
    [Trait("Requirement", "R74")]
    public void A_stop_moves_all_turns_and_changes_no_order()
    {
        var options = new PaceOptions { Interval = TimeSpan.FromSeconds(1) };
        var slots = Enumerable.Range(0, 4).Select(_ => Pace.Take(_row, options, Noon)).ToArray();
        Pace.Stop(_row, options, Noon + TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(30), Policy, jitter: 0);
        Pace.Stop(_row, options, Noon + TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(30), Policy, jitter: 0); // of the same moment: one stop
        var late = Pace.Take(_row, options, Noon + TimeSpan.FromSeconds(2));

        Assert.Equal([31, 31, 32, 33, 34], slots.Append(late).Select(s => Seconds(Pace.Due(_row, s))));
    }

    [Fact]
    [Trait("Requirement", "R74")]
    public void Without_a_word_from_the_service_stops_grow_and_are_spread()
    {
        List<double> lengths = [];
        var now = Noon;
        for (var i = 0; i < 4; i++)
        {
            Pace.Stop(_row, new(), now, retryAfter: null, Policy, jitter: i == 3 ? 1 : 0);
            lengths.Add((_row.BlockedUntil - now).TotalSeconds);
            now = _row.BlockedUntil;
        }

        Assert.Equal([5, 10, 20, 48], lengths);

        Pace.Stop(_row, new(), now + TimeSpan.FromHours(1), TimeSpan.FromSeconds(1), Policy, jitter: 1);
        Assert.Equal(5, _row.BlockedFor.TotalSeconds); // never less than our own first delay, and from the beginning after a quiet time
    }

    [Fact]
    [Trait("Requirement", "B14")]
    public void What_is_beyond_a_days_budget_has_its_turn_on_another_day()
    {
        var options = new PaceOptions { PerDay = 2 };
        Assert.Equal([0, 0, 12 * 3600, 12 * 3600, 36 * 3600], Take(options, Noon, 5));
        Assert.Equal(
            [36 * 3600, 60 * 3600], // the third day has one turn left
            Take(options, Noon + TimeSpan.FromHours(1), 2));
    }

    private static double Seconds(DateTimeOffset time) => (time - Noon).TotalSeconds;

    private double[] Take(PaceOptions options, DateTimeOffset now, int count)
        => [.. Enumerable.Range(0, count).Select(_ => Seconds(Pace.Due(_row, Pace.Take(_row, options, now))))];
}
