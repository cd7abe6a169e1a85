using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using TeamsWorkflows.Connections;
using TeamsWorkflows.Connections.Canary;
using TeamsWorkflows.Deliveries;
using TeamsWorkflows.Diagnostics;
using TeamsWorkflows.DurableTask;
using TeamsWorkflows.Sandbox;
using TeamsWorkflows.Tests.Sandbox;

namespace TeamsWorkflows.Tests.Connections;

/// <summary>In production a verdict rests on the answer, on what the connection is for, and on what it went through.</summary>
public sealed class ProductionVerdictTests
{
    private static readonly FaultRule BarePost = new() { Name = "bare", Surface = SandboxSurfaces.GraphMessagePost, Status = 401, Count = 1 };

    [Fact]
    [Trait("Requirement", "R14")]
    [Trait("Requirement", "R27")]
    public async Task A_token_of_another_tenant_is_not_sent_to_anybody()
    {
        await using var product = await ProductHost.StartAsync();
        var stranger = product.Sandbox.CreateTenant();
        await GiveTokenAsync(product, stranger, stranger.Daemon, "https://graph.microsoft.com/.default");

        var verdict = await RefusedAsync(product);

        Assert.Equal((FailureClasses.TokenInvalid, "token.unused-tenant"), (verdict.Class, verdict.Rule.Split(':')[0]));
        Assert.Equal((false, ChainLink.Acquire), (verdict.MayRenewSilently, verdict.Link));
        Assert.DoesNotContain(product.Tenant.Requests.Concat(stranger.Requests), IsPost);
    }

    [Fact]
    [Trait("Requirement", "R13")]
    [Trait("Requirement", "R50")]
    public async Task A_token_for_something_else_is_not_sent_to_Graph()
    {
        await using var product = await ProductHost.StartAsync();
        await GiveTokenAsync(product, product.Tenant, product.Tenant.Publisher, "api://teamsworkflows/.default");

        var verdict = await RefusedAsync(product);

        Assert.Equal((FailureClasses.TokenInvalid, "token.unused-audience"), (verdict.Class, verdict.Rule.Split(':')[0]));
        Assert.DoesNotContain(product.Tenant.Requests, IsPost);
    }

    [Fact]
    [Trait("Requirement", "R58")]
    [Trait("Requirement", "R71")]
    public async Task A_403_without_a_word_is_a_missing_permission_when_the_token_has_none_of_those_that_the_call_needs()
    {
        await using var product = await ProductHost.StartAsync();
        await GiveTokenAsync(product, product.Tenant, product.Tenant.Daemon, "https://graph.microsoft.com/.default");
        product.Tenant.Faults.Add(BarePost with { Status = 403 });

        var verdict = await RefusedAsync(product);

        Assert.Equal((FailureClasses.ConsentPermissionMissing, "token.claims-permission"), (verdict.Class, verdict.Rule.Split(':')[0]));
    }

    [Fact]
    [Trait("Requirement", "R27")]
    [Trait("Requirement", "B10")]
    public async Task The_canary_knows_a_token_of_another_tenant_too()
    {
        await using var product = await ProductHost.StartAsync();
        var stranger = product.Sandbox.CreateTenant();
        await GiveTokenAsync(product, stranger, stranger.Daemon, "https://graph.microsoft.com/.default");

        var round = await product.Get<CheckConnections>().RunAsync(new TaskActivityContext(nameof(CheckConnections), "watch", 0, CancellationToken.None), new WatchInput(1));

        Assert.Equal([ProductHost.ConnectionId], round.Broken);
        var found = await product.OpenCaseAsync(parked: 0);
        Assert.StartsWith("token.unused-tenant", found.Diagnosis.Rule, StringComparison.Ordinal);
        Assert.Equal(product.Tenant.Id, found.Evidence!.Expected!.TenantId);
        Assert.Null(found.Evidence.History);
    }

