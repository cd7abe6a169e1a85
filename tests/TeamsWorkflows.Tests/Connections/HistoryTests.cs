using System.Diagnostics;
using System.Diagnostics.Metrics;
using TeamsWorkflows.Connections;
using TeamsWorkflows.Connections.History;
using TeamsWorkflows.Data;
using TeamsWorkflows.Deliveries;
using TeamsWorkflows.Diagnostics;
using TeamsWorkflows.Ways;

namespace TeamsWorkflows.Tests.Connections;

/// <summary>What is known of a connection's past: tokens, sign-ins, changes, and the patterns in them.</summary>
public sealed class HistoryTests
{
    [Fact]
    [Trait("Requirement", "R63")]
    [Trait("Requirement", "R56")]
    [Trait("Requirement", "R57")]
    [Trait("Requirement", "R96")]
    public async Task Getting_a_token_is_a_step_a_span_a_metric_and_a_line_of_its_own()
    {
        await using var product = await ProductHost.StartAsync();
        var (spans, results) = (new List<string>(), new List<string>());
        using var listener = new ActivityListener
        {
            ShouldListenTo = s => s.Name == Telemetry.Name,
            Sample = (ref _) => ActivitySamplingResult.AllData,
            ActivityStopped = a => { lock (spans) { spans.Add(a.OperationName); } },
        };
        ActivitySource.AddActivityListener(listener);
        using var meters = new MeterListener { InstrumentPublished = (i, m) => { if (i.Name == "teamsworkflows.token.acquisitions") { m.EnableMeasurementEvents(i); } } };
        meters.SetMeasurementEventCallback<long>((_, _, tags, _) => { lock (results) { results.Add($"{Tag(tags, "result")} {Tag(tags, "error.type")}"); } });
        meters.Start();

        await product.EndOfAsync(await product.SubmitAsync());
        product.Tenant.ExpireAccessTokens();
        await product.EndOfAsync(await product.SubmitAsync());
        product.Tenant.Faults.Apply("refresh-revoked");
        await product.SubmitAsync();
        await product.OpenCaseAsync();

        var story = await product.Get<HistoryDesk>().ReadAsync(ProductHost.ConnectionId, default);
        Assert.Equal([TokenAcquisition.Failed, TokenAcquisition.Renewed, TokenAcquisition.SignedIn], story.Acquisitions.Select(a => a.Result).Distinct());
        Assert.Equal(FailureClasses.RefreshBroken, story.Acquisitions[0].Class);
        Assert.Equal(new(Renewed: 1, Failed: 1, SignedIn: 1), story.Last24Hours);
        Assert.Contains("token.acquire", spans);
        Assert.Contains("FromCache ", results);
        Assert.Contains("Renewed ", results);
        Assert.Contains($"Failed {FailureClasses.RefreshBroken}", results);
        Assert.Contains(product.Log.Lines, l => l.Contains("Renewed", StringComparison.Ordinal) && l.Contains("Z (UTC)", StringComparison.Ordinal));
    }

    [Fact]
    [Trait("Requirement", "R20")]
    public async Task What_is_called_apart_is_told_apart()
    {
        await using var product = await ProductHost.StartAsync();
        product.Tenant.Faults.Apply("accepted-then-504");
        await product.EndOfAsync(await product.SubmitAsync(product.Request() with { Attachments = [new("a.txt", "AAAA")] }));
        await product.EndOfAsync(await product.SubmitAsync(product.Request() with
        {
            Destinations = [new FileDestination(ProductHost.ConnectionId, product.Finance.Id, product.ReportsChannel)],
        }));

        var history = await product.Get<ConnectionLog>().ReadAsync(ProductHost.ConnectionId, CancellationToken.None);

        Assert.Equal(["file", "channel-message", "channel-read", "file"], history.Events.Where(e => e.Workflow is not null).Select(e => e.Endpoint));
    }

    [Fact]
    [Trait("Requirement", "R56")]
    [Trait("Requirement", "R63")]
    public async Task A_sign_in_that_the_authority_refuses_is_an_acquisition_that_failed()
    {
        await using var product = await ProductHost.StartAsync();
        product.Tenant.ExpireSecret(product.Tenant.Connector);

        Assert.IsType<SignInResult.Refused>(await product.SignInAsync(product.Tenant.Service));

        var acquisitions = (await product.Get<HistoryDesk>().ReadAsync(ProductHost.ConnectionId, default)).Acquisitions;
        Assert.Equal([TokenAcquisition.Failed, TokenAcquisition.SignedIn], acquisitions.Select(a => a.Result));
        Assert.Equal((FailureClasses.ClientCredential, "AADSTS7000222"), (acquisitions[0].Class, acquisitions[0].Code));
        Assert.NotNull(acquisitions[1].ExpiresAt);
    }

