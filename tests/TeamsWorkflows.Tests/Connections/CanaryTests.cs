using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using TeamsWorkflows.Connections;
using TeamsWorkflows.Connections.Canary;
using TeamsWorkflows.Connections.Forecast;
using TeamsWorkflows.Connections.History;
using TeamsWorkflows.Diagnostics;
using TeamsWorkflows.Tests.Goldens;

namespace TeamsWorkflows.Tests.Connections;

/// <summary>A broken connection is found before a report needs it.</summary>
public sealed class CanaryTests
{
    [Fact]
    [Trait("Requirement", "B10")]
    public async Task A_dead_sign_in_opens_its_case_before_any_report_fails_and_the_report_waits_behind_it()
    {
        await using var product = await ProductHost.StartAsync(("Canary:Interval", "01:00:00"));
        await product.Get<CanaryDesk>().StartAsync(default);
        await product.Get<CanaryDesk>().StartAsync(default);
        await RoundAsync(product);
        Assert.Empty(await product.Cases.PageAsync(isOpen: true, 0, 100, default));

        product.Tenant.Faults.Apply("refresh-revoked");
        product.Tenant.ExpireAccessTokens();
        product.Time.Advance(TimeSpan.FromHours(1));
        var found = await product.OpenCaseAsync(parked: 0);
        await RoundAsync(product);

        Assert.Equal((OperatorAction.Reconnect, ProductHost.ConnectionId), (found.Cause, found.ConnectionId));
        Assert.NotNull(found.Evidence);
        Assert.Single(product.OperatorMails);
        Assert.Equal(ConnectionState.NeedsAttention, (await product.Connections.FindAsync(ProductHost.ConnectionId, default))!.State);

        var report = await product.SubmitAsync();
        Assert.Equal(found.Id, (await product.OpenCaseAsync(parked: 1)).Id);
        product.Tenant.Faults.Clear();
        await product.SignInAsync(product.Tenant.Service);
        Assert.Equal(TeamsWorkflows.Deliveries.DeliveryState.Delivered, (await product.EndOfAsync(report)).State);
    }

    [Fact]
    [Trait("Requirement", "R61")]
    [Trait("Requirement", "B10")]
    public async Task The_end_of_a_secret_is_read_out_of_the_registration_where_that_is_permitted()
    {
        await using var product = await ProductHost.StartAsync();
        await product.Connections.ConfigureAsync(
            new ConnectionDefinition
            {
                Id = "daemon",
                DisplayName = "Daemon",
                AuthModel = AuthModel.ApplicationSecret,
                TenantId = product.Tenant.Id,
                ClientId = product.Tenant.Daemon.ClientId,
                ClientSecret = product.Tenant.Daemon.ClientSecret,
                Owner = "Finance platform team",
            },
            default);

        var context = new DurableTask.TaskActivityContext(nameof(CheckConnections), "watch", 0, CancellationToken.None);
        Assert.Equal(2, (await product.Get<CheckConnections>().RunAsync(context, new(1))).Checked);

        var rows = await product.Database.ReadAsync(db => db.Connections.ToDictionaryAsync(c => c.Id, context.CancellationToken), default);
        Assert.Null(rows[ProductHost.ConnectionId].CredentialCheckedAt); // a delegated token without Application.Read.All
        Assert.NotNull(rows["daemon"].CredentialEndsAt);
        var expiry = Assert.Single((await product.Get<ForecastDesk>().ExpiriesAsync("daemon", default))!, e => e.Kind == ExpiryKind.ClientSecret);
        Assert.Equal((rows["daemon"].CredentialEndsAt, "The application's registration says so."), (expiry.At, expiry.Because));
    }

    [Fact]
    [Trait("Requirement", "B10")]
    public async Task A_watch_that_nobody_wants_any_more_ends_and_begins_anew_when_somebody_does()
    {
        await using var product = await ProductHost.StartAsync(("Canary:Interval", "01:00:00"));
        var settings = product.Get<IOptions<CanaryOptions>>().Value;
        await product.Get<CanaryDesk>().StartAsync(default);
        await RoundAsync(product);

        settings.Interval = TimeSpan.Zero;
        Assert.True((await product.RunAsync(product.Client.WaitForInstanceCompletionAsync(WatchConnections.InstanceId))).IsCompleted);
        await product.Get<CanaryDesk>().StartAsync(default);
        Assert.True((await product.Client.GetInstanceAsync(WatchConnections.InstanceId))!.IsCompleted);
        GoldenHistories.Take(product.Store, product.Tenant.Connector.ClientSecret);

        settings.Interval = TimeSpan.FromHours(1);
        await product.Get<CanaryDesk>().StartAsync(default);
        await RoundAsync(product);
        Assert.False((await product.Client.GetInstanceAsync(WatchConnections.InstanceId))!.IsCompleted);
    }

