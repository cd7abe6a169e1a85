using Azure.Core;
using Azure.Identity;
using Microsoft.Extensions.Time.Testing;
using TeamsWorkflows.DurableTask;
using TeamsWorkflows.DurableTask.Grpc.Remote;

namespace TeamsWorkflows.Grpc.Tests.Remote;

/// <summary>What only a connection has: it breaks, it is given up, it needs a token.</summary>
public sealed class RemoteHubTests
{
    [Fact]
    public async Task An_engine_that_goes_and_comes_again_loses_nothing_that_was_in_hand()
    {
        TaskCompletionSource begun = new(), goOn = new();
        await using var sidecar = await Sidecar.StartAsync();
        await using var engine = RunningEngine.Over(sidecar.Address, "one", RunningEngine.Registry()
            .Orchestrator<int, int>("Call", (context, n) => context.CallActivityAsync<int>("Slow", n))
            .Activity<int, int>("Slow", async (_, n) =>
            {
                begun.TrySetResult();
                await goOn.Task;
                return n + 1;
            }));
        var id = await engine.Client.ScheduleNewOrchestrationInstanceAsync("Call", 1);
        await begun.Task.WaitAsync(TimeSpan.FromSeconds(10));
        var end = engine.EndOfAsync(id);

        await sidecar.RestartAsync();
        goOn.SetResult();

        Assert.Equal("2", (await end).Output);
    }

    [Fact]
    public async Task An_engine_that_is_away_is_named_until_it_is_there_again()
    {
        await using var sidecar = await Sidecar.StartAsync();
        RemoteHubOptions options = new() { Endpoint = sidecar.Address.AbsoluteUri, TaskHub = "one", MinReconnectDelay = TimeSpan.FromMilliseconds(20), MaxReconnectDelay = TimeSpan.FromMilliseconds(50) };
        using RemoteHub hub = new(options, TimeProvider.System, new Random(1));
        await using GrpcTaskHubWorker worker = new(hub, RunningEngine.Registry(), Microsoft.Extensions.Logging.Abstractions.NullLoggerFactory.Instance);
        Assert.NotNull(worker.Trouble);
        worker.Start();
        await UntilAsync(() => worker.Trouble is null);

        await sidecar.RestartAsync(async () => await UntilAsync(() => worker.Trouble?.StartsWith("Unavailable", StringComparison.Ordinal) is true));

        await UntilAsync(() => worker.Trouble is null);
    }

    [Fact]
    public async Task An_engine_that_answers_and_gives_no_work_is_named_without_its_words()
    {
        await using var engine = await RefusingEngine.StartAsync();
        RemoteHubOptions options = new() { Endpoint = engine.Address.AbsoluteUri, TaskHub = "one", MinReconnectDelay = TimeSpan.FromMilliseconds(5), MaxReconnectDelay = TimeSpan.FromMilliseconds(10) };
        using RemoteHub hub = new(options, TimeProvider.System, new Random(1));
        await using GrpcTaskHubWorker worker = new(hub, RunningEngine.Registry(), Microsoft.Extensions.Logging.Abstractions.NullLoggerFactory.Instance);
        worker.Start();
        await UntilAsync(() => worker.Trouble == "PermissionDenied");

        for (var look = 0; look < 30; look++)
        {
            await Task.Delay(5);
            Assert.Equal("PermissionDenied", worker.Trouble); // that it greets makes it no better
        }
    }

    [Fact]
    public async Task A_worker_that_stops_gives_back_what_it_cannot_end()
    {
        TaskCompletionSource begun = new();
        await using var sidecar = await Sidecar.StartAsync();
        string id;
        await using (var first = RunningEngine.Over(sidecar.Address, "two", Registry(HangAsync), options => options.DrainTimeout = TimeSpan.FromMilliseconds(50)))
        {
            id = await first.Client.ScheduleNewOrchestrationInstanceAsync("Call", 1);
            await begun.Task.WaitAsync(TimeSpan.FromSeconds(10));
        }

        await using var second = RunningEngine.Over(sidecar.Address, "two", Registry((_, n) => Task.FromResult(n + 1)));
        Assert.Equal("2", (await second.EndOfAsync(id)).Output);

        async Task<int> HangAsync(TaskActivityContext context, int n)
        {
            begun.TrySetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, context.CancellationToken);
            return n;
        }

