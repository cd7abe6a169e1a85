using Microsoft.Extensions.Options;
using TeamsWorkflows.Intakes;

namespace TeamsWorkflows.Server.Hosting;

/// <summary>Section <c>Intakes</c>: one entry per intake that the configuration declares.</summary>
internal sealed class ConfiguredIntakes
{
    public const string Section = "Intakes";

    /// <summary>Gets the intakes by their configuration key, such as <c>Intakes:0</c>.</summary>
    public Dictionary<string, ConfiguredIntake> ByKey { get; } = new(StringComparer.Ordinal);

    public static void Bind(ConfiguredIntakes intakes, IConfiguration configuration)
    {
        foreach (var section in configuration.GetSection(Section).GetChildren())
        {
            intakes.ByKey[section.Path] = section.Get<ConfiguredIntake>() ?? new ConfiguredIntake();
        }
    }

    /// <summary>Makes the intakes what they say. The connections, which their reports go by, are as configured by then.</summary>
    /// <exception cref="OptionsValidationException">A report cannot go where it is to go.</exception>
    public async Task ApplyAsync(IntakeDeclarations declarations, CancellationToken cancellationToken)
    {
        List<string> failures = [];
        foreach (var (key, intake) in ByKey)
        {
            failures.AddRange((await declarations.ProblemsAsync(intake, cancellationToken)).Select(p => $"{key}:{p.Setting}: {p.Message}"));
        }

        if (failures.Count > 0)
        {
            throw new OptionsValidationException(Section, typeof(ConfiguredIntakes), failures);
        }

        await declarations.ApplyAsync(ByKey.Values, cancellationToken);
    }
}

/// <summary>Says everything that is wrong with the intakes, by configuration key.</summary>
internal sealed class ValidateConfiguredIntakes : IValidateOptions<ConfiguredIntakes>
{
    public ValidateOptionsResult Validate(string? name, ConfiguredIntakes options)
    {
        var failures = options.ByKey
            .SelectMany(static e => e.Value.Problems().SelectMany(p => p.Value.Select(message => $"{e.Key}:{p.Key}: {message}")))
            .ToList();
        failures.AddRange(options.ByKey
            .GroupBy(static entry => entry.Value.Id, StringComparer.Ordinal)
            .Where(static same => same.Key.Length > 0 && same.Count() > 1)
            .Select(static same => $"{same.Last().Key}:{nameof(ConfiguredIntake.Id)}: '{same.Key}' is given twice."));
        return failures.Count > 0 ? ValidateOptionsResult.Fail(failures) : ValidateOptionsResult.Success;
    }
}
