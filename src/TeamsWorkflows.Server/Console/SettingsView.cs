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
using TeamsWorkflows.DurableTask.Grpc.Sidecar;
using TeamsWorkflows.DurableTask.Worker;
using TeamsWorkflows.Fallback;
using TeamsWorkflows.Folders;
using TeamsWorkflows.Graph;
using TeamsWorkflows.Http;
using TeamsWorkflows.Schedules;
using TeamsWorkflows.Server.Access;
using TeamsWorkflows.Server.Api;
using TeamsWorkflows.Server.Hosting;
using TeamsWorkflows.Server.Security;

namespace TeamsWorkflows.Server.Console;

/// <summary>What this process is configured to do, defaults included. A secret is never read out, only whether there is one.</summary>
internal sealed class SettingsView(IServiceProvider services, IConfiguration configuration, IHostEnvironment environment)
{
    private const int MaxDepth = 3;

    private static readonly string[] SecretWords = ["Secret", "Password", "ConnectionString", "Token", "Key"];

    // Where something is kept is not the thing itself.
    private static readonly string[] PlaceWords = ["File", "FilePath"];

    public IReadOnlyList<SettingsSection> Read() =>
    [
        new("Process",
        [
            new("Environment", environment.EnvironmentName, IsConfigured: true),
            new("Release", typeof(SettingsView).Assembly.GetName().Version?.ToString(3) ?? "", IsConfigured: false),
            new("Urls", configuration["Urls"] ?? "", configuration["Urls"] is not null),
            new(DataFolder.Key, configuration[DataFolder.Key] ?? "data", configuration[DataFolder.Key] is not null),
            new(HubProviderSetting.Key, configuration[HubProviderSetting.Key] ?? nameof(HubProvider.Sqlite), configuration[HubProviderSetting.Key] is not null),
        ]),
        Section<AccessOptions>(AccessOptions.Section),
        Section<ApiOptions>(ApiOptions.Section),
        Section<ApprovalOptions>("Approvals"),
        Section<CanaryOptions>("Canary"),
        Section<CaseOptions>("Cases"),
        Section<DeliveryOptions>("Deliveries"),
        Section<EntraOptions>("Entra"),
        Section<FallbackOptions>("Fallback"),
        Section<GraphOptions>("Graph"),
        Section<KeyRingOptions>(KeyRingOptions.Section),
        Section<VaultOptions>("KeyVault"),
        Section<OutboundOptions>("Outbound"),
        Section<PacingOptions>("Pacing"),
        .. configuration[HubProviderSetting.Key] is { } hub && hub.Equals(nameof(HubProvider.Postgres), StringComparison.OrdinalIgnoreCase)
            ? [Section<PostgresOptions>(PostgresOptions.Section)]
            : Array.Empty<SettingsSection>(),
        Section<ScheduleOptions>("Schedules"),
        Section<SidecarOptions>(SidecarOptions.Section),
        Section<TaskHubOptions>(ValidateTaskHubOptions.Section),
        Section<FolderOptions>("WatchedFolder"),
    ];

    private SettingsSection Section<T>(string name)
        where T : class
        => new(name, [.. Settings(services.GetRequiredService<IOptions<T>>().Value, name, "", MaxDepth)]);

    private IEnumerable<Setting> Settings(object options, string section, string prefix, int depth)
    {
        foreach (var property in options.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(static p => p.GetIndexParameters().Length == 0).OrderBy(static p => p.MetadataToken))
        {
            var (name, value) = (prefix + property.Name, property.GetValue(options));
            var key = $"{section}:{name}";
            if (IsSecret(property.Name))
            {
                yield return new(name, Text(value).Length == 0 ? "" : "set, and not shown", IsSet(key));
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
        => SecretWords.Any(w => name.Contains(w, StringComparison.Ordinal)) && !PlaceWords.Any(w => name.EndsWith(w, StringComparison.Ordinal));

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
