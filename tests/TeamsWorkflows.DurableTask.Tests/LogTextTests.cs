namespace TeamsWorkflows.DurableTask.Tests;

/// <summary>What others wrote stays within the line of the log that shows it.</summary>
public sealed class LogTextTests
{
    private const string Forged = "so\r\ncrit: the server was taken over\u001b[2J\u2028x";

    [Fact]
    public async Task A_failure_and_an_identifier_are_one_line_however_they_were_written()
    {
        var log = new RecordingLoggerFactory();
        var registry = TestHub.Registry();
        registry.Activity<string, string>("Fails", static (_, text) => throw new InvalidOperationException(text));
        registry.Orchestrator<string, string>("Calls", static (context, text) => context.CallActivityAsync<string>("Fails", text));
        await using var hub = new TestHub(registry, log: log);
        await hub.RunAsync("Calls", Forged, "one\u2028two");

        Assert.Contains(log.Messages, static m => m.StartsWith("Activity Fails of one two failed: ", StringComparison.Ordinal));
        Assert.Contains(log.Messages, static m => m.StartsWith("Orchestration one two failed: ", StringComparison.Ordinal));
        Assert.DoesNotContain(log.Messages, static m => m.Any(static c => char.IsControl(c) || c == '\u2028'));
    }

    [Fact]
    public void A_text_is_not_longer_than_a_line_is_read()
        => Assert.Equal((500, "a b"), (LogText.Of(new('x', 10_000)).Length, LogText.Of("a\tb")));
}
