namespace TeamsWorkflows.Server.Tests;

/// <summary>The way back from Microsoft's page for permissions: looking changes nothing, the form takes it down.</summary>
[Collection(nameof(SharedServer))]
public sealed class ConsentTests(ServerHost host)
{
    private const string Consent = "/api/v1/connections/finance-posts/consent";

    [Fact]
    [Trait("Requirement", "R60")]
    public async Task Whoever_comes_back_from_granting_permissions_takes_it_down_by_a_form_and_not_by_looking()
    {
        using var administrator = await host.AdministratorAsync();
        using var session = await ConsoleSession.SignInAsync(host, host.Tenant.Administrator.UserName);
        using var stranger = ConsoleSession.Stranger(host);
        var state = new Uri((await administrator.GetJsonAsync(Consent)).Text("adminConsentUrl")).Query.Split("&state=")[1];
        var before = await RecordedAsync(administrator);
        var back = $"/signin/callback?admin_consent=True&tenant={host.Tenant.Id}&state={state}";

        var page = await session.ReadAsync(back);
        Assert.Contains("ChannelMessage.Send", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<form method=\"post\" action=\"/connections/finance-posts/consent\"", await stranger.ReadAsync(back), StringComparison.Ordinal);
        Assert.Contains("not granted", await session.ReadAsync($"/signin/callback?error=permission_denied&state={state}"), StringComparison.Ordinal);
        Assert.Contains("Nothing to see here", await session.ReadAsync("/signin/callback?admin_consent=True&state=made-up"), StringComparison.Ordinal);
        Assert.Equal(before, await RecordedAsync(administrator));

        await session.SendAsync(back, "/connections/finance-posts/consent");

        Assert.Equal(before + 1, await RecordedAsync(administrator));
        var newest = (await administrator.GetJsonAsync(Consent)).GetProperty("recorded")[0];
        Assert.Empty(newest.GetProperty("missing").EnumerateArray());
        Assert.Equal(newest.Text("recordedBy"), newest.Text("grantedBy"));
    }

    private static async Task<int> RecordedAsync(HttpClient client)
        => (await client.GetJsonAsync(Consent)).GetProperty("recorded").GetArrayLength();
}
