using TeamsWorkflows.Cli;
using TeamsWorkflows.Doctor;
using TeamsWorkflows.Schedules;
using TeamsWorkflows.Ways;

namespace TeamsWorkflows.Tests.Doctor;

/// <summary>The doctor on the sandbox's environments, and its verdict as a gate.</summary>
public sealed class DoctorTests
{
    [Fact]
    [Trait("Requirement", "R93")]
    [Trait("Requirement", "R94")]
    [Trait("Requirement", "R95")]
    [Trait("Requirement", "R13")]
    [Trait("Requirement", "R14")]
    [Trait("Requirement", "B9")]
    public async Task A_sound_environment_is_usable_and_its_inventory_holds_no_secret()
    {
        await using var product = await ProductHost.StartAsync();
        await product.EndOfAsync(await product.SubmitAsync());

        var report = await product.Get<DoctorDesk>().ExamineAsync(default);

        Assert.True(report.IsUsable, string.Join('\n', report.Findings));
        Assert.Superset(
            new HashSet<string> { "reach", "clock", "authority", "audience", "tenant", "consent", "channel", "dates", "database", "environment" },
            report.Findings.Where(f => f.Result == CheckResult.Good || f.Check == "environment").Select(f => f.Check).ToHashSet());
        var connection = Assert.Single(report.Inventory.Connections);
        Assert.Equal((product.Tenant.Id, product.Tenant.Connector.ClientId, "secret"), (connection.TenantId, connection.ClientId, connection.Credential));
        Assert.DoesNotContain(product.Tenant.Connector.ClientSecret, report.ToJson(), StringComparison.Ordinal);
        Assert.Equal(report.ToJson(), DoctorReport.FromJson(report.ToJson()).ToJson());
    }

