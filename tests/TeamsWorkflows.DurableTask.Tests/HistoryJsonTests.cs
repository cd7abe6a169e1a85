using System.Text;
using CsCheck;
using TeamsWorkflows.DurableTask.Core;

namespace TeamsWorkflows.DurableTask.Tests;

/// <summary>A history outside its task hub: what is written reads back equal, and wrong input is named.</summary>
public sealed class HistoryJsonTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 25, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    [Trait("Requirement", "B13")]
    public void What_is_written_reads_back_equal() => GenHistory.History.Sample(
        history =>
        {
            var json = HistoryJson.Write(history);
            var read = HistoryJson.Read(json);
            return read.Events.SequenceEqual(history.Events) && (read.InstanceId, read.Name) == (history.InstanceId, history.Name)
                && HistoryJson.Write(read) == json;
        },
        iter: 2_000);

    [Fact]
    public Task What_is_streamed_is_what_is_written() => GenHistory.History.SampleAsync(
        async history =>
        {
            using var stream = new MemoryStream();
            await HistoryJson.WriteAsync(stream, history.InstanceId, history.Name, history.Events.ToAsyncEnumerable(), default);
            return Encoding.UTF8.GetString(stream.ToArray()) == HistoryJson.Write(history);
        },
        iter: 200);

    [Fact]
    public void Whatever_happens_to_the_text_it_is_read_or_refused_with_a_reason() => Gen.Select(
        GenHistory.History, Gen.Int[0, 100_000], Gen.Int[0, 60], GenHistory.Text).Sample(
        (history, at, length, instead) =>
        {
            var json = HistoryJson.Write(history);
            var from = at % json.Length;
            var damaged = json.Remove(from, Math.Min(length, json.Length - from)).Insert(from, instead);
            try
            {
                HistoryJson.Read(damaged);
            }
            catch (InvalidDataException e)
            {
                Assert.NotEmpty(e.Message);
            }
        },
        iter: 5_000);

    [Theory]
    [InlineData("", "no JSON")]
    [InlineData("""{"format":1,"instanceId":"i","name":"n","events":[""", "only a part")]
    [InlineData("[]", "JSON object")]
    [InlineData("""{"instanceId":"i","name":"n","events":[]}""", "format: it is missing")]
    [InlineData("""{"format":2,"instanceId":"i","name":"n","events":[]}""", "format: this release reads format 1; this is 2")]
    [InlineData("""{"format":1,"name":"n","events":[]}""", "instanceId: it is missing")]
    [InlineData("""{"format":1,"instanceId":"i","name":7,"events":[]}""", "name: it must be of kind String")]
    [InlineData("""{"format":1,"instanceId":"i","name":"n","events":{}}""", "events: it must be of kind Array")]
    [InlineData("""{"format":1,"instanceId":"i","name":"n","events":[7]}""", "events[0]: An event is a JSON object")]
    [InlineData("""{"format":1,"instanceId":"i","name":"n","events":[{"timestamp":"2026-11-25T12:00:00Z"}]}""", "events[0]: History holds an event of a kind unknown")]
    [InlineData("""{"format":1,"instanceId":"i","name":"n","events":[{"orchestratorStarted":{}}]}""", "events[0]: The event has no timestamp")]
    [InlineData("""{"format":1,"instanceId":"i","name":"n","events":[{"timestamp":"noon","orchestratorStarted":{}}]}""", "events[0]: ")]
    [InlineData("""{"format":1,"instanceId":"i","name":"n","events":[{"timestamp":"2026-11-25T12:00:00Z","orchestratorStart":{}}]}""", "orchestratorStart")]
    [InlineData("""{"format":1,"instanceId":"i","name":"n","events":[{"timestamp":"2026-11-25T12:00:00Z","timerFired":{"timerId":1}}]}""", "events[0]: The event has no fireAt")]
    [InlineData("""{"format":1,"instanceId":"i","name":"n","events":[{"timestamp":"2026-11-25T12:00:00Z","taskFailed":{}}]}""", "events[0]: The event has no failureDetails")]
    [InlineData("""{"format":1,"instanceId":"i","name":"n","events":[{"timestamp":"2026-11-25T12:00:00Z","executionStarted":{"name":"other"}}]}""", "name: 'n' is not what was started, 'other'")]
    public void Wrong_input_is_refused_with_what_and_where(string json, string expected)
        => Assert.Contains(expected, Assert.Throws<InvalidDataException>(() => HistoryJson.Read(json)).Message, StringComparison.Ordinal);

    [Fact]
    public void It_reads_like_the_history_it_is()
    {
        var json = HistoryJson.Write(new("i-1", "greet", [new TaskCompletedEvent(0, "\"hello\"") { Timestamp = Noon }]));

        Assert.Equal(
            """
            {
              "format": 1,
              "instanceId": "i-1",
              "name": "greet",
              "events": [
                {
                  "eventId": -1,
                  "timestamp": "2026-11-25T12:00:00Z",
                  "taskCompleted": {
                    "taskScheduledId": 0,
                    "result": "\"hello\""
                  }
                }
              ]
            }

            """,
            json);
        Assert.Empty(HistoryJson.Read(HistoryJson.Write(new("i-1", "greet", []))).Events);
    }

    [Fact]
    public void Numbers_that_are_none_and_half_characters_come_out_as_a_store_would_have_them()
    {
        var failure = new TaskFailureDetails("a", "half \uD800 of one") { Properties = new([new("x", double.NaN), new("y", float.NegativeInfinity)]) };
        HistoryEvent[] events = [new TaskFailedEvent(0, failure) { Timestamp = Noon }];
        var kept = HistoryCodec.Decode(HistoryCodec.Encode(events));

        Assert.Equal(kept, HistoryJson.Read(HistoryJson.Write(new("i", "n", events))).Events);
    }

    [Fact]
    public void Stack_traces_can_be_left_out()
    {
        var failure = new TaskFailureDetails("a", "b", "at C", new("d", "e", "at F"));
        var history = new RecordedHistory(
            "i",
            "n",
            [
                new TaskFailedEvent(0, failure) { Timestamp = Noon },
                new SubOrchestrationInstanceFailedEvent(1, failure) { Timestamp = Noon },
                new ExecutionCompletedEvent(OrchestrationRuntimeStatus.Failed, null, failure) { Timestamp = Noon },
            ]);

        Assert.Contains("at F", HistoryJson.Write(history), StringComparison.Ordinal);
        var json = HistoryJson.Write(history.WithoutStackTraces());
        Assert.DoesNotContain("at C", json, StringComparison.Ordinal);
        Assert.DoesNotContain("at F", json, StringComparison.Ordinal);
        Assert.Equal(3, HistoryJson.Read(json).Events.Count);
    }
}
