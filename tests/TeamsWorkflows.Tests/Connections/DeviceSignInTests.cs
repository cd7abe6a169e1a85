using Microsoft.EntityFrameworkCore;
using TeamsWorkflows.Connections;
using TeamsWorkflows.Connections.SignIns;
using TeamsWorkflows.Deliveries;
using TeamsWorkflows.Diagnostics;
using TeamsWorkflows.Tests.Sandbox;
using TeamsWorkflows.Ways;

namespace TeamsWorkflows.Tests.Connections;

/// <summary>Signing in by a code that is typed into a browser somewhere else, against the sandbox's Entra.</summary>
public sealed class DeviceSignInTests
{
    private const string ConnectionId = "finance-device";

    [Fact]
    [Trait("Requirement", "R33")]
    [Trait("Requirement", "R46")]
    public async Task A_connection_without_credential_is_signed_in_by_code_and_renews_itself()
    {
        await using var product = await StartAsync();
        var (desk, begun) = await BeginAsync(product);
        Assert.Equal(DeviceSignInState.Waiting, begun.State);
        Assert.Equal(TimeSpan.FromMinutes(15), begun.ExpiresAt - product.Time.GetUtcNow());
        await PollsAsync(product, 3); // nobody has typed it yet
        Assert.Equal(DeviceSignInState.Waiting, (await desk.FindAsync(ConnectionId, default))!.State);

        await TypeAsync(product, begun, product.Tenant.Service.UserName);
        var ended = await EndOfAsync(product);

        Assert.Equal((DeviceSignInState.Connected, product.Tenant.Service.UserName, null), (ended.State, ended.Account, ended.UserCode));
        Assert.Equal(ConnectionState.Healthy, (await product.Connections.FindAsync(ConnectionId, default))!.State);
        Assert.Equal(DeliveryState.Delivered, (await product.EndOfAsync(await product.SubmitAsync(Request(product)))).State);
        product.Tenant.ExpireAccessTokens();
        Assert.Equal(DeliveryState.Delivered, (await product.EndOfAsync(await product.SubmitAsync(Request(product)))).State);
        Assert.Null(await product.SignIns.BeginAsync(ConnectionId, "olivia", default)); // never mixed with the other way
        Assert.Null(await desk.BeginAsync(ProductHost.ConnectionId, "olivia", default));
    }

    [Fact]
    [Trait("Requirement", "R49")]
    [Trait("Requirement", "R65")]
    [Trait("Requirement", "B4")]
    public async Task A_case_is_resolved_by_code_and_no_code_or_token_is_in_any_history_log_or_file()
    {
        await using var product = await StartAsync();
        await ConnectAsync(product);
        product.Tenant.Faults.Apply("refresh-revoked");
        var report = await product.SubmitAsync(Request(product));
        var found = await product.OpenCaseAsync();
        Assert.Equal(SignInWay.DeviceCode, found.SignIn);

        var (desk, begun) = await BeginAsync(product);
        Assert.Equal(found.Id, begun.CaseId);
        var deviceCode = await DeviceCodeAsync(product);
        await TypeAsync(product, begun, product.Tenant.Service.UserName);
        var delivery = await product.EndOfAsync(report);

        Assert.Equal(DeliveryState.Delivered, delivery.State);
        Assert.Single(product.Messages);
        Assert.Equal(DeviceSignInState.Connected, (await desk.FindAsync(ConnectionId, default))!.State);
        Assert.False((await product.Cases.FindAsync(found.Id, default))!.IsOpen);
        var story = await product.Get<TeamsWorkflows.Connections.History.HistoryDesk>().ReadAsync(ConnectionId, default);
        Assert.Equal(2, story.Changes.Count(c => c is { Kind: ConnectionEventKind.Reconnected, Actor: "olivia" }));
        var everything = string.Concat(product.Log.Lines) + string.Concat(product.Store.Query(new([]), long.MaxValue, int.MaxValue)
            .SelectMany(row => product.Store.Load(row.Id)!.History).Select(System.Text.Encoding.UTF8.GetString))
            + System.Text.Encoding.Latin1.GetString(await File.ReadAllBytesAsync(product.DatabaseFile));
        Assert.All([deviceCode, begun.UserCode!, "eyJ0eXAi", "eyJhbGci"], secret => Assert.DoesNotContain(secret, everything, StringComparison.Ordinal));
    }

