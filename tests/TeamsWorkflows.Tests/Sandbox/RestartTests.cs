using System.Text.Json.Nodes;
using TeamsWorkflows.Sandbox;

namespace TeamsWorkflows.Tests.Sandbox;

public sealed class RestartTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("sandbox").FullName;

    [Fact]
    public async Task Messages_refresh_tokens_secrets_and_faults_survive_a_restart()
    {
        string tenantId, authority, secret;
        Microsoft.Identity.Client.AuthenticationResult result;
        byte[] cache = [];
        await using (var first = await StartAsync())
        {
            using var http = SandboxFixture.Client(first);
            var tenant = first.CreateTenant();
            (tenantId, authority) = (tenant.Id, first.CertificateAuthority.Thumbprint);
            secret = tenant.RotateSecret(tenant.Connector);
            var driver = new SignInDriver(http, tenant);
            var app = driver.Connector();
            app.UserTokenCache.SetAfterAccess(access => cache = access.TokenCache.SerializeMsalV3());
            result = await driver.SignInAsync(app, tenant.Service);
            var graph = GraphDriver.Client(first, result.AccessToken);
            var team = tenant.Team("Finance");
            await graph.Teams[team.Id].Channels[team.Channel("Reports").Id].Messages.PostAsync(GraphDriver.Card("a1"));
            tenant.Faults.Apply("unavailable-503", new ScenarioParameters { Count = 3 });
            tenant.DisableUser(tenant.Outsider);
        }

        await using var second = await StartAsync();
        using var client = SandboxFixture.Client(second);
        var again = second.FindTenant(tenantId)!;
        var refreshToken = JsonNode.Parse(cache)!["RefreshToken"]!.AsObject().Single().Value!["secret"]!.GetValue<string>();
        using var answer = await client.PostAsync(again.Authority + "/oauth2/v2.0/token", SignInDriver.Form(
            ("client_id", again.Connector.ClientId), ("client_secret", secret), ("grant_type", "refresh_token"),
            ("scope", "https://graph.microsoft.com/.default"), ("refresh_token", refreshToken)));
        var refreshed = await answer.Content.ReadAsStringAsync();

        Assert.Equal(authority, second.CertificateAuthority.Thumbprint);
        Assert.Equal(secret, again.Connector.ClientSecret);
        Assert.Single(again.AllMessages());
        Assert.Equal(3, Assert.Single(again.Faults.Active).Count);
        Assert.Contains("\"access_token\"", refreshed, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_line_that_a_kill_cut_short_is_dropped_and_the_rest_is_read()
    {
        await using (var first = await StartAsync())
        {
            first.DefaultTenant.Faults.Apply("unavailable-503");
        }

        var journal = Assert.Single(Directory.GetFiles(Path.Combine(_folder, "tenants")));
        await File.AppendAllTextAsync(journal, "{\"change\":\"message-sto");

        await using (var second = await StartAsync())
        {
            Assert.Single(second.DefaultTenant.Faults.Active);
            second.DefaultTenant.Faults.Apply("throttled");
        }

        await using var third = await StartAsync();
        Assert.Equal(2, third.DefaultTenant.Faults.Active.Count);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private Task<SandboxServer> StartAsync()
    {
        var options = SandboxFixture.AnyPorts();
        options.DataFolder = _folder;
        return SandboxServer.StartAsync(options, TimeProvider.System, CancellationToken.None);
    }
}
