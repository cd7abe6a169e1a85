namespace TeamsWorkflows.Grpc.Tests;

/// <summary>The official JavaScript SDK as worker and client; the scenarios are in <c>js/scenarios</c>.</summary>
public sealed class JavaScriptSdkTests(NodeProgram program) : IClassFixture<NodeProgram>
{
    private static readonly string[] Names =
    [
        "activities in sequence",
        "fan-out and fan-in",
        "sub-orchestrations with and without an identifier",
        "the failure of a sub-orchestration reaches its parent",
        "a timer",
        "external events in the order they came",
        "an event or a timer, whichever is first",
        "an event from one instance to another",
        "continue as new keeps the events that came",
        "retries until it works, and until the policy has had enough",
        "retries of a sub-orchestration use its identifier again",
        "a custom status is seen while the instance runs",
        "large payloads go through, too large ones are refused",
        "suspend and resume",
        "terminate",
        "terminate with the children, and without",
        "rewind runs what failed again, and nothing else",
        "a scheduled start waits for its time",
        "an identifier is given once",
        "restart with the old identifier and with a new one",
        "query by prefix, status and time, page by page",
        "identifiers of what has ended, in pages",
        "purge by identifier, by filter and with the children",
        "history tells what happened, in order",
        "an activity of a worker that was killed goes to another one",
        "a turn of a worker that was killed goes to another one",
        "a version goes to the worker that runs it",
        "a version that no worker may run fails where the worker says so",
        "filters send each name to the worker that has it",
        "an orchestrator that nobody has fails, and says so",
        "entities are refused as not implemented",
    ];

    public static TheoryData<string> Scenarios { get; } = [.. Names];

    [Theory]
    [MemberData(nameof(Scenarios))]
    public void The_scenario_passes(string name) => program.AssertPassed(name);

    [Fact]
    public void No_scenario_runs_that_is_not_reported_here()
        => Assert.Equal(Names, program.Names);
}
