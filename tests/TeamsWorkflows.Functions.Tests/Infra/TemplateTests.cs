using System.Diagnostics.Metrics;
using System.Text.Json;
using System.Text.RegularExpressions;
using TeamsWorkflows.Connections.History;
using TeamsWorkflows.Server.Hosting;
using TeamsWorkflows.Tests;

namespace TeamsWorkflows.Functions.Tests.Infra;

/// <summary>What would be deployed: compiled with every lint rule as an error, and looked at as a reviewer would.</summary>
public sealed partial class TemplateTests(Bicep bicep) : IClassFixture<Bicep>
{
    // Each role that anything gets, with the reason. A new one is a decision, and belongs here.
    private static readonly Dictionary<string, string> Roles = new(StringComparer.Ordinal)
    {
        ["0ad04412-c4d5-4796-b79c-f76d14c8d402"] = "Durable Task Data Contributor: the product runs its hub",
        ["d6a5505f-6ebb-45a4-896e-ac8274cfc0ac"] = "Durable Task Data Reader: operators look at the hub",
        ["b7e6dc6d-f1e8-4753-8033-0f276bb0955b"] = "Storage Blob Data Owner: the Functions host's leases and packages",
        ["974c5e8b-45b9-4653-ba55-5f855dd0fb88"] = "Storage Queue Data Contributor: the Azure Storage engine",
        ["0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3"] = "Storage Table Data Contributor: the Azure Storage engine",
        ["4633458b-17de-408a-b874-0445c86b69e6"] = "Key Vault Secrets User: certificates with their keys",
        ["db79e9a7-68ee-4b58-9aeb-b90e7c24fcba"] = "Key Vault Certificate User: certificates",
        ["a4417e6f-fecd-4de8-b567-7b0420556985"] = "Key Vault Certificates Officer: administrators make certificates",
        ["3913510d-42f4-4e42-8a64-420c390055eb"] = "Monitoring Metrics Publisher: the product's telemetry",
    };

    [Fact]
    public void The_template_compiles_and_no_lint_rule_complains() => Assert.Equal("", bicep.Complaints);

    [Fact]
    public void Every_set_of_parameters_fits_the_template()
        => Assert.All(Bicep.Sources.Where(static f => f.EndsWith(".bicepparam", StringComparison.Ordinal)), static file =>
        {
            var parameters = Bicep.Run("build-params", file, "--stdout");
            Assert.Equal("", parameters.Errors);
            Assert.Contains("parametersJson", parameters.Output, StringComparison.Ordinal);
        });

    [Fact]
    public void Nobody_gets_a_role_beyond_those_with_a_reason_and_none_reaches_further_than_one_resource()
    {
        var grants = OfType("Microsoft.Authorization/roleAssignments").ToArray();

        Assert.NotEmpty(grants);
        Assert.All(grants, static grant =>
        {
            Assert.True(grant.TryGetProperty("scope", out _), $"{grant.GetProperty("name")} has no scope.");
            Assert.Contains(grant.GetProperty("properties").GetProperty("principalType").GetString(), new[] { "ServicePrincipal", "Group" });
        });
        var given = Guid().Matches(bicep.Text).Select(static m => m.Value).Where(Roles.ContainsKey).Distinct(StringComparer.Ordinal);
        Assert.Equal(Roles.Keys.Order(StringComparer.Ordinal), given.Order(StringComparer.Ordinal));
        Assert.Empty(Guid().Matches(bicep.Text).Select(static m => m.Value).Except(Roles.Keys, StringComparer.Ordinal));
    }

    [Fact]
    public void Storage_has_no_keys_no_public_blobs_and_nothing_unencrypted()
    {
        var account = Properties("Microsoft.Storage/storageAccounts");

        Assert.False(account.GetProperty("allowSharedKeyAccess").GetBoolean());
        Assert.False(account.GetProperty("allowBlobPublicAccess").GetBoolean());
        Assert.True(account.GetProperty("supportsHttpsTrafficOnly").GetBoolean());
        Assert.Equal("TLS1_2", account.GetProperty("minimumTlsVersion").GetString());
        Assert.Equal("None", Properties("Microsoft.Storage/storageAccounts/blobServices/containers").GetProperty("publicAccess").GetString());
    }

    [Fact]
    public void The_vault_goes_by_roles_and_cannot_be_purged()
    {
        var vault = Properties("Microsoft.KeyVault/vaults");

        Assert.True(vault.GetProperty("enableRbacAuthorization").GetBoolean());
        Assert.True(vault.GetProperty("enablePurgeProtection").GetBoolean());
        Assert.False(vault.TryGetProperty("accessPolicies", out _));
    }

