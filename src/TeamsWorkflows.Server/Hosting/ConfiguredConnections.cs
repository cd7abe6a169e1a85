using Microsoft.Extensions.Options;
using TeamsWorkflows.Connections;

namespace TeamsWorkflows.Server.Hosting;

/// <summary>Section <c>Connections</c>: one entry per way into Microsoft 365.</summary>
internal sealed class ConfiguredConnections
{
    public const string Section = "Connections";

    /// <summary>Gets the definitions by their configuration key, such as <c>Connections:0</c>.</summary>
    public Dictionary<string, ConnectionDefinition> ByKey { get; } = new(StringComparer.Ordinal);

    public static void Bind(ConfiguredConnections connections, IConfiguration configuration)
    {
        foreach (var section in configuration.GetSection(Section).GetChildren())
        {
            var definition = section.Get<ConnectionDefinition>() ?? new ConnectionDefinition();
            if (section.GetSection(nameof(definition.Scopes)).Get<string[]>() is { Length: > 0 } scopes)
            {
                definition.Scopes = scopes; // in place of the default ones: the binder adds to what is there
            }

            connections.ByKey[section.Path] = definition;
        }
    }
}

/// <summary>Says everything that is wrong with the connections, by configuration key.</summary>
internal sealed class ValidateConfiguredConnections : IValidateOptions<ConfiguredConnections>
{
    public ValidateOptionsResult Validate(string? name, ConfiguredConnections options)
    {
        var failures = options.ByKey.SelectMany(static entry => Failures(entry.Key, entry.Value)).ToList();
        failures.AddRange(options.ByKey
            .GroupBy(static entry => entry.Value.Id, StringComparer.Ordinal)
            .Where(static same => same.Key.Length > 0 && same.Count() > 1)
            .Select(static same => $"{same.Last().Key}:{nameof(ConnectionDefinition.Id)}: '{same.Key}' is given twice."));
        return failures.Count > 0 ? ValidateOptionsResult.Fail(failures) : ValidateOptionsResult.Success;
    }

    private static IEnumerable<string> Failures(string key, ConnectionDefinition definition)
        => definition.Problems().SelectMany(problem => problem.Value.Select(message => $"{key}:{problem.Key}: {message}"));
}
