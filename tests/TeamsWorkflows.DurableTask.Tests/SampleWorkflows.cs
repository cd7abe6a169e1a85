using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace TeamsWorkflows.DurableTask.Tests;

/// <summary>The shapes every engine test needs: a call with retries, a race of event and timer, a child.</summary>
internal static class SampleWorkflows
{
    public static readonly RetryPolicy ThreeTries = new(3, TimeSpan.FromSeconds(10), backoffCoefficient: 2);

    public static DurableTaskRegistry Registry() => new DurableTaskRegistry(JsonSerializerOptions.Web)
        .AddOrchestrator("Post", () => new PostWithApproval())
        .AddOrchestrator("Child", () => new PostOnce())
        .AddOrchestrator("Parent", () => new CallsChild())
        .AddOrchestrator("Counter", () => new CountsEvents())
        .AddOrchestrator("Loop", () => new NeverWaits())
        .AddOrchestrator("Fan", () => new FansOut())
        .AddOrchestrator("Sleeps", () => new AwaitsSomethingNotDurable())
        .AddOrchestrator("Cancels", () => new CancelsItself())
        .AddOrchestrator("Sends", () => new SendsAnEvent())
        .AddOrchestrator("Receives", () => new ReceivesAnEvent())
        .AddOrchestrator("Guids", () => new MakesIdentifiers())
        .AddOrchestrator("Logs", () => new Logs())
        .AddOrchestrator("Generations", () => new LeavesAnActivityBehind())
        .AddOrchestrator("CallsByName", () => new CallsChildByName());

    public sealed class PostWithApproval : TaskOrchestrator<string, string>
    {
        public override async Task<string> RunAsync(TaskOrchestrationContext context, string input)
        {
            var approved = await context.WaitForExternalEvent("approval", TimeSpan.FromHours(1), timeoutValue: false);
            return approved
                ? await context.CallActivityAsync<string>("post", input, TaskOptions.FromRetryPolicy(ThreeTries))
                : "expired";
        }
    }

    public sealed class PostOnce : TaskOrchestrator<string, string>
    {
        public override Task<string> RunAsync(TaskOrchestrationContext context, string input)
            => context.CallActivityAsync<string>("post", input);
    }

    public sealed class CallsChild : TaskOrchestrator<string, string>
    {
        public override async Task<string> RunAsync(TaskOrchestrationContext context, string input)
            => "parent of " + await context.CallSubOrchestratorAsync<string>("Child", input);
    }

    public sealed class AwaitsSomethingNotDurable : TaskOrchestrator<string, string>
    {
        public override async Task<string> RunAsync(TaskOrchestrationContext context, string input)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20));
            return input;
        }
    }

    public sealed class CountsEvents : TaskOrchestrator<int, int>
    {
        public override async Task<int> RunAsync(TaskOrchestrationContext context, int input)
        {
            var step = await context.WaitForExternalEvent<int>("add");
            if (input + step < 3)
            {
                context.ContinueAsNew(input + step);
            }

            return input + step;
        }
    }

    public sealed class NeverWaits : TaskOrchestrator<int, int>
    {
        public override Task<int> RunAsync(TaskOrchestrationContext context, int input)
        {
            context.ContinueAsNew(input + 1);
            return Task.FromResult(input);
        }
    }

    public sealed class FansOut : TaskOrchestrator<int, int>
    {
        public override async Task<int> RunAsync(TaskOrchestrationContext context, int input)
            => (await Task.WhenAll(Enumerable.Range(0, input).Select(i => context.CallActivityAsync<string>("post", $"{i}")))).Length;
    }

    public sealed class CancelsItself : TaskOrchestrator<string, string>
    {
        public override Task<string> RunAsync(TaskOrchestrationContext context, string input)
            => Task.FromCanceled<string>(new CancellationToken(canceled: true));
    }

    public sealed class SendsAnEvent : TaskOrchestrator<string, string>
    {
        public override async Task<string> RunAsync(TaskOrchestrationContext context, string input)
        {
            context.SendEvent("other", "hello", input);
            await context.WaitForExternalEvent<string>("done");
            return input;
        }
    }

    public sealed class ReceivesAnEvent : TaskOrchestrator<string, string>
    {
        public override Task<string> RunAsync(TaskOrchestrationContext context, string input)
            => context.WaitForExternalEvent<string>("hello");
    }

    public sealed class MakesIdentifiers : TaskOrchestrator<string, string>
    {
        public override Task<string> RunAsync(TaskOrchestrationContext context, string input)
            => Task.FromResult($"{context.NewGuid()} {context.NewGuid()}");
    }

    public sealed class Logs : TaskOrchestrator<string, string>
    {
        public override async Task<string> RunAsync(TaskOrchestrationContext context, string input)
        {
            var logger = context.CreateReplaySafeLogger<Logs>();
            logger.LogInformation("posting {Input}", input);
            var id = await context.CallActivityAsync<string>("post", input);
            logger.LogInformation("posted {Id}", id);
            return id;
        }
    }

    /// <summary>Its first generation starts an activity and does not wait for it; the second waits for one of its own.</summary>
    public sealed class LeavesAnActivityBehind : TaskOrchestrator<string, string>
    {
        public override async Task<string> RunAsync(TaskOrchestrationContext context, string input)
        {
            var running = context.CallActivityAsync<string>("post", input);
            if (input == "first")
            {
                await context.WaitForExternalEvent<string>("next");
                context.ContinueAsNew("second");
                return input;
            }

            return await running;
        }
    }

    public sealed class CallsChildByName : TaskOrchestrator<string, string>
    {
        public override async Task<string> RunAsync(TaskOrchestrationContext context, string input)
        {
            try
            {
                return await context.CallSubOrchestratorAsync<string>("Child", input, new TaskOptions(InstanceId: "the-child"));
            }
            catch (TaskFailedException e)
            {
                return e.FailureDetails.ErrorType;
            }
        }
    }
}
