using System.Collections;
using System.Globalization;
using System.Reflection;
using Microsoft.Extensions.Options;
using TeamsWorkflows.Approvals;
using TeamsWorkflows.Cases;
using TeamsWorkflows.Connections;
using TeamsWorkflows.Connections.Canary;
using TeamsWorkflows.Connections.Credentials;
using TeamsWorkflows.Deliveries;
using TeamsWorkflows.Deliveries.Pacing;
using TeamsWorkflows.DurableTask.Grpc.Remote;
using TeamsWorkflows.DurableTask.Grpc.Sidecar;
using TeamsWorkflows.DurableTask.Worker;
using TeamsWorkflows.Fallback;
using TeamsWorkflows.Folders;
using TeamsWorkflows.Graph;
using TeamsWorkflows.Http;
using TeamsWorkflows.Reports;
using TeamsWorkflows.Sandbox;
using TeamsWorkflows.Schedules;
using TeamsWorkflows.Server.Access;
using TeamsWorkflows.Server.Api;
using TeamsWorkflows.Server.Audit;
using TeamsWorkflows.Server.Hosting;
using TeamsWorkflows.Server.Security;

namespace TeamsWorkflows.Server.Console;

/// <summary>What this process is configured to do, defaults included. A secret is never read out, only whether there is one.</summary>
internal sealed class SettingsView(IServiceProvider services, IConfiguration configuration, IHostEnvironment environment)
{
    private const string Hidden = "set, and not shown";
    private const int MaxDepth = 3;

    private static readonly string[] SecretWords = ["Secret", "Password", "ConnectionString", "Token", "Key", nameof(ConnectionDefinition.WebhookAddress)];

    // Where something is kept, or how long it lasts, is not the thing itself.
    private static readonly string[] OtherWords = ["File", "FilePath", "ExpiresAt", "Lifetime", "Header", "Field"];

    private static readonly SortedDictionary<string, Func<SettingsView, IEnumerable<Setting>>> Readers = new(StringComparer.Ordinal)
    {
        [AccessOptions.Section] = static v => v.Options<AccessOptions>(AccessOptions.Section),
        [ApiOptions.Section] = static v => v.Options<ApiOptions>(ApiOptions.Section),
        ["Approvals"] = static v => v.Options<ApprovalOptions>("Approvals"),
        [AuditOptions.Section] = static v => v.Options<AuditOptions>(AuditOptions.Section),
        [AzureMonitorOptions.Section] = static v => v.Bound<AzureMonitorOptions>(AzureMonitorOptions.Section),
        ["Canary"] = static v => v.Options<CanaryOptions>("Canary"),
        ["Cases"] = static v => v.Options<CaseOptions>("Cases"),
        [ConfiguredConnections.Section] = static v => v.Connections(),
        ["Deliveries"] = static v => v.Options<DeliveryOptions>("Deliveries"),
        ["Entra"] = static v => v.Options<EntraOptions>("Entra"),
        ["Fallback"] = static v => v.Options<FallbackOptions>("Fallback"),
        ["Grants"] = static v => v.Grants(),
        ["Graph"] = static v => v.Options<GraphOptions>("Graph"),
        [KeyRingOptions.Section] = static v => v.Options<KeyRingOptions>(KeyRingOptions.Section),
        ["KeyVault"] = static v => v.Options<VaultOptions>("KeyVault"),
        [ConfiguredIntakes.Section] = static v => v.Intakes(),
        ["Outbound"] = static v => v.Options<OutboundOptions>("Outbound"),
        ["Pacing"] = static v => v.Options<PacingOptions>("Pacing"),
        [PostgresOptions.Section] = static v => v.Hub == HubProvider.Postgres ? v.Options<PostgresOptions>(PostgresOptions.Section) : [],
        [PrometheusOptions.Section] = static v => v.Options<PrometheusOptions>(PrometheusOptions.Section),
        ["Sandbox"] = static v => v.IsDevelopment ? [v.Written("Sandbox:Enabled", "yes"), .. v.Bound<SandboxOptions>("Sandbox")] : [],
        ["Schedules"] = static v => v.Options<ScheduleOptions>("Schedules"),
        [SidecarOptions.Section] = static v => v.Options<SidecarOptions>(SidecarOptions.Section),
        [ValidateTaskHubOptions.Section] = static v => [v.Written(HubProviderSetting.Key, nameof(HubProvider.Sqlite)), .. v.Options<TaskHubOptions>(ValidateTaskHubOptions.Section)],
        [RemoteHubSetup.Section] = static v => v.Hub == HubProvider.DurableTask ? v.RemoteHub() : [],
        ["WatchedFolder"] = static v => v.Options<FolderOptions>("WatchedFolder"),
    };