        static DurableTaskRegistry Registry(Func<TaskActivityContext, int, Task<int>> activity) => RunningEngine.Registry()
            .Orchestrator<int, int>("Call", (context, n) => context.CallActivityAsync<int>("Step", n))
            .Activity("Step", activity);
    }

    [Fact]
    public async Task An_answer_that_the_engine_does_not_take_is_given_back_and_does_not_hold_its_work_for_ever()
    {
        var runs = 0;
        await using var sidecar = await Sidecar.StartAsync(options => options.MaxMessageBytes = 50_000);
        await using var engine = RunningEngine.Over(
            sidecar.Address,
            "one",
            RunningEngine.Registry()
                .Orchestrator<int, int>("Call", async (context, n) => (await context.CallActivityAsync<string>("Write", n)).Length)
                .Activity<int, string>("Write", (_, _) => Task.FromResult(new string('x', Interlocked.Increment(ref runs) == 1 ? 100_000 : 10))),
            options => options.MaxAnswerRetries = 1);

        Assert.Equal("10", (await engine.RunAsync("Call", 1)).Output);
        Assert.Equal(2, runs);
    }

    [Fact]
    public async Task A_long_history_comes_as_a_stream()
    {
        await using var sidecar = await Sidecar.StartAsync(options => options.StreamHistoryFromBytes = 2_000);
        await using var engine = RunningEngine.Over(sidecar.Address, "one", RunningEngine.Registry()
            .Orchestrator<int, int>("Sum", async (context, count) =>
            {
                var sum = 0;
                for (var i = 0; i < count; i++)
                {
                    sum += await context.CallActivityAsync<int>("Echo", i);
                }

                return sum;
            })
            .Activity<int, int>("Echo", (_, n) => Task.FromResult(n)));

        Assert.Equal("435", (await engine.RunAsync("Sum", 30)).Output);
    }

    [Fact]
    public void A_connection_string_of_durable_task_scheduler_is_read()
    {
        RemoteHubOptions options = new();
        options.ReadConnectionString("Endpoint=https://x.westeurope.durabletask.io;TaskHub=reports;Authentication=ManagedIdentity;ClientID=abc");

        Assert.Equal(
            ("https://x.westeurope.durabletask.io", "reports", "ManagedIdentity", "abc"),
            (options.Endpoint, options.TaskHub, options.Authentication, options.ClientId));
        Assert.Empty(options.Problems());
        Assert.Contains("TaskHub", Assert.Throws<ArgumentException>(() => options.ReadConnectionString("Endpoint=https://x;Authentication=None")).Message, StringComparison.Ordinal);
        Assert.Contains("Password", Assert.Throws<ArgumentException>(() => options.ReadConnectionString("Password=x")).Message, StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData("Endpoint", "ftp://x", "None")]
    [InlineData("Endpoint", "http://example.invalid", "DefaultAzure")]
    [InlineData("Authentication", "https://x", "Password")]
    public void Settings_that_cannot_work_are_named(string setting, string endpoint, string authentication)
        => Assert.StartsWith(
            setting, Assert.Single(new RemoteHubOptions { Endpoint = endpoint, Authentication = authentication }.Problems()), StringComparison.Ordinal);

    [Fact]
    public async Task A_token_is_kept_until_shortly_before_it_ends()
    {
        FakeTimeProvider time = new();
        CountingCredential credential = new(time);
        using RemoteHubToken token = new(credential, "https://durabletask.io/.default", time);

        Assert.Equal("https://durabletask.io/.default 1", await token.GetAsync(CancellationToken.None));
        time.Advance(TimeSpan.FromMinutes(54));
        Assert.Equal("https://durabletask.io/.default 1", await token.GetAsync(CancellationToken.None));
        time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal("https://durabletask.io/.default 2", await token.GetAsync(CancellationToken.None));
    }

    [Fact]
    public async Task A_token_that_cannot_be_renewed_early_is_used_for_as_long_as_it_is_good()
    {
        FakeTimeProvider time = new();
        CountingCredential credential = new(time);
        using RemoteHubToken token = new(credential, "scope", time);
        var first = await token.GetAsync(CancellationToken.None);

        credential.IsAway = true;
        time.Advance(TimeSpan.FromMinutes(58));
        Assert.Equal(first, await token.GetAsync(CancellationToken.None));
        time.Advance(TimeSpan.FromMinutes(2));
        await Assert.ThrowsAsync<AuthenticationFailedException>(async () => await token.GetAsync(CancellationToken.None));
        credential.IsAway = false;
        Assert.NotEqual(first, await token.GetAsync(CancellationToken.None));
    }

    private sealed class CountingCredential(TimeProvider time) : TokenCredential
    {
        private int _count;

        public bool IsAway { get; set; }

        public override AccessToken GetToken(TokenRequestContext requestContext, CancellationToken cancellationToken)
            => IsAway ? throw new AuthenticationFailedException("The authority is away.") : new($"{requestContext.Scopes[0]} {++_count}", time.GetUtcNow().AddHours(1));

        public override ValueTask<AccessToken> GetTokenAsync(TokenRequestContext requestContext, CancellationToken cancellationToken)
            => new(GetToken(requestContext, cancellationToken));
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        using CancellationTokenSource patience = new(TimeSpan.FromSeconds(20));
        while (!condition())
        {
            await Task.Delay(10, patience.Token);
        }
    }
}