    [Fact]
    [Trait("Requirement", "R64")]
    [Trait("Requirement", "R37")]
    public async Task Failures_that_become_frequent_are_said_once()
    {
        await using var product = await ProductHost.StartAsync();
        product.Tenant.Faults.Apply("token-endpoint-503", new() { Count = 100 });
        var (tokens, row) = (product.Get<TokenSource>(), await ConnectionAsync(product));
        for (var i = 0; i < AcquisitionLog.SpikeCount + 3; i++)
        {
            product.Time.Advance(TimeSpan.FromSeconds(20));
            Assert.IsType<TokenResult.Refused>(await tokens.AcquireAsync(row, new(BypassCache: true), default));
        }

        Assert.Single(product.Log.Lines, l => l.StartsWith("Error", StringComparison.Ordinal) && l.Contains("got no token 5 times within 10 minutes", StringComparison.Ordinal));
    }

    [Fact]
    [Trait("Requirement", "R64")]
    public async Task Many_connections_that_fail_once_each_are_said_once()
    {
        await using var product = await ProductHost.StartAsync();
        var row = await ConnectionAsync(product);
        for (var i = 0; i < AcquisitionLog.SpikeCount + 2; i++)
        {
            product.Time.Advance(TimeSpan.FromSeconds(20));
            row.Id = $"connection-{i}";
            await product.Get<AcquisitionLog>().NoteAsync(
                row, new TokenResult.Refused(new(FailureSurface.TokenEndpoint, product.Time.GetUtcNow()) { Status = 503 }, TimeSpan.FromSeconds(1)), default);
        }

        Assert.Single(product.Log.Lines, l => l.StartsWith("Error: 5 connections got no token within 10 minutes, the last of them connection-4", StringComparison.Ordinal));
        Assert.DoesNotContain(product.Log.Lines, l => l.Contains("got no token 5 times", StringComparison.Ordinal));
    }