    /// <summary>Gets the sections that are shown where they have a meaning.</summary>
    public static IEnumerable<string> Sections => Readers.Keys;

    private bool IsDevelopment => environment.IsDevelopment();

    private HubProvider Hub => HubProviderSetting.Read(configuration);

    public IReadOnlyList<SettingsSection> Read() =>
    [
        new("Process",
        [
            new("Environment", environment.EnvironmentName, IsConfigured: true),
            new("Release", typeof(SettingsView).Assembly.GetName().Version?.ToString(3) ?? "", IsConfigured: false),
            Written("Urls", ""),
            Written(DataFolder.Key, "data"),
        ]),
        .. Readers.Select(reader => new SettingsSection(reader.Key, [.. reader.Value(this)])).Where(static section => section.Settings.Count > 0),
    ];

    // What is read from the configuration itself.
    private Setting Written(string key, string otherwise) => new(key, configuration[key] ?? otherwise, configuration[key] is not null);

    private IEnumerable<Setting> Options<T>(string section)
        where T : class
        => Settings(services.GetRequiredService<IOptions<T>>().Value, section, "", MaxDepth);

    private IEnumerable<Setting> Bound<T>(string section)
        where T : class, new()
        => Settings(configuration.GetSection(section).Get<T>() ?? new T(), section, "", MaxDepth);

    private IEnumerable<Setting> Connections() => services.GetRequiredService<IOptions<ConfiguredConnections>>().Value.ByKey
        .OrderBy(static c => c.Key, StringComparer.Ordinal)
        .SelectMany(c => Settings(c.Value, ConfiguredConnections.Section, c.Key[(ConfiguredConnections.Section.Length + 1)..] + ":", MaxDepth));

    private IEnumerable<Setting> Intakes() => services.GetRequiredService<IOptions<ConfiguredIntakes>>().Value.ByKey
        .OrderBy(static i => i.Key, StringComparer.Ordinal)
        .SelectMany(i => Settings(i.Value, ConfiguredIntakes.Section, i.Key[(ConfiguredIntakes.Section.Length + 1)..] + ":", MaxDepth));

    private IEnumerable<Setting> Grants() => services.GetRequiredService<IOptions<GrantOptions>>().Value.Entries
        .OrderBy(static g => g.Key, StringComparer.OrdinalIgnoreCase)
        .SelectMany(g => Settings(g.Value, "Grants", g.Key + ":", MaxDepth));

    private IEnumerable<Setting> RemoteHub()
    {
        var isSet = IsSet($"{RemoteHubSetup.Section}:ConnectionString");
        return [new("ConnectionString", isSet ? Hidden : "", isSet), .. Options<RemoteHubOptions>(RemoteHubSetup.Section)];
    }

    private IEnumerable<Setting> Settings(object options, string section, string prefix, int depth)
    {
        foreach (var property in options.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(static p => p.GetIndexParameters().Length == 0).OrderBy(static p => p.MetadataToken))
        {
            var (name, value) = (prefix + property.Name, property.GetValue(options));
            var key = $"{section}:{name}";
            if (IsSecret(property.Name))
            {
                yield return new(name, Text(value).Length == 0 ? "" : Hidden, IsSet(key));
            }
            else if (value is not null && depth > 0 && !IsPlain(value.GetType()) && value is not IEnumerable)
            {
                foreach (var inner in Settings(value, section, $"{name}:", depth - 1))
                {
                    yield return inner;
                }
            }
            else
            {
                yield return new(name, Text(value), IsSet(key));
            }
        }
    }

    private bool IsSet(string key) => configuration.GetSection(key).Exists();

    private static bool IsSecret(string name)
        => SecretWords.Any(w => name.Contains(w, StringComparison.Ordinal)) && !OtherWords.Any(w => name.EndsWith(w, StringComparison.Ordinal));

    private static bool IsPlain(Type type)
        => type.IsPrimitive || type.IsEnum || type == typeof(string) || type == typeof(Uri) || type == typeof(TimeSpan) || type == typeof(TimeOnly)
            || type == typeof(decimal) || type == typeof(DateTimeOffset);

    private static string Text(object? value) => value switch
    {
        null => "",
        string text => text,
        bool isOn => isOn ? "yes" : "no",
        Uri address => address.IsAbsoluteUri ? address.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped) : address.OriginalString,
        IEnumerable many => string.Join(", ", many.Cast<object?>().Select(Text)),
        IFormattable formattable => formattable.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString() ?? "",
    };
}

/// <summary>Settings that belong together.</summary>
public sealed record SettingsSection(string Name, IReadOnlyList<Setting> Settings);

/// <param name="Value">As it is in force; empty: nothing.</param>
/// <param name="IsConfigured">Whether somebody has set it; otherwise it is the default.</param>
public sealed record Setting(string Name, string Value, bool IsConfigured);
