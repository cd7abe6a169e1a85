using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using TeamsWorkflows.Cases;
using TeamsWorkflows.Connections;
using TeamsWorkflows.Data;
using TeamsWorkflows.Deliveries;
using TeamsWorkflows.Diagnostics;

namespace TeamsWorkflows.Tests.Deliveries;

/// <summary>The credential dies in mid-run, a person brings it back, and every report is in the channel once.</summary>
public sealed class ReconnectTests
{
    [Theory]
    [Trait("Requirement", "R84")]
    [Trait("Requirement", "R83")]
    [Trait("Requirement", "R39")]
    [Trait("Requirement", "R10")]
    [Trait("Requirement", "R46")]
    [Trait("Requirement", "R80")]
    [InlineData("refresh-revoked")]
    [InlineData("cae-challenge-interactive")]
    [InlineData("mfa-required")]
    [InlineData("sign-in-frequency")]
    public async Task A_dead_sign_in_parks_the_run_until_a_person_signs_in(string scenario)
    {
        await using var product = await ProductHost.StartAsync();
        product.Tenant.Faults.Apply(scenario);
        product.Tenant.ExpireAccessTokens();
        var report = await product.SubmitAsync();
        var found = await product.OpenCaseAsync();
        var tokenCalls = product.TokenCalls;

        Assert.Equal(OperatorAction.Reconnect, found.Cause);
        Assert.Equal(DeliveryState.Parked, (await product.Reports.FindDeliveryAsync(report.Deliveries[0].Id, default))!.State);
        Assert.Contains("Sign in as", Assert.Single(product.OperatorMails).TextBody, StringComparison.Ordinal);
        Assert.Equal(ResolveResult.SignInRequired, await product.Cases.ResolveAsync(found.Id, "olivia", "please", default));
        Assert.Equal(tokenCalls, product.TokenCalls);

        product.Tenant.Faults.Clear();
        Assert.Equal(found.Id, Assert.IsType<SignInResult.Connected>(await product.SignInAsync(product.Tenant.Service)).CaseId);
        var delivery = await product.EndOfAsync(report);

        Assert.Single(product.Messages);
        Assert.Equal(DeliveryState.Delivered, delivery.State);
        Assert.Empty(product.ReportMails);
        var closed = (await product.Cases.FindAsync(found.Id, default))!;
        Assert.Equal(("olivia", $"Signed in as {product.Tenant.Service.UserName}."), (closed.ClosedBy, closed.Resolution));
        Assert.EndsWith("The connection works.", closed.LastVerification, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Requirement", "B4")]
    [Trait("Requirement", "R20")]
    public async Task Any_number_of_runs_park_behind_one_case_and_go_on_one_by_one()
    {
        await using var product = await ProductHost.StartAsync();
        product.Tenant.Faults.Apply("refresh-revoked");
        List<TeamsWorkflows.Reports.Report> reports = [];
        for (var i = 0; i < 14; i++)
        {
            reports.Add(await product.SubmitAsync(product.Request($"Report {i}")));
        }

        var found = await product.OpenCaseAsync(parked: 14, soon: TimeSpan.FromMinutes(1));
        Assert.Single(product.OperatorMails);
        var tokenCalls = product.TokenCalls;
        Assert.True(tokenCalls <= 2, $"{tokenCalls} token calls for one dead refresh token.");

        await product.SignInAsync(product.Tenant.Service);
        foreach (var report in reports)
        {
            Assert.Equal(DeliveryState.Delivered, (await product.EndOfAsync(report)).State);
        }

        Assert.Equal(14, product.Messages.Select(m => m.Subject).Distinct().Count());
        Assert.Equal(14, product.Messages.Count);
        Assert.True(product.Messages[^1].CreatedAt - product.Messages[0].CreatedAt >= TimeSpan.FromSeconds(11), "They did not go on one by one.");
        Assert.False((await product.Cases.FindAsync(found.Id, default))!.IsOpen);
    }

    [Fact]
    [Trait("Requirement", "R85")]
    [Trait("Requirement", "R55")]
    [Trait("Requirement", "B12")]
    public async Task An_expired_secret_parks_until_it_is_rotated_and_verified()
    {
        await using var product = await ProductHost.StartAsync();
        product.Tenant.Faults.Apply("secret-expired");
        product.Tenant.ExpireAccessTokens();
        var report = await product.SubmitAsync();
        var found = await product.OpenCaseAsync();
        Assert.Equal(OperatorAction.RotateCredential, found.Cause);

        Assert.Equal(ResolveResult.Verifying, await product.Cases.ResolveAsync(found.Id, "olivia", "I think it is fine", default));
        while ((await product.Cases.FindAsync(found.Id, default))!.LastVerification is null || !product.Worker.Runtime.IsIdle)
        {
            await Task.Delay(1);
        }

        Assert.True((await product.Cases.FindAsync(found.Id, default))!.IsOpen, "It was closed although the secret is still expired.");

        var definition = product.Definition();
        definition.ClientSecret = product.Tenant.RotateSecret(product.Tenant.Connector);
        product.Tenant.Faults.Clear();
        await product.Connections.ConfigureAsync(definition, default);
        Assert.Equal(ResolveResult.Verifying, await product.Cases.ResolveAsync(found.Id, "olivia", "Rotated the secret", default));

        Assert.Equal(DeliveryState.Delivered, (await product.EndOfAsync(report)).State);
        Assert.Single(product.Messages);
        Assert.Equal("Rotated the secret", (await product.Cases.FindAsync(found.Id, default))!.Resolution);
        product.Time.Advance(TimeSpan.FromHours(25)); // it did not come back
        var success = await product.Get<TeamsWorkflows.Cases.Runbooks.RunbookRecord>().FindAsync(found.Diagnosis.Runbook, default);
        Assert.Equal((1, 1, "Rotated the secret"), (success!.Closed, success.Held, success.LastFix));
        Assert.Equal(ResolveResult.AlreadyClosed, await product.Cases.ResolveAsync(found.Id, "olivia", "Again", default));
    }

    [Fact]
    [Trait("Requirement", "R24")]
    [Trait("Requirement", "R47")]
    public async Task Consent_that_was_taken_back_asks_an_administrator_and_not_for_a_sign_in()
    {
        await using var product = await ProductHost.StartAsync();
        product.Tenant.Faults.Apply("consent-revoked");
        product.Tenant.ExpireAccessTokens();
        await product.SubmitAsync();

        Assert.Equal(OperatorAction.GrantAdminConsent, (await product.OpenCaseAsync()).Cause);
    }

    [Fact]
    [Trait("Requirement", "R30")]
    [Trait("Requirement", "R24")]
    public async Task An_account_that_is_disabled_is_named_and_nobody_is_asked_to_sign_in_with_it()
    {
        await using var product = await ProductHost.StartAsync();
        product.Tenant.Faults.Apply("user-disabled");
        var delivery = await product.EndOfAsync(await product.SubmitAsync());

        var found = Assert.Single(await product.Cases.PageAsync(isOpen: true, 0, 100, default));
        Assert.Equal((FailureClasses.UserDisabledOrDeleted, OperatorAction.FixConfiguration), (found.Diagnosis.Class, found.Cause));
        Assert.Equal(DeliveryState.FellBack, delivery.State);
        Assert.DoesNotContain("Sign in as", Assert.Single(product.OperatorMails).TextBody, StringComparison.Ordinal);

        product.Tenant.Faults.Clear();
        Assert.Equal(ResolveResult.Verifying, await product.Cases.ResolveAsync(found.Id, "olivia", "Enabled it again", default));
        await product.UntilAsync(async () => (await product.Cases.PageAsync(isOpen: true, 0, 100, default)).Count == 0);
        Assert.Equal(DeliveryState.Delivered, (await product.EndOfAsync(await product.SubmitAsync())).State);
    }

    [Theory]
    [Trait("Requirement", "R86")]
    [InlineData("consent-revoked", null)]
    [InlineData("clock-skew", 7200.0)]
    public async Task What_nobody_puts_right_in_time_ends_in_one_mail_and_says_why(string scenario, double? delay)
    {
        await using var product = await ProductHost.StartAsync();
        product.Tenant.Faults.Apply(scenario, new() { Delay = delay });
        product.Tenant.ExpireAccessTokens();
        var delivery = await product.EndOfAsync(await product.SubmitAsync(product.Request(patience: TimeSpan.FromMinutes(30))));

        Assert.Equal(DeliveryState.FellBack, delivery.State);
        Assert.NotEmpty(delivery.Reason!);
        Assert.Single(product.ReportMails);
        Assert.Empty(product.Messages);
        Assert.Single(product.OperatorMails);
    }

    [Fact]
    [Trait("Requirement", "R86")]
    [Trait("Requirement", "B11")]
    public async Task Nobody_signs_in_in_time_and_the_report_goes_out_by_mail_once()
    {
        await using var product = await ProductHost.StartAsync();
        product.Tenant.Faults.Apply("refresh-revoked");
        var report = await product.SubmitAsync(product.Request(patience: TimeSpan.FromHours(1)));
        var delivery = await product.EndOfAsync(report);

        Assert.Equal(DeliveryState.FellBack, delivery.State);
        Assert.Single(product.ReportMails);

        await product.SignInAsync(product.Tenant.Service);
        var next = await product.EndOfAsync(await product.SubmitAsync(product.Request("The next one")));
        Assert.Equal(DeliveryState.Delivered, next.State);
        Assert.Equal(["The next one"], product.Messages.Select(m => m.Subject));
    }

    [Fact]
    [Trait("Requirement", "B4")]
    public async Task A_run_that_failed_before_the_connection_was_restored_goes_on_and_opens_no_case()
    {
        await using var product = await ProductHost.StartAsync();
        var delivery = (await product.SubmitAsync()).Deliveries[0];
        var diagnosis = Diagnostician.Diagnose(new(FailureSurface.GraphResponse, product.Time.GetUtcNow()) { Status = 401 });
        var park = product.Get<ParkRun>();
        var context = new DurableTask.TaskActivityContext(nameof(ParkRun), "run", 0, CancellationToken.None);

        // The sign-in at the start made it generation 1; the clock has stood still since.
        Assert.Null((await park.RunAsync(context, new(ProductHost.ConnectionId, delivery.Id, "run", diagnosis, Generation: 0))).CaseId);
        Assert.NotNull((await park.RunAsync(context, new(ProductHost.ConnectionId, delivery.Id, "run", diagnosis, Generation: 1))).CaseId);
    }

    [Fact]
    [Trait("Requirement", "B4")]
    public async Task A_verdict_on_a_connection_that_was_restored_meanwhile_does_not_stop_it_again()
    {
        await using var product = await ProductHost.StartAsync();
        var report = await product.SubmitAsync();
        await product.EndOfAsync(report);
        var diagnosis = Diagnostician.Diagnose(
            new(FailureSurface.TokenEndpoint, product.Time.GetUtcNow()) { Status = 400, Error = "invalid_grant", ErrorCodes = ["50173"] });
        await product.Database.WriteAsync(
            async db =>
            {
                var connection = await db.Connections.SingleAsync();
                (connection.State, connection.Diagnosis) = (ConnectionState.NeedsAttention, WorkflowJson.Write(diagnosis));
            },
            CancellationToken.None);

        // The attempt reads the connection, then somebody restores it, then the attempt writes what it found.
        var input = new AttemptInput(report.Deliveries[0].Id, 99);
        var restoring = new RestoreBeforeTheFirstWrite(product);
        var outcome = await new AttemptRunner(
            restoring.Database, product.Get<TokenSource>(), product.Get<ConnectionVerdicts>(), product.Get<ConnectionHealth>(), product.Get<TeamsWorkflows.Deliveries.Pacing.PaceGate>(), product.Time)
            .PostAsync(input, (_, _) => throw new InvalidOperationException("Nothing may be posted."), CancellationToken.None);

        Assert.IsType<PostOutcome.AuthenticationFailed>(outcome);
        Assert.Equal(ConnectionState.Healthy, (await product.Connections.FindAsync(ProductHost.ConnectionId, default))!.State);
    }

    [Fact]
    [Trait("Requirement", "R48")]
    public async Task Another_account_than_the_connections_is_refused_and_nothing_of_it_is_kept()
    {
        await using var product = await ProductHost.StartAsync();
        product.Tenant.Faults.Apply("refresh-revoked");
        var report = await product.SubmitAsync();
        await product.OpenCaseAsync();

        var wrong = Assert.IsType<SignInResult.WrongAccount>(await product.SignInAsync(product.Tenant.Operator));
        Assert.Equal((product.Tenant.Service.UserName, product.Tenant.Operator.UserName), (wrong.Expected, wrong.Actual));
        await product.OpenCaseAsync();

        await product.SignInAsync(product.Tenant.Service);
        Assert.Equal(DeliveryState.Delivered, (await product.EndOfAsync(report)).State);
        Assert.Equal(product.Tenant.Service.Id, Assert.Single(product.Messages).FromUserId);
    }

    [Fact]
    public async Task A_sign_in_works_once()
    {
        await using var product = await ProductHost.StartAsync();
        Assert.IsType<SignInResult.Expired>(await product.SignIns.CompleteAsync("made-up", "code", null, null, default));
        Assert.IsType<SignInResult.Expired>(await product.SignIns.CompleteAsync(null, null, null, null, default));
        Assert.Null(await product.SignIns.BeginAsync("nobody", "olivia", default));
    }

    [Fact]
    [Trait("Requirement", "R49")]
    [Trait("Requirement", "R65")]
    public async Task No_token_secret_or_code_is_in_any_history_log_or_file()
    {
        await using var product = await ProductHost.StartAsync();
        product.Tenant.Faults.Apply("refresh-revoked");
        var report = await product.SubmitAsync();
        await product.OpenCaseAsync();
        await product.SignInAsync(product.Tenant.Service);
        await product.EndOfAsync(report);

        var places = new Dictionary<string, string>
        {
            ["histories"] = string.Concat(product.Store.Query(new([]), long.MaxValue, int.MaxValue)
                .SelectMany(row => product.Store.Load(row.Id)!.History)
                .Select(System.Text.Encoding.UTF8.GetString)),
            ["log"] = string.Join('\n', product.Log.Lines),
            ["database"] = System.Text.Encoding.UTF8.GetString(await File.ReadAllBytesAsync(product.DatabaseFile)),
            ["mails"] = string.Join('\n', product.Tenant.Mails.Select(m => m.TextBody + m.HtmlBody)),
        };
        Assert.Contains("Reauthenticate", places["histories"], StringComparison.Ordinal); // the search looks at the right bytes
        Assert.Contains(ProductHost.ConnectionId, places["database"], StringComparison.Ordinal);
        Assert.All(places, place =>
        {
            Assert.DoesNotContain("eyJ", place.Value, StringComparison.Ordinal);
            Assert.DoesNotContain(product.Tenant.Connector.ClientSecret, place.Value, StringComparison.Ordinal);
            Assert.DoesNotContain("Bearer ey", place.Value, StringComparison.Ordinal);
            Assert.DoesNotContain("Sales were", place.Key is "database" or "mails" ? "" : place.Value, StringComparison.Ordinal);
        });
    }

    /// <summary>Lets somebody restore the connection between an attempt's read and its first write.</summary>
    private sealed class RestoreBeforeTheFirstWrite(ProductHost product) : IDbContextFactory<ProductDb>
    {
        private int _contexts;

        public Database Database => new(this, product.Get<TimeProvider>(), product.Get<ILogger<Database>>(), maxWriters: 1);

        public ProductDb CreateDbContext()
        {
            var factory = product.Get<IDbContextFactory<ProductDb>>();
            if (++_contexts == 2)
            {
                using var db = factory.CreateDbContext();
                var connection = db.Connections.Single();
                (connection.State, connection.Diagnosis, connection.Generation) = (ConnectionState.Healthy, null, connection.Generation + 1);
                db.SaveChanges();
            }

            return factory.CreateDbContext();
        }
    }
}