    [Theory]
    [Trait("Requirement", "R31")]
    [InlineData(OperationalChange.OwnerChanged)]
    [InlineData(OperationalChange.WorkflowCloned)]
    public async Task A_new_owner_or_a_clone_has_the_connection_tried_past_the_cache_at_once(OperationalChange change)
    {
        await using var product = await ProductHost.StartAsync();
        var histories = product.Get<HistoryDesk>();
        await histories.RecordAsync(ProductHost.ConnectionId, OperationalChange.PolicyChanged, null, "olivia", null, default);
        Assert.Null((await HistoryTests.ConnectionAsync(product)).Suspicion);
        var calls = product.TokenCalls;
        await histories.RecordAsync(ProductHost.ConnectionId, change, null, "olivia", null, default);
        await product.UntilAsync(async () => (await HistoryTests.ConnectionAsync(product)).Suspicion is null);
        Assert.Equal(calls + 1, product.TokenCalls);
        await product.IdleAsync();

        product.Tenant.RevokeSessions(product.Tenant.Service);
        await histories.RecordAsync(ProductHost.ConnectionId, change, null, "olivia", null, default);

        Assert.Equal(OperatorAction.Reconnect, (await product.OpenCaseAsync(parked: 0)).Cause);
        Assert.Equal(ConnectionState.NeedsAttention, (await product.Connections.FindAsync(ProductHost.ConnectionId, default))!.State);
    }

    [Fact]
    [Trait("Requirement", "R31")]
    public async Task A_change_that_comes_during_a_try_is_still_to_be_tried()
    {
        await using var product = await ProductHost.StartAsync();
        var (histories, check) = (product.Get<HistoryDesk>(), product.Get<ConnectionCheck>());
        product.Tenant.Faults.Apply("token-endpoint-503", new() { Count = 1_000 }); // the watch finds nothing out meanwhile
        await histories.RecordAsync(ProductHost.ConnectionId, OperationalChange.OwnerChanged, null, "olivia", null, default);
        var tried = await HistoryTests.ConnectionAsync(product);
        product.Time.Advance(TimeSpan.FromSeconds(1));
        await histories.RecordAsync(ProductHost.ConnectionId, OperationalChange.OwnerChanged, null, "olivia", null, default);

        await check.TrustAsync(tried, default);
        Assert.NotNull((await HistoryTests.ConnectionAsync(product)).Suspicion);
        await check.TrustAsync(await HistoryTests.ConnectionAsync(product), default);
        Assert.Null((await HistoryTests.ConnectionAsync(product)).Suspicion);
    }

    [Fact]
    [Trait("Requirement", "R31")]
    public async Task A_new_owner_in_the_configuration_is_tried_when_the_watch_is_started_and_again_while_the_authority_is_away()
    {
        await using var product = await ProductHost.StartAsync();
        var definition = product.Definition();
        definition.Owner = "Somebody else";
        await product.Connections.ConfigureAsync(definition, default);
        product.Tenant.Faults.Apply("token-endpoint-503", new() { Count = 1 });
        var calls = product.TokenCalls;

        await product.Get<CanaryDesk>().StartAsync(default);
        await product.UntilAsync(async () => (await HistoryTests.ConnectionAsync(product)).Suspicion is null, soon: TimeSpan.FromMinutes(5));

        Assert.Equal(calls + 2, product.TokenCalls);
        Assert.Empty(product.OperatorMails);
    }

    [Fact]
    [Trait("Requirement", "B10")]
    public async Task Once_a_day_it_is_told_what_ends_and_no_connection_is_tried_for_it()
    {
        await using var product = await ProductHost.StartAsync(("Canary:TellEnds", "true"));
        var definition = product.Definition();
        definition.SecretExpiresAt = product.Time.GetUtcNow().AddDays(30.5);
        await product.Connections.ConfigureAsync(definition, default);
        var calls = product.TokenCalls;

        await product.Get<CanaryDesk>().StartAsync(default);
        await RoundAsync(product);
        Assert.Empty(product.OperatorMails);
        await product.UntilAsync(() => Task.FromResult(product.OperatorMails.Count == 1), soon: TimeSpan.FromDays(1));

        Assert.Equal((calls, 6), (product.TokenCalls, product.Time.GetUtcNow().Hour));
        Assert.False((await product.Client.GetInstanceAsync(WatchConnections.InstanceId))!.IsCompleted);
    }

    [Fact]
    [Trait("Requirement", "B10")]
    public async Task A_connection_that_was_stopped_by_a_process_that_died_gets_its_case_in_the_next_round()
    {
        await using var product = await ProductHost.StartAsync();
        await StopAsync(product, ProductHost.ConnectionId);

        var round = await CheckAsync(product);

        Assert.Equal(0, round.Checked);
        var found = await product.OpenCaseAsync(parked: 0);
        Assert.Equal(OperatorAction.RotateCredential, found.Cause);
        await CheckAsync(product);
        Assert.Single(await product.Cases.PageAsync(isOpen: null, 0, 100, default));
        Assert.Single(product.OperatorMails);
    }

