using System.Net;

namespace TeamsWorkflows.Server.Tests;

/// <summary>The three questions on a case, by the API and by the console's form.</summary>
public sealed class GuidedTestTests : IAsyncLifetime
{
    private readonly ServerHost _host = new();

    public Task InitializeAsync() => _host.InitializeAsync();

    public Task DisposeAsync() => _host.DisposeAsync();

    [Fact]
    [Trait("Requirement", "R16")]
    [Trait("Requirement", "R18")]
    public async Task Answers_are_given_by_api_and_form_and_kept_with_who_gave_them()
    {
        using var enough = new CancellationTokenSource(ServerHost.Patience);
        using var publisher = await _host.PublisherAsync();
        using var oversight = await _host.OperatorAsync();
        _host.Tenant.Faults.Apply("refresh-revoked");
        using var submitted = await publisher.SubmitAsync(_host.Tenant.Report(Calls.Unique("Asked")), "asked");
        await _host.Tenant.WaitForMailAsync(m => m.To.Contains(_host.Tenant.Operator.UserName), enough.Token);
        var id = Assert.Single((await oversight.GetJsonAsync("/api/v1/cases?open=true")).GetProperty("cases").EnumerateArray()).Text("id");
        var address = $"/api/v1/cases/{id}/guided-test";

        using var first = await oversight.PostJsonAsync(address, """{"isUnauthorized":true}""");
        Assert.Equal(HttpStatusCode.OK, first.StatusCode);
        Assert.Equal("FreshSignInHelps", (await first.JsonAsync()).Text("next"));
        using var misspelt = await oversight.PostJsonAsync(address, """{"unauthorised":true}""");
        Assert.Equal(HttpStatusCode.BadRequest, misspelt.StatusCode);
        using var nobody = await oversight.PostJsonAsync("/api/v1/cases/nobody/guided-test", "{}");
        Assert.Equal(HttpStatusCode.NotFound, nobody.StatusCode);
        using var forbidden = await publisher.PostJsonAsync(address, "{}");
        Assert.Equal(HttpStatusCode.Forbidden, forbidden.StatusCode);

        using var session = await ConsoleSession.SignInAsync(_host, _host.Tenant.Operator.UserName);
        var (page, back) = await session.SendAsync(
            $"/cases/{id}", $"/cases/{id}/guided-test", ("isUnauthorized", "true"), ("freshSignInHelps", "true"), ("onlyAfterIdleTime", ""));

        Assert.Equal($"/cases/{id}", back.AbsolutePath);
        Assert.Contains("It looks like", page, StringComparison.Ordinal);
        var state = await oversight.GetJsonAsync(address);
        Assert.Equal("OnlyAfterIdleTime", state.Text("next"));
        Assert.Equal(2, state.GetProperty("rounds").GetArrayLength());
        Assert.Equal("refresh-broken", state.GetProperty("conclusion").Text("class"));
    }
}
