using Microsoft.EntityFrameworkCore;
using TeamsWorkflows.Data;
using TeamsWorkflows.Server.Console;

namespace TeamsWorkflows.Server.Tests;

/// <summary>Home, however much there is: the most urgent, and where the rest is.</summary>
public sealed class HomeBoundsTests : IAsyncLifetime
{
    private const int Many = 60;

    private readonly ServerHost _host = new();

    public Task InitializeAsync() => _host.InitializeAsync();

    public Task DisposeAsync() => _host.DisposeAsync();

    [Fact]
    [Trait("Requirement", "R84")]
    public async Task Home_shows_the_most_urgent_and_leads_to_the_rest()
    {
        await SeedAsync();
        using var person = await ConsoleSession.SignInAsync(_host, _host.Tenant.Operator.UserName);

        var home = await person.ReadAsync("/");
        Assert.Contains($"Needs you ({Many})", home, StringComparison.Ordinal);
        Assert.Equal(HomePage.MaxShown, Count(home, "<article class=\"card needs\">"));
        Assert.Contains($"<a href=\"/cases?state=open\">{Many - HomePage.MaxShown} more open cases</a>", home, StringComparison.Ordinal);
        Assert.Contains("1 report waits", home, StringComparison.Ordinal);
        Assert.True(home.IndexOf("1 report waits", StringComparison.Ordinal) < home.IndexOf("0 reports wait", StringComparison.Ordinal), "What a report waits for comes first.");
        Assert.Contains($"<a href=\"/connections\">{Many - HomePage.MaxShown} more</a>", home, StringComparison.Ordinal);
        Assert.Contains($"{Many} needs a person", home, StringComparison.Ordinal);

        var first = await person.ReadAsync("/cases?state=open");
        Assert.Equal(ListPage.Size, Count(first, "<li class=\"card needs\">"));
        Assert.Contains($"<a href=\"/cases?state=open&amp;skip={ListPage.Size}\">The next page</a>", first, StringComparison.Ordinal);
        var second = await person.ReadAsync($"/cases?state=open&skip={ListPage.Size}");
        Assert.Equal(Many - ListPage.Size, Count(second, "<li class=\"card needs\">"));
        Assert.Contains("A label is looked for in 5,000 cases", await person.ReadAsync("/cases?label=seeded-7"), StringComparison.Ordinal);
    }

    private static int Count(string page, string part) => page.Split(part).Length - 1;

    // One that is real, and as many like it.
    private async Task SeedAsync()
    {
        using var enough = new CancellationTokenSource(ServerHost.Patience);
        using var publisher = await _host.PublisherAsync();
        _host.Tenant.Faults.Apply("refresh-revoked");
        using var submitted = await publisher.SubmitAsync(_host.Tenant.Report("Stopped"), "stopped");
        await _host.Tenant.WaitForMailAsync(m => m.To.Contains(_host.Tenant.Operator.UserName), enough.Token);

        await using var db = await _host.Server.Services.GetRequiredService<IDbContextFactory<ProductDb>>().CreateDbContextAsync(enough.Token);
        var (like, real) = (await db.Connections.SingleAsync(enough.Token), await db.Cases.SingleAsync(enough.Token));
        foreach (var i in Enumerable.Range(1, Many - 1))
        {
            db.Connections.Add(new()
            {
                Id = $"seeded-{i}",
                DisplayName = $"Seeded {i}",
                AuthModel = like.AuthModel,
                TenantId = like.TenantId,
                ClientId = like.ClientId,
                Username = like.Username,
                Owner = "Finance",
                Scopes = like.Scopes,
                State = like.State,
                StateSince = like.StateSince,
                Diagnosis = like.Diagnosis,
            });
            db.Cases.Add(new() { Id = $"case-{i}", ConnectionId = $"seeded-{i}", Cause = real.Cause, Class = real.Class, Diagnosis = real.Diagnosis, OpenedAt = real.OpenedAt.AddMinutes(-i) });
        }

        await db.SaveChangesAsync(enough.Token);
    }
}
