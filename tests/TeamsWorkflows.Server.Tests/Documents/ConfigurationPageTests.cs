using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using TeamsWorkflows.Server.Hosting;
using TeamsWorkflows.Tests;

namespace TeamsWorkflows.Server.Tests.Documents;

/// <summary><c>docs/configuration.md</c> and the schema of <c>appsettings.json</c>: made from the classes that take the settings.</summary>
public sealed class ConfigurationPageTests
{
    private const string Suite = "TeamsWorkflows.Server.Tests";

    // Options of code, not of a configuration.
    private static readonly string[] NoSettings = ["PaceOptions", "TaskOptions", "SubOrchestrationOptions", "TaskRetryOptions", "VersioningOptions", "StartOrchestrationOptions", "PostgresHubOptions", "ReplayOptions", "GrantOptions"];

    [Fact]
    public void The_page_is_what_the_classes_take() => Docs.AssertIs("configuration.md", Page(), nameof(ConfigurationPageTests), Suite);

    [Fact]
    public void The_schema_is_what_the_classes_take()
        => Docs.AssertFileIs("src/TeamsWorkflows.Server/appsettings.schema.json", Schema().ToJsonString(new() { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }) + "\n", nameof(ConfigurationPageTests), Suite);

    [Fact]
    public void No_class_of_settings_is_forgotten()
    {
        var known = SettingList.Types.Values.ToHashSet();
        var ours = AppDomain.CurrentDomain.GetAssemblies().Append(typeof(ServerProcess).Assembly)
            .Where(static a => a.GetName().Name is "TeamsWorkflows" or "TeamsWorkflows.Server" or "TeamsWorkflows.DurableTask" or "TeamsWorkflows.DurableTask.Grpc" or "TeamsWorkflows.Sandbox")
            .Distinct()
            .SelectMany(static a => a.GetTypes())
            .Where(static t => t is { IsClass: true, IsPublic: true, IsAbstract: false } && t.Name.EndsWith("Options", StringComparison.Ordinal));
        Assert.Empty(ours.Where(t => !known.Contains(t) && !NoSettings.Contains(t.Name, StringComparer.Ordinal)).Select(static t => t.FullName));
    }

    [Fact]
    public void Every_setting_says_what_it_is_for()
        => Assert.Empty(SettingList.Sections.SelectMany(static s => s.Settings).Where(static s => s.Comment.Length == 0 && !IsPlain(s.Key)).Select(static s => s.Key));

    [Theory]
    [InlineData("appsettings.json")]
    [InlineData("appsettings.Development.json")]
    public void The_files_that_are_shipped_fit_the_schema(string file)
    {
        var settings = JsonNode.Parse(
            File.ReadAllText(Path.Combine(Docs.Root, "src", "TeamsWorkflows.Server", file)), documentOptions: new() { CommentHandling = System.Text.Json.JsonCommentHandling.Skip })!.AsObject();
        var known = Schema()["properties"]!.AsObject();
        foreach (var (section, members) in settings.Where(static s => s.Key is not ("Logging" or "Urls" or "$schema")))
        {
            Assert.All(members!.AsObject().Select(static m => m.Key), key => Assert.True(known[section]!["properties"]!.AsObject().ContainsKey(key), $"{file}: {section}:{key}"));
        }
    }

    // What is said by its name.
    private static bool IsPlain(string key) => key.Split(':')[^1] is "Password" or "Username" or "ClientSecret" or "ClientId" or "TenantId" or "CertificatePassword" or "DisplayName" or "AuthModel" or "Port" or "AccountKind";

    private static string Page()
    {
        var page = new StringBuilder(Head);
        foreach (var section in SettingList.Sections)
        {
            page.Append(CultureInfo.InvariantCulture, $"\n## {section.Name}\n\n{section.Comment}\n\n| setting | type | default | |\n|---|---|---|---|\n");
            foreach (var s in section.Settings)
            {
                var needed = s.IsRequired ? "**Needed.** " : "";
                var limits = s.Limits.Length > 0 ? $" ({s.Limits})" : "";
                page.Append(CultureInfo.InvariantCulture, $"| `{s.Key}` | {Kind(s.Type)}{limits} | {(s.Default.Length > 0 ? $"`{s.Default}`" : "")} | {needed}{s.Comment.Replace("|", "\\|", StringComparison.Ordinal)} |\n");
            }
        }

        return page.ToString();
    }