    [Fact]
    [Trait("Requirement", "R93")]
    public async Task A_connection_of_production_that_asks_a_simulator_is_pointed_out()
    {
        await using var product = await ProductHost.StartAsync();

        var finding = Assert.Single((await product.Get<DoctorDesk>().ExamineAsync(default)).Findings, f => f.Check == "environment");
        Assert.Equal(CheckResult.Warning, finding.Result);
        Assert.Contains("not Microsoft's", finding.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [Trait("Requirement", "R94")]
    [Trait("Requirement", "R95")]
    [Trait("Requirement", "B9")]
    [InlineData("clock-skew", 1800.0, "clock")]
    [InlineData("forbidden-membership", null, "channel")]
    [InlineData("consent-revoked", null, "token")]
    [InlineData("secret-expired", null, "token")]
    public async Task What_is_broken_is_named_with_its_fix(string scenario, double? delay, string check)
    {
        await using var product = await ProductHost.StartAsync();
        await product.EndOfAsync(await product.SubmitAsync());
        product.Tenant.Faults.Apply(scenario, new() { Delay = delay });
        if (check == "token")
        {
            product.Time.Advance(TimeSpan.FromHours(2));
            product.Tenant.ExpireAccessTokens();
            await product.SubmitAsync();
            await product.OpenCaseAsync();
        }

        var report = await product.Get<DoctorDesk>().ExamineAsync(default);

        Assert.False(report.IsUsable);
        Assert.Contains(report.Findings, f => f is { Result: CheckResult.Bad, Fix.Length: > 0 } && f.Check == check);
    }

    [Fact]
    [Trait("Requirement", "R93")]
    public async Task A_webhook_has_no_token_to_be_examined_and_each_credential_has_its_name()
    {
        await using var product = await ProductHost.StartAsync();
        await product.Connections.ConfigureAsync(product.Webhook(), default);

        var report = await product.Get<DoctorDesk>().ExamineAsync(default);

        Assert.True(report.IsUsable, string.Join('\n', report.Findings));
        Assert.Equal(["secret", "webhook"], report.Inventory.Connections.Select(c => c.Credential));
    }

    [Fact]
    [Trait("Requirement", "R94")]
    public async Task The_channels_of_schedules_are_looked_for_before_the_first_report()
    {
        await using var product = await ProductHost.StartAsync();
        var nowhere = new ChannelDestination(ProductHost.ConnectionId, product.Finance.Id, "19:gone@thread.tacv2");
        var definition = new ScheduleDefinition("Daily", "0 6 * * *", "Europe/Berlin", "owner@contoso.example", product.Request() with { Destinations = [nowhere] });
        Assert.IsType<PutScheduleResult.Put>(await product.Get<ScheduleDesk>().PutAsync("daily", definition, new(IfMatch: null, OnlyNew: true), new("erp", "erp", MayChangeAll: false), default));

        var report = await product.Get<DoctorDesk>().ExamineAsync(default);

        Assert.Contains(report.Findings, f => f is { Check: "channel", Result: CheckResult.Bad } && f.Detail.StartsWith(nowhere.ChannelId!, StringComparison.Ordinal));
    }

    [Fact]
    [Trait("Requirement", "R93")]
    [Trait("Requirement", "R28")]
    public async Task A_test_that_uses_the_application_of_production_is_pointed_out()
    {
        await using var product = await ProductHost.StartAsync();
        var test = product.Definition();
        (test.Id, test.Environment) = ("finance-test", "test");
        await product.Connections.ConfigureAsync(test, default);

        var report = await product.Get<DoctorDesk>().ExamineAsync(default);

        Assert.Contains(report.Findings, f => f.Subject == "finance-test" && f.Detail.Contains("uses the application and tenant of production's", StringComparison.Ordinal));
        var other = report with { Inventory = report.Inventory with { Connections = [.. report.Inventory.Connections.Select(c => c with { Environment = "staging" })] } };
        Assert.Contains(EnvironmentComparison.Compare(report, other), d => d is { What: $"{ProductHost.ConnectionId}: environment", IsExpected: false });
    }

    [Fact]
    [Trait("Requirement", "B9")]
    [Trait("Requirement", "R27")]
    public async Task The_command_compares_two_environments_and_its_exit_code_is_a_gate()
    {
        await using var product = await ProductHost.StartAsync();
        var good = await product.Get<DoctorDesk>().ExamineAsync(default);
        var folder = Directory.CreateTempSubdirectory("doctor").FullName;
        var other = good with
        {
            Inventory = good.Inventory with { Connections = [good.Inventory.Connections[0] with { TenantId = "another", Scopes = ["User.Read"] }] },
            Findings = [.. good.Findings, new("token", ProductHost.ConnectionId, CheckResult.Bad, "Refused.", "Sign in.")],
        };
        var (test, production) = (Path.Combine(folder, "test.json"), Path.Combine(folder, "production.json"));
        await File.WriteAllTextAsync(test, good.ToJson());
        await File.WriteAllTextAsync(production, other.ToJson());

        Assert.Equal(ExitCodes.Done, (await RunAsync("doctor", test)).Code);
        Assert.Equal(ExitCodes.Warnings, (await RunAsync("doctor", test, "--strict")).Code);
        Assert.Equal(ExitCodes.Done, (await RunAsync("doctor", test, test)).Code);
        var (bad, said) = await RunAsync("doctor", production);
        Assert.Equal(ExitCodes.Unusable, bad);
        Assert.Contains("BAD   token finance-posts: Refused.", said, StringComparison.Ordinal);
        var (drift, differences) = await RunAsync("doctor", test, production);
        Assert.Equal(ExitCodes.Drift, drift);
        Assert.Contains("DIFF  finance-posts: scopes", differences, StringComparison.Ordinal);
        Assert.Contains("ok    finance-posts: tenant", differences, StringComparison.Ordinal);
        Assert.Contains("DIFF  check token of finance-posts: good | bad", differences, StringComparison.Ordinal);
        Assert.Equal(ExitCodes.NoInput, (await RunAsync("doctor", Path.Combine(folder, "nothing.json"))).Code);
        Directory.Delete(folder, recursive: true);
    }

    private static async Task<(int Code, string Output)> RunAsync(params string[] args)
    {
        using var output = new StringWriter();
        return (await CommandLine.RunAsync(args, TextReader.Null, output, TextWriter.Null, TimeProvider.System), output.ToString());
    }
}