    [Fact]
    [Trait("Requirement", "B10")]
    public async Task A_round_goes_on_with_the_next_connection_when_one_cannot_be_stored()
    {
        await using var product = await ProductHost.StartAsync();
        await product.Connections.ConfigureAsync(RegisterTests.Another(product), default);
        await StopAsync(product, ProductHost.ConnectionId);
        await StopAsync(product, "finance-test");
        await product.Database.WriteAsync(
            db => db.Database.ExecuteSqlRawAsync(
                $"CREATE TRIGGER full BEFORE INSERT ON Cases WHEN NEW.ConnectionId = '{ProductHost.ConnectionId}' BEGIN SELECT RAISE(ABORT, 'no'); END"),
            default);

        await CheckAsync(product);

        Assert.Equal("finance-test", Assert.Single(await product.Cases.PageAsync(isOpen: true, 0, 100, default)).ConnectionId);
        Assert.Contains(product.Log.Lines, l => l.StartsWith($"Warning: Connection {ProductHost.ConnectionId} could not be checked", StringComparison.Ordinal));
    }

    [Theory]
    [Trait("Requirement", "B10")]
    [InlineData("00:00:00", new string[0], "06:00", null)]
    [InlineData("01:00:00", new string[0], "06:00", "07:00")]
    [InlineData("01:00:00", new string[0], "06:59", "07:00")]
    [InlineData("12:00:00", new string[0], "06:00", "12:00")]
    [InlineData("00:00:00", new[] { "09:00", "17:00" }, "06:00", "08:30")]
    [InlineData("00:00:00", new[] { "09:00", "17:00" }, "08:30", "16:30")]
    [InlineData("01:00:00", new[] { "09:00" }, "08:00", "08:30")]
    [InlineData("00:00:00", new[] { "00:10" }, "23:00", "23:40")]
    public void The_next_round_is_the_sooner_of_interval_and_window(string interval, string[] windows, string now, string? next)
    {
        var day = new DateTimeOffset(2026, 11, 25, 0, 0, 0, TimeSpan.Zero);
        var options = new CanaryOptions
        {
            Interval = TimeSpan.Parse(interval, System.Globalization.CultureInfo.InvariantCulture),
            Windows = [.. windows.Select(w => TimeOnly.Parse(w, System.Globalization.CultureInfo.InvariantCulture))],
        };

        Assert.Equal(At(next), options.Next(At(now)!.Value));

        DateTimeOffset? At(string? time) => time is null ? null : day + TimeOnly.Parse(time, System.Globalization.CultureInfo.InvariantCulture).ToTimeSpan();
    }

    [Fact]
    [Trait("Requirement", "R61")]
    public async Task A_key_opens_the_calendar_until_it_is_revoked_and_only_its_hash_is_kept()
    {
        await using var product = await ProductHost.StartAsync();
        var keys = product.Get<CalendarKeys>();
        var made = await keys.CreateAsync("Finance calendar", "adam", default);

        Assert.True(await keys.OpensAsync(made.Key, default));
        Assert.False(await keys.OpensAsync(made.Key + "x", default));
        Assert.DoesNotContain(made.Key, System.Text.Encoding.UTF8.GetString(await File.ReadAllBytesAsync(product.DatabaseFile)), StringComparison.Ordinal);
        Assert.True(await keys.RevokeAsync(made.Id, "olivia", default));
        Assert.False(await keys.RevokeAsync(made.Id, "olivia", default));
        Assert.False(await keys.OpensAsync(made.Key, default));
        Assert.Equal("olivia", Assert.Single(await keys.ListAsync(default)).RevokedBy);
    }

    private static Task<WatchRound> CheckAsync(ProductHost product)
        => product.Get<CheckConnections>().RunAsync(new(nameof(CheckConnections), "watch", 0, CancellationToken.None), new(1));

    private static Task StopAsync(ProductHost product, string connectionId) => product.Database.WriteAsync(
        async db =>
        {
            var row = await db.Connections.SingleAsync(c => c.Id == connectionId);
            row.State = ConnectionState.NeedsAttention;
            row.Diagnosis = WorkflowJson.Write(Diagnostician.Diagnose(
                new(FailureSurface.TokenEndpoint, product.Time.GetUtcNow()) { Status = 401, Error = "invalid_client", ErrorCodes = ["7000222"] }));
        },
        CancellationToken.None);

    private static async Task RoundAsync(ProductHost product)
    {
        while (product.Worker.Runtime is not { IsIdle: true, NextTimer: not null })
        {
            await Task.Delay(1);
        }
    }
}
