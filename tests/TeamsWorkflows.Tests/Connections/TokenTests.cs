using System.Diagnostics.Metrics;
using Microsoft.EntityFrameworkCore;
using TeamsWorkflows.Connections;
using TeamsWorkflows.Data;
using TeamsWorkflows.Deliveries;
using TeamsWorkflows.Diagnostics;

namespace TeamsWorkflows.Tests.Connections;

/// <summary>The token cache under many callers, and when it is damaged.</summary>
public sealed class TokenTests
{
    [Fact]
    [Trait("Requirement", "R54")]
    [Trait("Requirement", "R88")]
    public async Task Many_callers_at_once_get_tokens_and_leave_a_cache_that_works()
    {
        await using var product = await ProductHost.StartAsync();
        var (tokens, row) = (product.Get<TokenSource>(), await HistoryTests.ConnectionAsync(product));

        var results = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => tokens.AcquireAsync(row, new(BypassCache: i % 2 == 0), default)));

        Assert.All(results, r => Assert.IsType<TokenResult.Acquired>(r));
        var calls = product.TokenCalls;
        Assert.True(Assert.IsType<TokenResult.Acquired>(await tokens.AcquireAsync(row, TokenRequest.Silent, default)).IsFromCache);
        Assert.Equal(calls, product.TokenCalls);
    }

    [Fact]
    [Trait("Requirement", "R54")]
    public async Task Many_who_need_a_token_after_an_idle_time_renew_it_once()
    {
        await using var product = await ProductHost.StartAsync();
        var row = await HistoryTests.ConnectionAsync(product);
        Assert.All(await ManyAsync(product), r => Assert.IsType<TokenResult.Acquired>(r));
        product.Time.Advance(TimeSpan.FromHours(2));
        var before = product.TokenCalls;

        Assert.All(await ManyAsync(product), r => Assert.IsType<TokenResult.Acquired>(r));

        Assert.Equal(before + 1, product.TokenCalls);
        Assert.Equal(TokenAcquisition.FromCache, Assert.IsType<TokenResult.Acquired>(await product.Get<TokenSource>().AcquireAsync(row, TokenRequest.Silent, default)).How);
    }

    [Fact]
    [Trait("Requirement", "R54")]
    [Trait("Requirement", "R74")]
    public async Task Many_who_wait_while_the_authority_is_away_hear_of_it_and_do_not_ask_one_after_the_other()
    {
        await using var product = await ProductHost.StartAsync();
        product.Time.Advance(TimeSpan.FromHours(2));
        product.Tenant.Faults.Apply("token-endpoint-503", new() { Count = 100 });
        var before = product.TokenCalls;

        Task<TokenResult[]> waiting;
        using (await product.Get<ConnectionGates>().EnterAsync(ProductHost.ConnectionId, default))
        {
            waiting = ManyAsync(product, await HistoryTests.ConnectionAsync(product)); // all of them stand before the gate now
        }

        Assert.All(await waiting, r => Assert.IsType<TokenResult.Refused>(r));
        Assert.Equal(before + 1, product.TokenCalls);
        product.Tenant.Faults.Clear();
        product.Time.Advance(TimeSpan.FromMinutes(5));
        Assert.All(await ManyAsync(product), r => Assert.IsType<TokenResult.Acquired>(r));
        Assert.Equal(before + 2, product.TokenCalls);
    }

    [Fact]
    [Trait("Requirement", "R53")]
    public async Task A_token_that_will_not_last_is_renewed_before_the_call_and_once_in_its_window_only()
    {
        await using var product = await ProductHost.StartAsync();
        var (tokens, row) = (product.Get<TokenSource>(), await HistoryTests.ConnectionAsync(product));
        await tokens.AcquireAsync(row, TokenRequest.Silent, default);
        product.Time.Advance(TimeSpan.FromHours(2)); // the token library goes by the machine's clock, and thinks that it is good
        var before = product.TokenCalls;

        Assert.Equal(TokenAcquisition.Renewed, await HowAsync());
        Assert.Equal(TokenAcquisition.FromCache, await HowAsync()); // what was given is used as it is, though it looks as old by our clock
        Assert.Equal(before + 1, product.TokenCalls);
        product.Time.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal(TokenAcquisition.Renewed, await HowAsync());

        async Task<TokenAcquisition> HowAsync() => Assert.IsType<TokenResult.Acquired>(await tokens.AcquireAsync(row, TokenRequest.Silent, default)).How;
    }

    [Fact]
    [Trait("Requirement", "R53")]
    [Trait("Requirement", "R74")]
    public async Task A_token_that_will_not_last_is_given_to_nobody_after_its_renewal_was_refused()
    {
        await using var product = await ProductHost.StartAsync();
        var (tokens, row) = (product.Get<TokenSource>(), await HistoryTests.ConnectionAsync(product));
        await tokens.AcquireAsync(row, TokenRequest.Silent, default);
        product.Time.Advance(TimeSpan.FromHours(2));
        product.Tenant.Faults.Apply("token-endpoint-503", new() { Count = 100 });

        Assert.IsType<TokenResult.Refused>(await tokens.AcquireAsync(row, TokenRequest.Silent, default));
        var calls = product.TokenCalls;
        for (var caller = 0; caller < 20; caller++)
        {
            Assert.IsType<TokenResult.Refused>(await tokens.AcquireAsync(row, TokenRequest.Silent, default));
        }

        Assert.Equal(calls, product.TokenCalls); // whoever comes after hears what the first was told
        product.Time.Advance(TimeSpan.FromSeconds(16));
        Assert.IsType<TokenResult.Refused>(await tokens.AcquireAsync(row, TokenRequest.Silent, default));
        Assert.True(product.TokenCalls > calls, "Nobody asks any more.");
        product.Tenant.Faults.Clear();
        product.Time.Advance(TimeSpan.FromSeconds(16));
        Assert.Equal(TokenAcquisition.Renewed, Assert.IsType<TokenResult.Acquired>(await tokens.AcquireAsync(row, TokenRequest.Silent, default)).How);
    }

    [Fact]
    [Trait("Requirement", "R29")]
    [Trait("Requirement", "R9")]
    public async Task A_damaged_token_cache_asks_for_a_sign_in_and_says_that_the_stored_one_is_gone()
    {
        await using var product = await ProductHost.StartAsync();
        await product.Database.WriteAsync(
            db => db.TokenCaches.ExecuteUpdateAsync(set => set.SetProperty(c => c.Data, _ => new byte[64])), default);
        var report = await product.SubmitAsync();
        var found = await product.OpenCaseAsync();

        Assert.Equal(OperatorAction.Reconnect, found.Cause);
        Assert.Contains("gone from the token cache", found.Diagnosis.Summary, StringComparison.Ordinal);
        await product.SignInAsync(product.Tenant.Service);
        Assert.Equal(DeliveryState.Delivered, (await product.EndOfAsync(report)).State);
    }

    [Fact]
    [Trait("Requirement", "R12")]
    [Trait("Requirement", "R7")]
    [Trait("Requirement", "R95")]
    [Trait("Requirement", "R6")]
    public async Task A_refused_call_keeps_what_its_token_said_and_how_far_the_clocks_were_apart()
    {
        await using var product = await ProductHost.StartAsync();
        product.Tenant.Faults.Apply("clock-skew", new() { Delay = 7200 });
        var delivery = (await product.SubmitAsync(product.Request(patience: TimeSpan.FromMinutes(30)))).Deliveries[0];
        await product.OpenCaseAsync(parked: 0);

        var evidence = (await product.Reports.FindDeliveryAsync(delivery.Id, default))!.Attempts.First(a => a.Evidence is not null).Evidence!;
        Assert.Equal(product.Tenant.Id, evidence.Token!.TenantId);
        Assert.True(evidence.Token.Expires > product.Time.GetUtcNow());
        Assert.Equal(-120, evidence.ClockOffset!.Value.TotalMinutes, 1.0);
        Assert.NotEmpty(evidence.Body!);
    }

    [Fact]
    [Trait("Requirement", "R12")]
    [Trait("Requirement", "R95")]
    public async Task A_clock_that_is_off_is_said_and_measured_by_the_token_endpoints_answer_too()
    {
        await using var product = await ProductHost.StartAsync();
        var offsets = new List<double>();
        using var meters = new MeterListener { InstrumentPublished = (i, m) => { if (i.Name == "teamsworkflows.clock.offset") { m.EnableMeasurementEvents(i); } } };
        meters.SetMeasurementEventCallback<double>((_, value, _, _) => { lock (offsets) { offsets.Add(value); } });
        meters.Start();
        product.Tenant.Faults.Apply("refresh-revoked");
        product.Tenant.Faults.Apply("clock-skew", new() { Delay = 600 });
        var row = await HistoryTests.ConnectionAsync(product);
        var refused = Assert.IsType<TokenResult.Refused>(await product.Get<TokenSource>().AcquireAsync(row, new(BypassCache: true), default));

        await product.Get<ConnectionVerdicts>().JudgeAsync(row, refused.Evidence, operation: null, default);

        Assert.Equal(FailureSurface.TokenEndpoint, refused.Evidence.Surface);
        Assert.Contains(product.Log.Lines, l => l.StartsWith("Warning: This machine's clock is -60", StringComparison.Ordinal) || l.StartsWith("Warning: This machine's clock is -599", StringComparison.Ordinal)); // their clock is told in whole seconds
        Assert.Contains(offsets, o => Math.Abs(o + 600) < 5);
    }

    [Fact]
    [Trait("Requirement", "R55")]
    [Trait("Requirement", "R52")]
    [Trait("Requirement", "R26")]
    public async Task A_rotated_certificate_file_is_used_without_a_restart()
    {
        await using var product = await ProductHost.StartAsync();
        using var certificate = new CertificateFixture(product.Tenant);
        var definition = product.Definition();
        (definition.Id, definition.ClientId, definition.ClientSecret, definition.Username) = ("daemon", product.Tenant.Daemon.ClientId, null, null);
        (definition.AuthModel, definition.CertificateFile) = (AuthModel.ApplicationCertificate, certificate.File);
        await certificate.WriteAsync();
        await product.Connections.ConfigureAsync(definition, default);
        var row = await product.Database.ReadAsync(db => db.Connections.SingleAsync(c => c.Id == "daemon"), default);
        var tokens = product.Get<TokenSource>();
        Assert.IsType<TokenResult.Acquired>(await tokens.AcquireAsync(row, new(BypassCache: true), default));

        product.Tenant.Faults.Apply("certificate-unknown", new() { App = "daemon" });
        var refused = Assert.IsType<TokenResult.Refused>(await tokens.AcquireAsync(row, new(BypassCache: true), default));
        Assert.Equal((OperatorAction.RotateCredential, "client-credential/certificate"), (Diagnostician.Diagnose(refused.Evidence).Action, Diagnostician.Diagnose(refused.Evidence).Runbook));

        product.Tenant.Faults.Clear();
        product.Tenant.RotateCertificate();
        await certificate.WriteAsync();
        Assert.IsType<TokenResult.Acquired>(await tokens.AcquireAsync(row, new(BypassCache: true), default));
        await File.WriteAllTextAsync(certificate.File, "nothing");
        Assert.Equal("missing_secret", Assert.IsType<TokenResult.Refused>(await tokens.AcquireAsync(row, new(BypassCache: true), default)).Evidence.Error);
    }

    private static async Task<TokenResult[]> ManyAsync(ProductHost product) => await ManyAsync(product, await HistoryTests.ConnectionAsync(product));

    // Each has begun, and come as far as it may without waiting, when this returns.
    private static Task<TokenResult[]> ManyAsync(ProductHost product, ConnectionRow row)
    {
        var tokens = product.Get<TokenSource>();
        return Task.WhenAll([.. Enumerable.Range(0, 20).Select(_ => tokens.AcquireAsync(row, TokenRequest.Silent, CancellationToken.None))]);
    }
}
