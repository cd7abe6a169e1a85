using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
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
using TeamsWorkflows.Intakes;
using TeamsWorkflows.Reports;
using TeamsWorkflows.Sandbox;
using TeamsWorkflows.Schedules;
using TeamsWorkflows.Server.Access;
using TeamsWorkflows.Server.Api;
using TeamsWorkflows.Server.Audit;
using TeamsWorkflows.Server.Hosting;
using TeamsWorkflows.Server.Security;

namespace TeamsWorkflows.Server.Tests.Documents;

/// <summary>One setting.</summary>
/// <param name="Key">From its section on, with colons.</param>
/// <param name="Default">As a configuration file would say it; empty: nothing.</param>
/// <param name="Limits">What it may be; empty: whatever its type allows.</param>
internal sealed record Setting(string Key, Type Type, string Default, string Limits, bool IsRequired, string Comment);

/// <summary>One section of the configuration.</summary>
internal sealed record Section(string Name, string Comment, IReadOnlyList<Setting> Settings);

/// <summary>Every setting that the product has, read from the classes that take them.</summary>
internal static class SettingList
{
    public static IReadOnlyDictionary<string, Type> Types { get; } = new SortedDictionary<string, Type>(StringComparer.Ordinal)
    {
        ["Access"] = typeof(AccessOptions),
        ["Api"] = typeof(ApiOptions),
        ["Approvals"] = typeof(ApprovalOptions),
        ["Audit"] = typeof(AuditOptions),
        ["AzureMonitor"] = typeof(AzureMonitorOptions),
        ["Canary"] = typeof(CanaryOptions),
        ["Cases"] = typeof(CaseOptions),
        ["Connections:0"] = typeof(ConnectionDefinition),
        ["Deliveries"] = typeof(DeliveryOptions),
        ["Entra"] = typeof(EntraOptions),
        ["Fallback"] = typeof(FallbackOptions),
        ["Grants:0"] = typeof(Grant),
        ["Graph"] = typeof(GraphOptions),
        ["Intakes:0"] = typeof(ConfiguredIntake),
        ["KeyRing"] = typeof(KeyRingOptions),
        ["KeyVault"] = typeof(VaultOptions),
        ["Outbound"] = typeof(OutboundOptions),
        ["Pacing"] = typeof(PacingOptions),
        ["Postgres"] = typeof(PostgresOptions),
        ["Prometheus"] = typeof(PrometheusOptions),
        ["Sandbox"] = typeof(SandboxOptions),
        ["Schedules"] = typeof(ScheduleOptions),
        ["Sidecar"] = typeof(SidecarOptions),
        ["TaskHub"] = typeof(TaskHubOptions),
        ["TaskHub:DurableTask"] = typeof(RemoteHubOptions),
        ["WatchedFolder"] = typeof(FolderOptions),
    };

    // Read before there are options.
    private static readonly Dictionary<string, Setting> Others = new(StringComparer.Ordinal)
    {
        ["Data"] = new(
            "Data:Folder", typeof(string), "data", "", IsRequired: false,
            "The folder that holds everything this process remembers; one process has it for itself. A relative path counts from the current directory."),
        ["Sandbox"] = new(
            "Sandbox:Enabled", typeof(bool), "false", "", IsRequired: false,
            "Whether a sandbox plays Microsoft in this process. Counts in Development alone, where the default is true."),
        ["TaskHub"] = new(
            HubProviderSetting.Key, typeof(HubProvider), nameof(HubProvider.Sqlite), "", IsRequired: false,
            "Which engine runs the task hub, and where hub and data are: files of the data folder, a PostgreSQL database that several processes share, or an engine elsewhere."),
        ["TaskHub:DurableTask"] = new(
            "TaskHub:DurableTask:ConnectionString", typeof(string), "", "", IsRequired: false,
            "The scheduler's connection string, in place of the settings below: `Endpoint=…;Authentication=…;TaskHub=…`."),
    };

    public static IReadOnlyList<Section> Sections { get; } =
    [
        .. Types.Keys.Append("Data").Order(StringComparer.Ordinal).Select(static name => new Section(
            name.Replace(":0", ":N", StringComparison.Ordinal),
            Types.TryGetValue(name, out var type) ? XmlComments.Of(type) : "Where everything is kept.",
            [
                .. Others.TryGetValue(name, out var other) ? [other] : Array.Empty<Setting>(),
                .. type is null ? [] : Of(type, name.Replace(":0", ":N", StringComparison.Ordinal), Activator.CreateInstance(type)!),
            ])),
    ];

    private static IEnumerable<Setting> Of(Type type, string prefix, object instance)
    {
        foreach (var property in type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(static p => p.GetIndexParameters().Length == 0))
        {
            var value = property.GetValue(instance);
            if (IsNested(property.PropertyType))
            {
                foreach (var inner in Of(property.PropertyType, $"{prefix}:{property.Name}", value!))
                {
                    yield return inner;
                }
            }
            else if (property.CanWrite || IsList(property.PropertyType))
            {
                var (inner, isList) = Element(property.PropertyType);
                yield return new(
                    $"{prefix}:{property.Name}{(isList ? ":N" : "")}", inner, Default(property, value), Limits(property), property.GetCustomAttribute<RequiredAttribute>() is not null, XmlComments.Of(property));
            }
        }
    }

    private static bool IsNested(Type type)
        => type is { IsClass: true, Namespace: { } space } && space.StartsWith("TeamsWorkflows", StringComparison.Ordinal);

    private static bool IsList(Type type) => type != typeof(string) && type.IsAssignableTo(typeof(System.Collections.IEnumerable));

    private static (Type Type, bool IsList) Element(Type type)
        => IsList(type) ? (type.GetGenericArguments()[0], true) : (Nullable.GetUnderlyingType(type) ?? type, false);

    private static string Default(PropertyInfo property, object? value) => value switch
    {
        int when property.Name == nameof(TaskHubOptions.MaxConcurrentTurns) => "the number of processors",
        string when property.Name == nameof(PostgresOptions.NodeName) => "the machine's name",
        null or "" => "",
        bool word => word ? "true" : "false",
        TimeSpan time => time.ToString("c", CultureInfo.InvariantCulture),
        string text => text,
        System.Collections.IEnumerable items => string.Join(", ", items.Cast<object>()),
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString()!,
    };

    private static string Limits(PropertyInfo property)
    {
        IEnumerable<string?> parts =
        [
            property.GetCustomAttribute<RangeAttribute>() is { } range ? $"{Number(range.Minimum)} to {Number(range.Maximum)}" : null,
            property.GetCustomAttribute<MaxLengthAttribute>() is { } longest ? $"at most {longest.Length} characters" : null,
            property.GetCustomAttribute<MinLengthAttribute>() is { } shortest ? $"at least {shortest.Length}" : null,
            property.GetCustomAttribute<EmailAddressAttribute>() is not null ? "a mail address" : null,
        ];
        return string.Join("; ", parts.Where(static p => p is not null));
    }

    private static string Number(object value) => Convert.ToString(value, CultureInfo.InvariantCulture)!;
}
