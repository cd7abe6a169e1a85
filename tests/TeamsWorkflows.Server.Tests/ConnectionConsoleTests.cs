namespace TeamsWorkflows.Server.Tests;

/// <summary>The page of one connection: how it is, what it went through, and what can be done with it.</summary>
[Collection(nameof(SharedServer))]
public sealed class ConnectionConsoleTests(ServerHost host)
{
    [Fact]
    [Trait("Requirement", "R100")]
    public async Task A_connection_is_read_tried_and_told_of_a_change()
    {
        using var publisher = await host.PublisherAsync();
        var title = Calls.Unique("Needs the connection");
        await host.DeliverAsync(publisher, title);
        using var person = await ConsoleSession.SignInAsync(host, host.Tenant.Operator.UserName);

        var page = await person.ReadAsync("/connections/finance-posts");
        Assert.Contains("What ends when", page, StringComparison.Ordinal);
        Assert.Contains("Access token", page, StringComparison.Ordinal);
        Assert.Contains("<strong>signed in</strong>", page, StringComparison.Ordinal);
        Assert.Contains("Questions to the authority", page, StringComparison.Ordinal);

        var (tried, _) = await person.SendAsync("/connections/finance-posts", "/connections/finance-posts/probe");
        Assert.Contains("It works: a token came", tried, StringComparison.Ordinal);

        Assert.Contains("What ends when", await person.ReadAsync("/connections/finance-posts/probe"), StringComparison.Ordinal); // reloaded

        var (kept, address) = await person.SendAsync(
            "/connections/finance-posts", "/connections/finance-posts/changes", ("change", "PermissionsChanged"), ("reason", "The <b>scope</b> was added"));
        Assert.Equal("/connections/finance-posts", address.AbsolutePath);
        Assert.Contains("<strong>permissions were changed</strong>", kept, StringComparison.Ordinal);
        Assert.Contains("The &lt;b&gt;scope&lt;/b&gt; was added", kept, StringComparison.Ordinal);
        Assert.Contains(host.Tenant.Operator.UserName, kept, StringComparison.Ordinal);
        var (asked, _) = await person.SendAsync("/connections/finance-posts", "/connections/finance-posts/changes", ("change", "PasswordReset"), ("reason", ""));
        Assert.Contains("Say in a few words", asked, StringComparison.Ordinal);
        Assert.Equal(404, (await person.AskAsync("GET", "/connections/nobody")).Status);
    }

    [Fact]
    public async Task A_page_past_the_end_does_not_say_that_there_is_nothing()
    {
        using var person = await ConsoleSession.SignInAsync(host, host.Tenant.Operator.UserName);
        foreach (var list in (string[])["connections", "approvals", "schedules"])
        {
            var page = await person.ReadAsync($"/{list}?skip=5000");
            Assert.Contains("Nothing more here.", page, StringComparison.Ordinal);
            Assert.Contains($"id=\"{list}\"", page, StringComparison.Ordinal);
        }
    }

    [Fact]
    [Trait("Requirement", "R4")]
    public async Task Two_connections_are_compared_side_by_side()
    {
        using var administrator = await host.AdministratorAsync();

        // Behind the server's own: others of these tests look at the first in the list.
        using var added = await administrator.PostJsonAsync("/api/v1/connections", $$"""
            {"id":"z-compared","displayName":"The test's","authModel":"DelegatedUser","tenantId":"{{host.Tenant.Id}}","clientId":"{{host.Tenant.Connector.ClientId}}",
             "signIn":"DeviceCode","username":"{{host.Tenant.Service.UserName}}","owner":"Finance","environment":"test"}
            """);
        Assert.True(added.IsSuccessStatusCode, await added.Content.ReadAsStringAsync());
        using var person = await ConsoleSession.SignInAsync(host, host.Tenant.Operator.UserName);

        var page = await person.ReadAsync("/connections/compare?left=finance-posts&right=z-compared");
        Assert.Contains("way of signing in", page, StringComparison.Ordinal);
        Assert.Contains("DeviceCode", page, StringComparison.Ordinal);
        Assert.Contains("<td>environment</td>", page, StringComparison.Ordinal);
        Assert.Contains("do not differ", await person.ReadAsync("/connections/compare?left=z-compared&right=z-compared"), StringComparison.Ordinal);
        Assert.Equal(404, (await person.AskAsync("GET", "/connections/compare?left=z-compared")).Status);
    }
}