    [Fact]
    public void The_database_knows_identities_and_no_passwords_over_tls_alone()
    {
        var server = Properties("Microsoft.DBforPostgreSQL/flexibleServers");

        Assert.Equal("Disabled", server.GetProperty("authConfig").GetProperty("passwordAuth").GetString());
        Assert.Equal("Enabled", server.GetProperty("authConfig").GetProperty("activeDirectoryAuth").GetString());
        Assert.False(server.TryGetProperty("administratorLoginPassword", out _));
        var values = OfType("Microsoft.DBforPostgreSQL/flexibleServers/configurations").Select(static c => c.GetProperty("properties").GetProperty("value").GetString());
        Assert.Equal(["TLSv1.2", "on"], values.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Both_hosts_speak_https_alone_and_run_as_an_identity()
    {
        var functions = OfType("Microsoft.Web/sites").Single();
        var container = OfType("Microsoft.App/containerApps").Single();
        var site = functions.GetProperty("properties").GetProperty("siteConfig");

        Assert.True(functions.GetProperty("properties").GetProperty("httpsOnly").GetBoolean());
        Assert.Equal("1.2", site.GetProperty("minTlsVersion").GetString());
        Assert.Equal("1.2", site.GetProperty("scmMinTlsVersion").GetString());
        Assert.Equal("Disabled", site.GetProperty("ftpsState").GetString());
        Assert.All(
            OfType("Microsoft.Web/sites/basicPublishingCredentialsPolicies"),
            static policy => Assert.False(policy.GetProperty("properties").GetProperty("allow").GetBoolean()));
        Assert.False(container.GetProperty("properties").GetProperty("configuration").GetProperty("ingress").GetProperty("allowInsecure").GetBoolean());
        Assert.All([functions, container], static host => Assert.Equal("UserAssigned", host.GetProperty("identity").GetProperty("type").GetString()));
    }

    [Fact]
    public void No_key_password_or_secret_is_read_set_or_given_out()
    {
        Assert.DoesNotMatch(SecretFunction(), bicep.Text);
        Assert.DoesNotMatch(SecretText(), bicep.Text);
        Assert.DoesNotContain("secureString", bicep.Text, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("@Microsoft.KeyVault(", bicep.Text, StringComparison.Ordinal); // the one secret of the settings, by reference
        Assert.DoesNotMatch(PlainSecretSetting(), bicep.Text);
        Assert.All(
            OfType("Microsoft.Insights/components"),
            static component => Assert.True(component.GetProperty("properties").GetProperty("DisableLocalAuth").GetBoolean()));
    }

    [Fact]
    public void Every_setting_of_the_template_is_one_that_the_product_has()
    {
        var names = Setting().Matches(File.ReadAllText(Bicep.File("main.bicep"))).Select(static m => m.Groups["name"].Value).Distinct(StringComparer.Ordinal).ToArray();

        Assert.Contains("Postgres__Identity", names);
        Assert.All(names, static name => Assert.True(ProductSettings.IsKnown(name), name));
    }

    [Fact]
    public void Alerts_and_workbook_ask_for_metrics_that_the_product_measures()
    {
        HashSet<string> measured = new(StringComparer.Ordinal) { WorkGauges.Parked, WorkGauges.OldestCase };
        using MeterListener listener = new();
        listener.InstrumentPublished = (instrument, _) => measured.Add(instrument.Name);
        listener.Start();
        System.Runtime.CompilerServices.RuntimeHelpers.RunClassConstructor(typeof(Telemetry).TypeHandle);

        var asked = Metric().Matches(File.ReadAllText(Bicep.File("modules/alerts.bicep")) + File.ReadAllText(Bicep.File("modules/workbook.json")))
            .Select(static m => m.Value).Distinct(StringComparer.Ordinal).ToArray();
        Assert.True(asked.Length >= 4);
        Assert.All(asked, name => Assert.Contains(name, measured));
    }

    [Fact]
    public void Permissions_have_reasons_and_channel_posts_are_delegated()
    {
        using var manifest = JsonDocument.Parse(File.ReadAllText(Path.Combine(Docs.Root, "infra", "entra", "permissions.json")));
        var graph = manifest.RootElement.GetProperty("graph").EnumerateArray().ToArray();

        Assert.All(graph, static p => Assert.True(p.GetProperty("reason").GetString()!.Length > 20));
        Assert.All(graph, static p => Assert.Equal("delegated", p.GetProperty("type").GetString()));
        Assert.Equal(
            new Connections.ConnectionDefinition().Scopes.Append("Files.ReadWrite.All").Order(StringComparer.Ordinal),
            graph.Select(static p => p.GetProperty("permission").GetString()!).Order(StringComparer.Ordinal));
        Assert.Equal(
            ["Administrator", "Approver", "Operator", "Publisher"],
            manifest.RootElement.GetProperty("api").GetProperty("roles").EnumerateArray().Select(static r => r.GetProperty("value").GetString()!).Order(StringComparer.Ordinal));
    }

    private IEnumerable<JsonElement> OfType(string type) => bicep.Resources.Where(r => r.GetProperty("type").GetString() == type);

    private JsonElement Properties(string type) => OfType(type).Single().GetProperty("properties");

    [GeneratedRegex("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Guid();

    [GeneratedRegex("list(Keys|Secrets|AccountSas|ServiceSas|ConnectionStrings)\\(|getSecret\\(", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex SecretFunction();

    [GeneratedRegex("AccountKey=|SharedAccessKey|Password=|\"administratorLoginPassword\"", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase, 1000)]
    private static partial Regex SecretText();

    [GeneratedRegex("'[A-Za-z_]*(Secret|Password|Key)', (?!format\\('@Microsoft\\.KeyVault|'secretRef')", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex PlainSecretSetting();

    [GeneratedRegex("(?<name>[A-Z][A-Za-z]+__[A-Za-z0-9_]+)", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Setting();

    [GeneratedRegex("teamsworkflows(\\.[a-z]+)+", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Metric();
}