    [Fact]
    [Trait("Requirement", "R73")]
    [Trait("Requirement", "B8")]
    [Trait("Requirement", "R97")]
    public async Task A_token_that_ran_out_behind_throttling_is_damage_and_the_throttling_the_cause()
    {
        await using var product = await ProductHost.StartAsync();
        product.Tenant.Faults.Apply("throttled", new() { Count = 3 });
        product.Tenant.Faults.Add(BarePost with { Name = "ran out", Body = ExpiredBody });

        var delivery = await product.EndOfAsync(await product.SubmitAsync());

        var attempts = (await product.Reports.FindDeliveryAsync(delivery.Id, default))!.Attempts;
        var ranOut = attempts.Single(a => a.Status == 401);
        Assert.Equal((FailureClasses.Throttled, FailureClasses.AccessTokenExpired), (ranOut.Diagnosis!.Class, ranOut.Diagnosis.Secondary!.Class));
        Assert.Contains(ranOut.Diagnosis.Trace!.Steps, s => s.Rule == "history.throttled-then-expired");
        Assert.Equal("authentication-failed", ranOut.Outcome);
        Assert.Equal(DeliveryState.Delivered, delivery.State); // renewed once, by nobody
    }

    [Fact]
    [Trait("Requirement", "R3")]
    [Trait("Requirement", "R5")]
    public async Task A_verdict_tells_what_the_connection_went_through()
    {
        await using var product = await ProductHost.StartAsync();
        for (var i = 0; i < 5; i++)
        {
            await product.EndOfAsync(await product.SubmitAsync());
        }

        await product.Get<TeamsWorkflows.Connections.History.HistoryDesk>().RecordAsync(
            ProductHost.ConnectionId, OperationalChange.PasswordReset, at: null, "olivia", note: null, default);
        product.Tenant.Faults.Apply("refresh-revoked");
        product.Tenant.ExpireAccessTokens();
        product.Time.Advance(TimeSpan.FromHours(2));
        await product.SubmitAsync();

        var steps = (await product.OpenCaseAsync()).Diagnosis.Trace!.Steps;
        Assert.Contains(steps, s => s.Rule == "history.SuddenFailure" && s.Evidence.Contains("worked 5 times", StringComparison.Ordinal));
        Assert.Contains(steps, s => s.Rule == "history.FollowsAChange" && s.Evidence.Contains("password", StringComparison.Ordinal));
    }

    private const string ExpiredBody = """{"error":{"code":"InvalidAuthenticationToken","message":"Lifetime validation failed, the token is expired."}}""";

    private static async Task<Diagnosis> RefusedAsync(ProductHost product)
    {
        var delivery = await product.EndOfAsync(await product.SubmitAsync());
        return (await product.Reports.FindDeliveryAsync(delivery.Id, default))!.Attempts.First(a => a.Diagnosis is not null).Diagnosis!;
    }

    private static bool IsPost(SandboxRequest request) => request.Surface == SandboxSurfaces.GraphMessagePost;

    // The authority answers a renewal with a token that it made for somebody or something else.
    private static async Task GiveTokenAsync(ProductHost product, SandboxTenant tenant, SandboxApp app, string scope)
    {
        using var http = SandboxFixture.Client(product.Sandbox);
        using var form = new FormUrlEncodedContent(
        [
            new("grant_type", "client_credentials"), new("client_id", app.ClientId), new("client_secret", app.ClientSecret), new("scope", scope),
        ]);
        using var answer = await http.PostAsync(new Uri($"{tenant.Authority}/oauth2/v2.0/token"), form);
        using var json = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        var row = await product.Database.ReadAsync(db => db.Connections.SingleAsync(), default);
        var account = row.AccountId!;
        var fault = product.Tenant.Faults.Add(new()
        {
            Name = "another token",
            Surface = SandboxSurfaces.Token,
            Status = 200,
            Body = JsonSerializer.Serialize(new Dictionary<string, object>(StringComparer.Ordinal)
            {
                ["token_type"] = "Bearer",
                ["expires_in"] = 3600,
                ["access_token"] = json.RootElement.GetProperty("access_token").GetString()!,
                ["client_info"] = Base64Url.EncodeToString(Encoding.UTF8.GetBytes(
                    $$"""{"uid":"{{account.Split('.')[0]}}","utid":"{{account.Split('.')[1]}}"}""")),
            }),
        });
        await product.Get<TokenSource>().AcquireAsync(row, new TokenRequest(BypassCache: true), default);
        product.Tenant.Faults.Remove(fault.Id);
    }
}
