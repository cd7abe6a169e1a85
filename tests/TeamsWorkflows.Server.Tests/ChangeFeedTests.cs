using System.Text;
using TeamsWorkflows.Data;
using TeamsWorkflows.Server.Live;
using TeamsWorkflows.Server.Orchestrations;

namespace TeamsWorkflows.Server.Tests;

/// <summary>The parts of the feed that keep it bounded.</summary>
public sealed class ChangeFeedTests
{
    [Fact]
    public void What_changes_within_a_moment_is_told_once_and_very_many_as_many()
    {
        var pending = new PendingChanges();
        pending.Add(new(ChangeTopic.Deliveries, "a"));
        pending.Add(new(ChangeTopic.Deliveries, "a"));
        pending.Add(new(ChangeTopic.Cases, "c"));
        Assert.Equal([new(ChangeTopic.Cases, "c"), new DataChange(ChangeTopic.Deliveries, "a")], pending.Take());
        Assert.True(pending.IsEmpty);

        for (var i = 0; i <= PendingChanges.MaxNamed; i++)
        {
            pending.Add(new(ChangeTopic.Deliveries, $"{i}"));
        }

        pending.Add(new(ChangeTopic.Deliveries, "one more"));
        Assert.Equal([new DataChange(ChangeTopic.Deliveries, null)], pending.Take());
    }

    [Fact]
    public void A_client_that_does_not_keep_up_is_told_to_read_everything_anew()
    {
        using var client = new Subscription("somebody", new HashSet<ChangeTopic> { ChangeTopic.Cases }, new("e", -1), static _ => { });
        for (var i = 0; i < 1_000; i++)
        {
            client.Offer(new(new("e", i), DateTimeOffset.UnixEpoch, new DataChange(ChangeTopic.Cases, $"{i}")));
            client.Offer(new(new("e", i), DateTimeOffset.UnixEpoch, new DataChange(ChangeTopic.Deliveries, $"{i}")));
        }

        var told = client.Take(static () => new(new("e", 999), DateTimeOffset.UnixEpoch, null)).ToArray();
        Assert.Equal(new FeedPosition("e", 999), Assert.Single(told).Position);
        client.Offer(new(new("e", 1_000), DateTimeOffset.UnixEpoch, new DataChange(ChangeTopic.Cases, "next")));
        Assert.Equal("next", Assert.Single(client.Take(static () => default)).Change?.Id);
    }

    [Fact]
    public void A_client_is_told_of_no_place_beyond_what_it_was_given()
    {
        using var client = new Subscription("somebody", new HashSet<ChangeTopic> { ChangeTopic.Cases }, new("e", 7), static _ => { });
        Assert.Equal(7, client.Position.Number);
        client.Offer(Event(8, ChangeTopic.Deliveries)); // nothing for it: it may go on from behind it
        Assert.Equal(8, client.Position.Number);

        client.Offer(Event(9, ChangeTopic.Cases));
        client.Offer(Event(10, ChangeTopic.Deliveries));
        Assert.Equal(8, client.Position.Number);
        Assert.Equal(9, Assert.Single(client.Take(static () => default)).Position.Number);
        Assert.Equal(9, client.Position.Number);

        client.Offer(new(new("another", 3), DateTimeOffset.UnixEpoch, null));
        Assert.Single(client.Take(static () => default));
        Assert.Equal(new FeedPosition("another", 3), client.Position);

        static FeedEvent Event(long number, ChangeTopic topic) => new(new("e", number), DateTimeOffset.UnixEpoch, new DataChange(topic, "1"));
    }

    [Theory]
    [InlineData("1f0c9a44-17", 17L)]
    [InlineData("1f0c9a44-", null)]
    [InlineData("1f0c9a44--1", null)]
    [InlineData("17", null)]
    [InlineData("", null)]
    [InlineData(null, null)]
    public void A_position_is_read_or_refused(string? text, long? number) => Assert.Equal(number, FeedPosition.Parse(text)?.Number);

    [Fact]
    public void Nodes_understand_each_other_within_what_a_notification_holds()
    {
        DataChange[] few = [new(ChangeTopic.Deliveries, "a \"b\"\n"), new(ChangeTopic.Cases, null)];
        var payload = PostgresChanges.Write("one", few);
        Assert.Equal(few, PostgresChanges.Read("two", payload));
        Assert.Null(PostgresChanges.Read("one", payload));
        Assert.Null(PostgresChanges.Read("two", "something else"));

        DataChange[] many = [.. Enumerable.Range(0, 100).Select(static i => new DataChange(ChangeTopic.Orchestrations, new string('é', 100)))];
        var cut = PostgresChanges.Write("one", many);
        Assert.True(Encoding.UTF8.GetByteCount(cut) < 8_000);
        Assert.Equal([new DataChange(ChangeTopic.Orchestrations, null)], PostgresChanges.Read("two", cut));
    }

    [Theory]
    [InlineData(60, 1)]
    [InlineData(3_600, 60)]
    [InlineData(86_400, 3_600)]
    [InlineData(604_800, 10_800)]
    [InlineData(31_536_000, 604_800)]
    public void A_chart_has_at_most_sixty_steps_that_can_be_read(int seconds, int step)
        => Assert.Equal(TimeSpan.FromSeconds(step), OrchestrationCounter.StepOf(TimeSpan.FromSeconds(seconds)));
}