    [Fact]
    [Trait("Requirement", "R48")]
    public async Task Another_account_than_the_connections_is_refused_by_code_too()
    {
        await using var product = await StartAsync();
        var (desk, begun) = await BeginAsync(product);
        await TypeAsync(product, begun, product.Tenant.Operator.UserName);

        var ended = await EndOfAsync(product);

        Assert.Equal((DeviceSignInState.WrongAccount, product.Tenant.Operator.UserName), (ended.State, ended.Account));
        Assert.Equal(ConnectionState.NeverConnected, (await product.Connections.FindAsync(ConnectionId, default))!.State);
        Assert.False(await product.Database.ReadAsync(db => db.TokenCaches.AnyAsync(c => c.ConnectionId == ConnectionId), default));
        Assert.NotEqual(begun.UserCode, (await desk.BeginAsync(ConnectionId, "olivia", default))!.UserCode);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    [Trait("Requirement", "R47")]
    public async Task A_person_who_declines_ends_it_with_a_reason(bool isStrict)
    {
        await using var product = await StartAsync();
        if (isStrict)
        {
            product.Tenant.Faults.Apply("device-strict");
        }

        var (_, begun) = await BeginAsync(product);
        await TypeAsync(product, begun, username: null);

        var ended = await EndOfAsync(product);

        Assert.Equal(DeviceSignInState.Refused, ended.State);
        Assert.NotNull(ended.Diagnosis);
        Assert.NotEqual(FailureClasses.AccessTokenExpired, ended.Diagnosis.Class);
        Assert.Equal("AADSTS65004", ended.Diagnosis.Code);
        var story = await product.Get<TeamsWorkflows.Connections.History.HistoryDesk>().ReadAsync(ConnectionId, default);
        Assert.Equal(TokenAcquisition.Failed, Assert.Single(story.Acquisitions).Result);
    }

    [Fact]
    public async Task A_code_that_nobody_types_ends_and_another_one_can_be_begun()
    {
        await using var product = await StartAsync();
        var (desk, begun) = await BeginAsync(product);

        product.Time.Advance(TimeSpan.FromMinutes(16));
        var ended = await EndOfAsync(product);

        Assert.Equal((DeviceSignInState.Expired, null), (ended.State, ended.UserCode));
        Assert.Null((await product.Database.ReadAsync(db => db.DeviceSignIns.SingleAsync(), default)).ProtectedAnswer);
        Assert.NotEqual(begun.UserCode, (await desk.BeginAsync(ConnectionId, "olivia", default))!.UserCode);
    }

    [Fact]
    public async Task An_authority_that_says_slow_down_is_asked_less_often()
    {
        await using var product = await StartAsync();
        product.Tenant.Faults.Apply("device-strict");
        var (_, begun) = await BeginAsync(product);
        var row = await product.Database.ReadAsync(db => db.DeviceSignIns.SingleAsync(), default);
        var connection = await product.Database.ReadAsync(db => db.Connections.SingleAsync(c => c.Id == ConnectionId), default);
        var answer = System.Text.Encoding.UTF8.GetString(product.Get<ISecretProtector>().Unprotect($"device-code/{ConnectionId}", row.ProtectedAnswer!)!);

        // At once after the first one: too early, and MSAL alone would have given up.
        var early = Assert.IsType<DeviceCodeAnswer.Pending>(await product.Get<DeviceCodePoll>().AskAsync(connection, answer, claims: null, default));
        Assert.True(early.IsTooFast);
        await PollsAsync(product, 1); // by the workflow, a second later: too early as well, so the next one waits 5 seconds more
        await product.UntilAsync(() => product.Worker.Runtime is { IsIdle: true, NextTimer: { } next } && next - product.Time.GetUtcNow() > TimeSpan.FromSeconds(5));

        await TypeAsync(product, begun, product.Tenant.Service.UserName);
        Assert.Equal(DeviceSignInState.Connected, (await EndOfAsync(product)).State);
    }

    [Fact]
    [Trait("Requirement", "B4")]
    public async Task Many_who_begin_at_once_get_one_code()
    {
        await using var product = await StartAsync();
        var desk = product.Get<DeviceSignInDesk>();

        var codes = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => desk.BeginAsync(ConnectionId, "olivia", default)));

