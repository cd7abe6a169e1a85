using Microsoft.EntityFrameworkCore;
using TeamsWorkflows.Connections;
using TeamsWorkflows.Connections.Forecast;
using TeamsWorkflows.Connections.History;
using TeamsWorkflows.Connections.Register;
using TeamsWorkflows.Diagnostics;
using TeamsWorkflows.Doctor;

namespace TeamsWorkflows.Tests.Connections;

/// <summary>What may be registered, and what the register says about it.</summary>
public sealed class RegisterTests
{
    [Theory]
    [Trait("Requirement", "R51")]
    [InlineData(nameof(ConnectionDefinition.TenantId), "common", "no directory")]
    [InlineData(nameof(ConnectionDefinition.TenantId), "our tenant", "GUID")]
    [InlineData(nameof(ConnectionDefinition.ClientId), "teams-app", "GUID")]
    [InlineData(nameof(ConnectionDefinition.ClientSecret), "7ea35000-0000-4000-8000-000000000001", "identifier")]
    [InlineData(nameof(ConnectionDefinition.ClientSecret), null, "CertificateFile")]
    [InlineData(nameof(ConnectionDefinition.CertificateFile), "/etc/app.pem", "not both")]
    [InlineData(nameof(ConnectionDefinition.Username), null, "DelegatedUser")]
    [InlineData(nameof(ConnectionDefinition.Owner), "", "required")]
    [InlineData(nameof(ConnectionDefinition.Id), "Finance Posts", "lower-case")]
    public async Task A_wrong_field_is_named_with_its_fix(string field, string? value, string fix)
    {
        await using var product = await ProductHost.StartAsync();
        var definition = Another(product);
        typeof(ConnectionDefinition).GetProperty(field)!.SetValue(definition, value);

        var refused = Assert.IsType<RegisterResult.Invalid>(
            await product.Get<ConnectionRegister>().RegisterAsync(definition, precondition: null, "adam", default));

        var problem = Assert.Single(refused.Problems);
        Assert.Equal(field, problem.Key);
        Assert.Contains(fix, Assert.Single(problem.Value), StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [Trait("Requirement", "R51")]
    [InlineData(AuthModel.ApplicationSecret, "svc@contoso.example", "User.Read", nameof(ConnectionDefinition.Username))]
    [InlineData(AuthModel.ApplicationCertificate, null, "User.Read", nameof(ConnectionDefinition.CertificateFile))]
    [InlineData(AuthModel.DelegatedUser, "svc@contoso.example", "https://graph.microsoft.com/.default", nameof(ConnectionDefinition.Scopes))]
    public void Delegated_and_application_are_never_mixed(AuthModel model, string? username, string scope, string field)
    {
        var definition = new ConnectionDefinition
        {
            Id = "mixed",
            DisplayName = "Mixed",
            AuthModel = model,
            TenantId = "contoso.example",
            ClientId = "7ea35000-0000-4000-8000-000000000001",
            ClientSecret = "a-secret-value",
            Username = username,
            Owner = "Finance platform team",
            Scopes = [scope],
        };

        Assert.Equal([field], definition.Problems().Keys);
    }

    [Theory]
    [Trait("Requirement", "R48")]
    [InlineData(nameof(ConnectionDefinition.TenantId))]
    [InlineData(nameof(ConnectionDefinition.ClientId))]
    [InlineData(nameof(ConnectionDefinition.Username))]
    public async Task Another_tenant_application_or_account_has_to_connect_anew_and_has_nothing_of_the_old_one(string field)
    {
        await using var product = await ProductHost.StartAsync();
        var tokens = product.Get<TokenSource>();
        Assert.IsType<TokenResult.Acquired>(await tokens.AcquireAsync(await HistoryTests.ConnectionAsync(product), TokenRequest.Silent, default));
        var (definition, calls) = (product.Definition(), product.TokenCalls);
        typeof(ConnectionDefinition).GetProperty(field)!.SetValue(
            definition, field == nameof(ConnectionDefinition.Username) ? product.Tenant.Operator.UserName : "7ea35000-0000-4000-8000-000000000001");

        await product.Connections.ConfigureAsync(definition, default);

        var row = await HistoryTests.ConnectionAsync(product);
        Assert.Equal((ConnectionState.NeverConnected, null), (row.State, row.AccountId));
        Assert.False(await product.Database.ReadAsync(db => db.TokenCaches.AnyAsync(), default));
        var refused = Assert.IsType<TokenResult.Refused>(await tokens.AcquireAsync(row, TokenRequest.Silent, default));
        Assert.Equal(OperatorAction.Reconnect, Diagnostician.Diagnose(refused.Evidence).Action);
        Assert.Equal(calls, product.TokenCalls);
    }

    [Fact]
    [Trait("Requirement", "R14")]
    [Trait("Requirement", "R48")]
    public async Task A_directory_may_be_named_by_its_domain_and_another_ones_account_is_refused_all_the_same()
    {
        await using var product = await ProductHost.StartAsync();
        var definition = Another(product);
        definition.TenantId = product.Tenant.Domain;
        Assert.IsType<RegisterResult.Registered>(await product.Get<ConnectionRegister>().RegisterAsync(definition, precondition: null, "adam", default));

        Assert.IsType<SignInResult.WrongAccount>(await product.SignInAsync(product.Tenant.Operator, definition.Id));
        Assert.IsType<SignInResult.Connected>(await product.SignInAsync(product.Tenant.Service, definition.Id));
        var delivery = await product.EndOfAsync(await product.SubmitAsync(product.Request() with
        {
            Destinations = [new TeamsWorkflows.Ways.ChannelDestination(definition.Id, product.Finance.Id, product.ReportsChannel)],
        }));
        Assert.Equal(TeamsWorkflows.Deliveries.DeliveryState.Delivered, delivery.State);
    }

    [Fact]
    [Trait("Requirement", "R66")]
    public async Task What_the_configuration_defines_is_not_changed_by_the_api()
    {
        await using var product = await ProductHost.StartAsync();

        Assert.IsType<RegisterResult.OfConfiguration>(
            await product.Get<ConnectionRegister>().RegisterAsync(product.Definition(), precondition: null, "adam", default));
    }

    [Fact]
    [Trait("Requirement", "R35")]
    [Trait("Requirement", "R59")]
    [Trait("Requirement", "R61")]
    public async Task A_registered_connection_works_and_is_warned_about_what_breaks_some_day()
    {
        await using var product = await ProductHost.StartAsync();
        var definition = Another(product);
        (definition.AccountKind, definition.Owner) = (AccountKind.Person, product.Tenant.Service.UserName);

        var added = Assert.IsType<RegisterResult.Registered>(
            await product.Get<ConnectionRegister>().RegisterAsync(definition, precondition: null, "adam", default));
        Assert.True(added.IsNew);
        Assert.IsType<SignInResult.Connected>(await product.SignInAsync(product.Tenant.Service, definition.Id));

        var connection = (await product.Connections.FindAsync(definition.Id, default))!;
        Assert.Equal((ConnectionState.Healthy, Origin.Api, "test"), (connection.State, connection.Origin, connection.Environment));
        Assert.Contains(connection.Warnings, w => w.Contains("person's own account", StringComparison.Ordinal));
        Assert.Contains(connection.Warnings, w => w.Contains("also answers", StringComparison.Ordinal));
        Assert.Contains(connection.Warnings, w => w.Contains("prefer a certificate", StringComparison.Ordinal));
        Assert.Contains(connection.Warnings, w => w.Contains("SecretExpiresAt", StringComparison.Ordinal));
    }

    [Fact]
    [Trait("Requirement", "R58")]
    [Trait("Requirement", "R50")]
    [Trait("Requirement", "R34")]
    public async Task Scopes_are_checked_against_the_calls_that_are_made()
    {
        await using var product = await ProductHost.StartAsync();
        var definition = Another(product);
        definition.Scopes = ["User.Read", "ChannelMessage.Send"];
        await product.Get<ConnectionRegister>().RegisterAsync(definition, precondition: null, "adam", default);

        var connection = (await product.Connections.FindAsync(definition.Id, default))!;
        Assert.Contains(connection.Warnings, w => w.StartsWith("Scopes lack ChannelMessage.Read.All", StringComparison.Ordinal));
        Assert.DoesNotContain((await product.Connections.FindAsync(ProductHost.ConnectionId, default))!.Warnings, w => w.StartsWith("Scopes", StringComparison.Ordinal));
    }

    [Fact]
    [Trait("Requirement", "R60")]
    public async Task The_consent_register_says_who_granted_what_and_what_is_missing()
    {
        await using var product = await ProductHost.StartAsync();
        var register = product.Get<ConnectionRegister>();
        var review = product.Time.GetUtcNow().AddDays(200);
        Assert.True(await register.RecordConsentAsync(ProductHost.ConnectionId, new("adam", ["User.Read", "ChannelMessage.Send", "Files.ReadWrite.All"]) { ReviewAt = review }, "olivia", default));
        Assert.False(await register.RecordConsentAsync("nobody", new("adam", ["User.Read"]), "olivia", default));

        var connection = (await product.Connections.FindAsync(ProductHost.ConnectionId, default))!;
        var consent = Assert.Single(await register.ConsentsAsync(connection, default));
        Assert.Equal(("adam", "olivia"), (consent.GrantedBy, consent.RecordedBy));
        Assert.Equal(["ChannelMessage.Read.All"], consent.Missing);
        var change = Assert.Single((await product.Get<HistoryDesk>().ReadAsync(ProductHost.ConnectionId, default)).Changes, c => c.Change == OperationalChange.PermissionsChanged);
        Assert.Equal(("olivia", "adam granted User.Read ChannelMessage.Send Files.ReadWrite.All"), (change.Actor, change.Note));
        Assert.Equal(review, Assert.Single((await product.Get<ForecastDesk>().ExpiriesAsync(ProductHost.ConnectionId, default))!, e => e.Kind == ExpiryKind.Consent).At);
    }

    [Fact]
    [Trait("Requirement", "R60")]
    public async Task The_address_for_consent_asks_for_what_the_model_needs_and_brings_back_whom_it_was_for()
    {
        await using var product = await ProductHost.StartAsync();
        var consents = product.Get<AdminConsent>();
        var connection = (await product.Connections.FindAsync(ProductHost.ConnectionId, default))!;

        var address = consents.Address(connection)!;
        Assert.StartsWith($"{product.Sandbox.HttpsAddress}{product.Tenant.Id}/v2.0/adminconsent?client_id={product.Tenant.Connector.ClientId}", address.AbsoluteUri, StringComparison.Ordinal);
        Assert.Contains(Uri.EscapeDataString("https://graph.microsoft.com/ChannelMessage.Send"), address.AbsoluteUri, StringComparison.Ordinal);
        var state = address.Query.Split("&state=")[1];
        Assert.Equal(ProductHost.ConnectionId, consents.ConnectionOf(state));
        Assert.Null(consents.ConnectionOf(state[..^4] + "AAAA"));
        Assert.Null(consents.ConnectionOf(null));
        product.Time.Advance(TimeSpan.FromDays(8));
        Assert.Null(consents.ConnectionOf(state));

        var application = connection with { AuthModel = AuthModel.ApplicationCertificate };
        Assert.Contains($"&scope={Uri.EscapeDataString("https://graph.microsoft.com/.default")}&", consents.Address(application)!.AbsoluteUri, StringComparison.Ordinal);
        Assert.Null(consents.Address(connection with { AuthModel = AuthModel.Webhook }));
    }

    [Fact]
    [Trait("Requirement", "R69")]
    [Trait("Requirement", "R92")]
    public async Task What_needs_a_person_to_be_renewed_is_listed_with_how_to_need_that_less()
    {
        await using var product = await ProductHost.StartAsync();

        var one = Assert.Single(await product.Get<ConnectionRegister>().InteractiveDependenciesAsync(default));
        Assert.Equal((ProductHost.ConnectionId, product.Tenant.Service.UserName), (one.ConnectionId, one.Username));
        Assert.Contains("sign-in frequency", one.Advice, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Requirement", "R69")]
    public async Task However_many_need_a_person_the_database_is_asked_as_often()
    {
        await using var product = await ProductHost.StartAsync();
        var one = await AsksAsync();
        foreach (var i in Enumerable.Range(0, 20))
        {
            var another = product.Definition();
            (another.Id, another.DisplayName) = ($"another-{i}", $"Another {i}");
            await product.Connections.ConfigureAsync(another, default);
        }

        Assert.Equal(one, await AsksAsync());

        async Task<int> AsksAsync()
        {
            var before = Asked();
            await product.Get<ConnectionRegister>().InteractiveDependenciesAsync(default);
            return Asked() - before;
        }

        int Asked() => product.Log.Lines.Count(static l => l.Contains("Executed DbCommand", StringComparison.Ordinal));
    }

    [Theory]
    [Trait("Requirement", "R92")]
    [InlineData("signed-in user", "application with a certificate", "channel")]
    [InlineData("signed-in user", "application with a certificate", "chat")]
    [InlineData("Mail.Send", "signed-in user", "email")]
    [InlineData("Files.ReadWrite.All", "signed-in user", "file")]
    [InlineData("Move mail", "It is used for", "channel", "email")]
    [InlineData("signed-in user", "application with a certificate")]
    public void How_to_need_a_person_less_goes_by_what_the_connection_is_used_for(string says, string saysNot, params string[] kinds)
    {
        var advice = StabilisingAdvice.Of(new ConnectionUse(kinds.ToHashSet(StringComparer.Ordinal), []));

        Assert.Contains(says, advice, StringComparison.Ordinal);
        Assert.DoesNotContain(saysNot, advice, StringComparison.Ordinal);
    }

    internal static ConnectionDefinition Another(ProductHost product)
    {
        var definition = product.Definition();
        (definition.Id, definition.DisplayName, definition.Environment) = ("finance-test", "Finance posts (test)", "test");
        return definition;
    }
}