    [Fact]
    [Trait("Requirement", "R5")]
    [Trait("Requirement", "R3")]
    public async Task A_password_reset_that_somebody_reports_explains_the_failure_after_it()
    {
        await using var product = await ProductHost.StartAsync();
        for (var i = 0; i < 5; i++)
        {
            product.Time.Advance(TimeSpan.FromMinutes(5));
            await product.EndOfAsync(await product.SubmitAsync());
        }

        var histories = product.Get<HistoryDesk>();
        Assert.True(await histories.RecordAsync(ProductHost.ConnectionId, OperationalChange.PasswordReset, null, "olivia", "password=Summer-2026-now", default));
        product.Time.Advance(TimeSpan.FromMinutes(12));
        product.Tenant.Faults.Apply("refresh-revoked");
        product.Tenant.ExpireAccessTokens();
        await product.SubmitAsync();
        await product.OpenCaseAsync();

        var story = await histories.ReadAsync(ProductHost.ConnectionId, default);
        Assert.Contains(story.Symptoms, s => s.Kind == SymptomKind.SuddenFailure && s.Summary.Contains("worked 5 times", StringComparison.Ordinal));
        Assert.Contains(story.Symptoms, s => s.Kind == SymptomKind.FollowsAChange && s.Summary.Contains("12 minutes after: the password was reset", StringComparison.Ordinal));
        Assert.DoesNotContain("Summer-2026", Assert.Single(story.Changes, c => c.Change is not null).Note!, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Requirement", "R20")]
    public async Task Everything_of_a_connection_that_breaks_at_once_is_seen_as_the_connection()
    {
        await using var product = await ProductHost.StartAsync();
        product.Tenant.Faults.Apply("refresh-revoked");
        product.Tenant.ExpireAccessTokens();
        for (var i = 0; i < 4; i++)
        {
            await product.SubmitAsync(product.Request($"Report {i}"));
        }

        await product.OpenCaseAsync(parked: 4);

        var story = await product.Get<HistoryDesk>().ReadAsync(ProductHost.ConnectionId, default);
        Assert.Contains(story.Symptoms, s => s.Kind == SymptomKind.EverythingAtOnce && s.Summary.Contains("All 4 workflows", StringComparison.Ordinal));
    }

    [Fact]
    [Trait("Requirement", "R4")]
    [Trait("Requirement", "R27")]
    public async Task What_works_in_test_and_fails_in_production_is_seen_over_both()
    {
        await using var product = await ProductHost.StartAsync();
        await product.Get<TeamsWorkflows.Connections.Register.ConnectionRegister>().RegisterAsync(RegisterTests.Another(product), precondition: null, "adam", default);
        await product.SignInAsync(product.Tenant.Service, "finance-test");
        var works = product.Request() with { Destinations = [((ChannelDestination)product.Request().Destinations![0]!) with { Connection = "finance-test" }] };
        Assert.Equal(DeliveryState.Delivered, (await product.EndOfAsync(await product.SubmitAsync(works))).State);
        product.Tenant.Faults.Apply("consent-revoked");
        product.Tenant.ExpireAccessTokens();
        await product.SubmitAsync();
        await product.OpenCaseAsync();

        var symptom = Assert.Single(await product.Get<HistoryDesk>().CompareAsync("finance-test", ProductHost.ConnectionId, default));
        Assert.Contains("works in test and fails in production", symptom.Summary, StringComparison.Ordinal);
        var differences = ConnectionComparison.Compare(
            (await product.Connections.FindAsync("finance-test", default))!, (await product.Connections.FindAsync(ProductHost.ConnectionId, default))!);
        Assert.Equal(["environment", "state"], differences.Select(d => d.What));
    }

    [Fact]
    [Trait("Requirement", "R55")]
    [Trait("Requirement", "R31")]
    public async Task A_rotated_secret_and_a_new_owner_are_events_of_their_own()
    {
        await using var product = await ProductHost.StartAsync();
        var definition = product.Definition();
        definition.ClientSecret = product.Tenant.RotateSecret(product.Tenant.Connector);
        await product.Connections.ConfigureAsync(definition, default);
        definition.Owner = "Somebody else";
        await product.Connections.ConfigureAsync(definition, default);
        await product.Connections.ConfigureAsync(definition, default);

        var story = await product.Get<HistoryDesk>().ReadAsync(ProductHost.ConnectionId, default);
        Assert.Equal([OperationalChange.SecretRotated, OperationalChange.OwnerChanged], story.Changes.Select(c => c.Change).OfType<OperationalChange>().Order());
    }

    [Fact]
    [Trait("Requirement", "R31")]
    [Trait("Requirement", "R5")]
    public async Task An_account_that_was_made_anew_under_the_same_name_is_a_change_of_owner()
    {
        await using var product = await ProductHost.StartAsync();
        await product.SignInAsync(product.Tenant.Service);
        Assert.DoesNotContain((await product.Get<HistoryDesk>().ReadAsync(ProductHost.ConnectionId, default)).Changes, c => c.Kind == ConnectionEventKind.Changed);
        await product.Database.WriteAsync(
            db =>
            {
                db.Connections.Single().AccountId = $"{Guid.NewGuid()}.{product.Tenant.Id}";
                return Task.CompletedTask;
            },
            default);

        await product.SignInAsync(product.Tenant.Service);

        var change = Assert.Single((await product.Get<HistoryDesk>().ReadAsync(ProductHost.ConnectionId, default)).Changes, c => c.Kind == ConnectionEventKind.Changed);
        Assert.Equal((OperationalChange.OwnerChanged, "olivia"), (change.Change, change.Actor));
        Assert.Contains("made anew", change.Note, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Requirement", "R3")]
    [Trait("Requirement", "R99")]
    public async Task How_a_connection_fared_is_kept_state_by_state_with_the_cause()
    {
        await using var product = await ProductHost.StartAsync();
        product.Tenant.Faults.Apply("refresh-revoked");
        var report = await product.SubmitAsync();
        await product.OpenCaseAsync();
        product.Tenant.Faults.Clear();
        await product.SignInAsync(product.Tenant.Service);
        await product.EndOfAsync(report);
        var definition = product.Definition();
        definition.Username = product.Tenant.Operator.UserName;
        await product.Connections.ConfigureAsync(definition, default);

        var story = await product.Get<HistoryDesk>().ReadAsync(ProductHost.ConnectionId, default);

        Assert.Equal(
            [
                (ConnectionState.Healthy, ConnectionState.NeverConnected, null, "configuration"),
                (ConnectionState.NeedsAttention, ConnectionState.Healthy, null, "olivia"),
                (ConnectionState.Healthy, ConnectionState.NeedsAttention, OperatorAction.Reconnect, ConnectionHealth.Product),
                (ConnectionState.NeverConnected, ConnectionState.Healthy, null, "olivia"),
            ],
            story.Health.Select(h => (h.From, h.To, h.Cause, h.Actor)));
        Assert.StartsWith($"{FailureClasses.RefreshBroken}: ", story.Health[2].Because, StringComparison.Ordinal);
        Assert.DoesNotContain(story.Changes, c => c.Kind == ConnectionEventKind.StateChanged);
    }

    internal static Task<ConnectionRow> ConnectionAsync(ProductHost product)
        => product.Database.ReadAsync(db => Task.FromResult(db.Connections.Single(c => c.Id == ProductHost.ConnectionId)), default);

    private static object? Tag(ReadOnlySpan<KeyValuePair<string, object?>> tags, string name)
    {
        foreach (var tag in tags)
        {
            if (tag.Key == name)
            {
                return tag.Value;
            }
        }

        return null;
    }
}