        Assert.Single(codes.Select(c => c!.UserCode).Distinct());
        Assert.Single(product.Tenant.Requests, r => r.Path.EndsWith("/devicecode", StringComparison.Ordinal));
    }

    [Fact]
    [Trait("Requirement", "R62")]
    [Trait("Requirement", "R74")]
    public async Task What_the_token_library_refuses_by_itself_is_judged_by_the_answer_that_it_remembers()
    {
        await using var product = await StartAsync();
        await ConnectAsync(product);
        product.Tenant.Faults.Apply("mfa-required");
        var tokens = product.Get<TokenSource>();
        var row = await product.Database.ReadAsync(db => db.Connections.SingleAsync(c => c.Id == ConnectionId), default);

        var asked = Assert.IsType<TokenResult.Refused>(await tokens.AcquireAsync(row, new(BypassCache: true), default)).Evidence;
        var calls = product.TokenCalls;
        var remembered = Assert.IsType<TokenResult.Refused>(await tokens.AcquireAsync(row, new(BypassCache: true), default)).Evidence;

        Assert.Equal(calls, product.TokenCalls);
        Assert.Contains("50076", asked.ErrorCodes);
        Assert.Equal((asked.ErrorCodes[0], asked.SubError, asked.Status, asked.Body), (remembered.ErrorCodes[0], remembered.SubError, remembered.Status, remembered.Body));
        Assert.True(asked.ClockOffset!.Value.Duration() < TimeSpan.FromSeconds(2), $"{asked.ClockOffset}");
        Assert.Null(remembered.ClockOffset);
    }

    [Fact]
    [Trait("Requirement", "R25")]
    public async Task An_authority_that_blocks_device_codes_is_named_at_once()
    {
        await using var product = await StartAsync();
        product.Tenant.Faults.Apply("ca-blocked");

        var (_, refused) = await BeginAsync(product);

        Assert.Equal((DeviceSignInState.Refused, OperatorAction.ChangePolicy), (refused.State, refused.Diagnosis!.Action));
    }

    private static async Task<ProductHost> StartAsync()
    {
        var product = await ProductHost.StartAsync();
        var definition = product.Definition();
        (definition.Id, definition.SignIn, definition.ClientSecret) = (ConnectionId, SignInWay.DeviceCode, null);
        Assert.Empty(definition.Problems());
        await product.Connections.ConfigureAsync(definition, CancellationToken.None);
        return product;
    }

    private static async Task ConnectAsync(ProductHost product)
    {
        var (_, begun) = await BeginAsync(product);
        await TypeAsync(product, begun, product.Tenant.Service.UserName);
        Assert.Equal(DeviceSignInState.Connected, (await EndOfAsync(product)).State);
    }

    private static async Task<(DeviceSignInDesk Desk, DeviceSignIn Begun)> BeginAsync(ProductHost product)
    {
        var desk = product.Get<DeviceSignInDesk>();
        return (desk, (await desk.BeginAsync(ConnectionId, "olivia", CancellationToken.None))!);
    }

    private static async Task<DeviceSignIn> EndOfAsync(ProductHost product)
    {
        var desk = product.Get<DeviceSignInDesk>();
        await product.UntilAsync(
            async () => (await product.Database.ReadAsync(db => db.DeviceSignIns.SingleAsync(), default)).State != DeviceSignInState.Waiting,
            soon: TimeSpan.FromSeconds(30));
        return (await desk.FindAsync(ConnectionId, CancellationToken.None))!;
    }

    private static async Task PollsAsync(ProductHost product, int count)
    {
        var before = Polls();
        await product.UntilAsync(() => Task.FromResult(Polls() >= before + count), soon: TimeSpan.FromSeconds(10));

        int Polls() => product.Tenant.Requests.Count(r => r.Path.EndsWith("/token", StringComparison.Ordinal));
    }

    // Plays the person: types the code, and picks an account or declines.
    private static async Task TypeAsync(ProductHost product, DeviceSignIn begun, string? username)
    {
        using var browser = SandboxFixture.Client(product.Sandbox);
        using var form = new FormUrlEncodedContent(username is null
            ? [new("user_code", begun.UserCode!), new("action", "cancel")]
            : [new("user_code", begun.UserCode!), new("username", username)]);
        using var answer = await browser.PostAsync(begun.VerificationAddress, form);
        answer.EnsureSuccessStatusCode();
    }

    private static async Task<string> DeviceCodeAsync(ProductHost product)
    {
        var row = await product.Database.ReadAsync(db => db.DeviceSignIns.SingleAsync(), default);
        using var json = System.Text.Json.JsonDocument.Parse(product.Get<ISecretProtector>().Unprotect($"device-code/{ConnectionId}", row.ProtectedAnswer!)!);
        return json.RootElement.GetProperty("device_code").GetString()!;
    }

    private static TeamsWorkflows.Reports.ReportRequest Request(ProductHost product) => product.Request() with
    {
        Destinations = [new ChannelDestination(ConnectionId, product.Finance.Id, product.ReportsChannel)],
    };
}
