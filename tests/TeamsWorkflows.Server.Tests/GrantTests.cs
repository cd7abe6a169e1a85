using System.Net;

namespace TeamsWorkflows.Server.Tests;

/// <summary>Once there are grants, a publisher may post only to what is granted.</summary>
public sealed class GrantTests : IAsyncLifetime
{
    private readonly ServerHost _host = new()
    {
        Settings = ["--Grants:alerts:Publisher=somebody-else", "--Grants:alerts:Connection=*"],
    };

    public Task InitializeAsync() => _host.InitializeAsync();

    public Task DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task The_role_alone_opens_nothing_any_more()
    {
        using var publisher = await _host.PublisherAsync();
        using var refused = await publisher.SubmitAsync(_host.Tenant.Report("Not granted"), "not-granted");
        Assert.Equal(HttpStatusCode.UnprocessableEntity, refused.StatusCode);
        Assert.Contains("not granted", (await refused.JsonAsync()).GetProperty("errors").Text("destinations[0]"), StringComparison.Ordinal);
        using var previewed = await publisher.PostJsonAsync("/api/v1/reports/preview", _host.Tenant.Report("Not granted"));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, previewed.StatusCode);
        Assert.Empty(_host.Tenant.MessagesAbout("Not granted"));
    }
}
