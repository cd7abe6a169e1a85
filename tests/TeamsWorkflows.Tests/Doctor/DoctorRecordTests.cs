using TeamsWorkflows.Doctor;

namespace TeamsWorkflows.Tests.Doctor;

/// <summary>What the doctor found last, for whoever looks later.</summary>
public sealed class DoctorRecordTests
{
    [Fact]
    [Trait("Requirement", "R93")]
    [Trait("Requirement", "R94")]
    public async Task What_was_found_is_read_without_trying_anything()
    {
        await using var product = await ProductHost.StartAsync();
        var record = product.Get<DoctorRecord>();
        Assert.Empty(await record.OfConnectionAsync(ProductHost.ConnectionId, default));
        Assert.Null((await record.CountAsync(default)).LookedAt);

        var at = product.Time.GetUtcNow();
        await record.ExamineAsync(connectionId: null, default);
        var calls = product.TokenCalls;
        product.Time.Advance(TimeSpan.FromHours(2));
        product.Tenant.ExpireAccessTokens();

        var found = await record.OfConnectionAsync(ProductHost.ConnectionId, default);
        Assert.Contains(found, f => f.Finding is { Check: "audience", Result: CheckResult.Good });
        Assert.Equal(CheckResult.Warning, found[0].Finding.Result); // production asks a simulator: what is worst comes first
        Assert.All(found, f => Assert.Equal((at, ProductHost.ConnectionId), (f.FoundAt, f.Finding.Connection)));
        var (counts, lookedAt) = await record.CountAsync(default);
        Assert.Equal(at, lookedAt);
        Assert.True(counts[CheckResult.Good] > found.Count, "Hosts and clock are not the connection's.");
        Assert.Equal(calls, product.TokenCalls);
    }

    [Fact]
    [Trait("Requirement", "R94")]
    public async Task One_connection_is_looked_at_alone_and_only_its_findings_are_new()
    {
        await using var product = await ProductHost.StartAsync();
        var record = product.Get<DoctorRecord>();
        await product.Connections.ConfigureAsync(Connections.RegisterTests.Another(product), default);
        await record.ExamineAsync(connectionId: null, default);
        var before = await record.OfConnectionAsync("finance-test", default);
        var all = await AllAsync(record);

        product.Time.Advance(TimeSpan.FromHours(2));
        product.Tenant.Faults.Apply("refresh-revoked");
        await record.ExamineAsync(ProductHost.ConnectionId, default);

        var bad = Assert.Single(await record.OfConnectionAsync(ProductHost.ConnectionId, default), f => f.Finding.Result == CheckResult.Bad);
        Assert.Equal("refresh-broken/password-changed", bad.Finding.Runbook);
        Assert.Contains("Sign in with the new password", bad.Finding.Fix, StringComparison.Ordinal);
        Assert.Equal(product.Time.GetUtcNow(), bad.FoundAt);
        Assert.Equal(before, await record.OfConnectionAsync("finance-test", default));
        Assert.Equal(all.Where(f => f.Finding.Connection is null), (await AllAsync(record)).Where(f => f.Finding.Connection is null));
    }

    [Fact]
    [Trait("Requirement", "R93")]
    public async Task What_is_bad_comes_before_what_is_to_be_minded_page_by_page()
    {
        await using var product = await ProductHost.StartAsync();
        var record = product.Get<DoctorRecord>();
        await product.Connections.ConfigureAsync(Connections.RegisterTests.Another(product), default); // nobody has signed in for it
        await record.ExamineAsync(connectionId: null, default);

        var first = Assert.Single(await record.PageAsync(result: null, 0, 1, default)).Finding;
        Assert.Equal((CheckResult.Bad, "Nobody has signed in."), (first.Result, first.Detail));
        var rest = await record.PageAsync(result: null, 1, 100, default);
        Assert.All(rest, f => Assert.Equal(CheckResult.Warning, f.Finding.Result));
        Assert.Equal(rest, await record.PageAsync(CheckResult.Warning, 0, 100, default));
    }

    private static async Task<IReadOnlyList<KeptFinding>> AllAsync(DoctorRecord record)
        => [.. await record.PageAsync(result: null, 0, 1_000, default), .. await record.PageAsync(CheckResult.Good, 0, 1_000, default)];
}
