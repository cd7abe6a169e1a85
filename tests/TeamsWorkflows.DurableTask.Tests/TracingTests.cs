using System.Collections.Concurrent;
using System.Diagnostics;
using TeamsWorkflows.DurableTask.Core;
using TeamsWorkflows.DurableTask.Storage;
using TeamsWorkflows.DurableTask.Worker;

namespace TeamsWorkflows.DurableTask.Tests;

public sealed class TracingTests
{
    [Fact]
    public async Task One_span_per_orchestration_however_many_turns_and_processes_it_took()
    {
        ConcurrentQueue<Activity> spans = [];
        using var source = new ActivitySource("caller");
        using var listener = new ActivityListener
        {
            ShouldListenTo = static s => s.Name is "caller" or Spans.SourceName,
            Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = spans.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
        using var store = new InMemoryPartitionStore();
        var registry = TestHub.Registry()
            .Activity<int, int>("work", (_, i) => i < 0 ? throw new InvalidOperationException("no") : Task.FromResult(i))
            .Orchestrator<int, int>("child", (context, i) => context.CallActivityAsync<int>("work", i))
            .Orchestrator<int, int>("parent", async (context, _) =>
            {
                await context.CallSubOrchestratorAsync<int>("child", 1);
                await context.CreateTimer(TimeSpan.FromMinutes(5));
                await context.WaitForExternalEvent<int>("go");
                return await context.CallActivityAsync<int>("work", -1);
            });

        ActivityTraceId trace;
        await using (var first = new TestHub(registry, store))
        {
            using (var caller = source.StartActivity("caller")!)
            {
                trace = caller.TraceId;
                await first.StartAsync("parent", 0, "p");
            }

            await first.IdleAsync();
            first.Time.Advance(TimeSpan.FromMinutes(6));
            await first.IdleAsync();
        }

        await using (var second = new TestHub(registry, store))
        {
            second.Time.Advance(TimeSpan.FromMinutes(7));
            await second.Client.RaiseEventAsync("p", "go", 1);
            Assert.Equal(OrchestrationRuntimeStatus.Failed, (await second.EndOfAsync("p")).Status);
            await second.IdleAsync();
        }

        var ours = spans.Where(s => s.TraceId == trace && s.Source.Name == Spans.SourceName)
            .GroupBy(s => s.OperationName).ToDictionary(g => g.Key, g => g.First());
        Assert.Equal(
            ["activity:work", "create_orchestration:parent", "orchestration:child", "orchestration:parent", "timer:parent"],
            spans.Where(s => s.TraceId == trace && s.Source.Name == Spans.SourceName).Select(s => s.OperationName).Distinct().Order());
        var parent = ours["orchestration:parent"];
        Assert.Equal(ours["create_orchestration:parent"].SpanId, parent.ParentSpanId);
        Assert.Equal(parent.SpanId, ours["orchestration:child"].ParentSpanId);
        Assert.Equal(parent.SpanId, ours["timer:parent"].ParentSpanId);
        Assert.Equal(parent.SpanId.ToHexString(), parent.Id!.Split('-')[2]);
        Assert.True(parent.Duration >= TimeSpan.FromMinutes(5));
        Assert.Equal((ActivityStatusCode.Error, "p"), (parent.Status, parent.GetTagItem("durabletask.task.instance_id")));
        Assert.Equal("Failed", parent.GetTagItem("durabletask.task.status"));
    }

    [Fact]
    public async Task Nothing_is_stored_when_nobody_records()
    {
        await using var hub = new TestHub(TestHub.Registry().Orchestrator<int, int>("one", (_, _) => Task.FromResult(1)));
        var before = Activity.Current;
        Activity.Current = null;
        await hub.RunAsync("one", 0, "x");
        Activity.Current = before;

        var started = (await hub.HistoryAsync("x")).OfType<ExecutionStartedEvent>().Single();
        Assert.Null(started.ParentTraceContext);
        Assert.Null(started.SpanId);
    }
}