    private static string Kind(Type type) => type.IsEnum ? string.Join(", ", Enum.GetNames(type))
        : type == typeof(bool) ? "true or false"
        : type == typeof(TimeSpan) ? "time"
        : type == typeof(DateTimeOffset) ? "date and time"
        : type == typeof(Uri) ? "address"
        : type == typeof(string) ? "text"
        : type == typeof(TimeOnly) ? "time of day"
        : "number";

    private static JsonObject Schema()
    {
        var root = new JsonObject
        {
            ["$schema"] = "https://json-schema.org/draft/2020-12/schema",
            ["title"] = "Settings of TeamsWorkflows",
            ["description"] = "Made from the classes that take the settings; docs/configuration.md says the same for people.",
            ["type"] = "object",
            ["properties"] = new JsonObject
            {
                ["Urls"] = new JsonObject { ["type"] = "string", ["description"] = "Where the server listens, separated by semicolons." },
            },
        };
        foreach (var setting in SettingList.Sections.SelectMany(static s => s.Settings))
        {
            var at = root;
            var path = setting.Key.Split(':');
            for (var i = 0; i < path.Length; i++)
            {
                at = path[i] == "N" ? Items(at) : Property(at, path[i]);
            }

            Describe(at, setting);
        }

        return root;
    }

    private static JsonObject Items(JsonObject at)
    {
        at["type"] = "array";
        return (at["items"] ??= new JsonObject()).AsObject();
    }

    private static JsonObject Property(JsonObject at, string name)
    {
        at["type"] = "object";
        var all = (at["properties"] ??= new JsonObject()).AsObject();
        return (all[name] ??= new JsonObject()).AsObject();
    }

    private static void Describe(JsonObject at, Setting setting)
    {
        if (setting.Type.IsEnum)
        {
            at["enum"] = new JsonArray([.. Enum.GetNames(setting.Type).Select(static n => (JsonNode)n)]);
        }
        else
        {
            at["type"] = setting.Type == typeof(bool) ? "boolean" : setting.Type == typeof(int) || setting.Type == typeof(long) || setting.Type == typeof(double) ? "number" : "string";
        }

        if (setting.Type == typeof(TimeSpan))
        {
            at["pattern"] = @"^-?(\d+\.)?\d{1,2}:\d{2}(:\d{2}(\.\d{1,7})?)?$|^\d+$";
        }

        if (setting.Comment.Length > 0)
        {
            at["description"] = setting.Comment;
        }
    }

    private const string Head = """
        # Configuration

        Made from the code; when it is stale, run
        `UPDATE_DOCS=1 dotnet test tests/TeamsWorkflows.Server.Tests --filter ConfigurationPageTests`.

        Settings come, later ones before earlier ones, from `appsettings.json` beside the program, `appsettings.ENVIRONMENT.json`, environment
        variables (two underscores for a colon: `Deliveries__MaxBackoff=00:10:00`) and the command line (`--Deliveries:MaxBackoff=00:10:00`).
        `N` is a number from 0. A time is `hours:minutes:seconds`, with days before a dot: `1.00:00:00`. Whatever is wrong is said at the start,
        one line for each key, and the process ends with 2. `src/TeamsWorkflows.Server/appsettings.schema.json` is the same for editors. Secrets
        belong into environment variables of the service, or are not needed at all: connections prove themselves by certificates of a key vault.

        `Urls` says where the server listens, separated by semicolons; the default is `http://127.0.0.1:5080`. TLS ends in front of it.
        `OTEL_EXPORTER_OTLP_ENDPOINT` and OpenTelemetry's other variables send traces, metrics and logs: see [operations.md](operations.md).
        `Logging:LogLevel:CATEGORY` is .NET's own; the categories and events are in [logs.md](logs.md).

        """;
}
