using Microsoft.Extensions.Options;
using TeamsWorkflows.DurableTask;
using TeamsWorkflows.Intakes;

namespace TeamsWorkflows.Server.Hosting;

/// <summary>Section <c>Intakes</c>: one entry per intake that the configuration declares.</summary>
internal sealed partial class ConfiguredIntakes
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
    /// <remarks>People change connections while the server runs: that a report does not fit them any more must not keep it from starting again.</remarks>
    /// <exception cref="OptionsValidationException">A report is wrong in itself.</exception>
    public async Task ApplyAsync(IntakeDeclarations declarations, ILogger<ConfiguredIntakes> logger, CancellationToken cancellationToken)
    {
        List<string> failures = [];
        HashSet<string> unfit = new(StringComparer.Ordinal);
        foreach (var (key, intake) in ByKey)
        {
            foreach (var problem in await declarations.ProblemsAsync(intake, cancellationToken))
            {
                var message = $"{key}:{nameof(ConfiguredIntake.ReportFile)}: {problem.Message}";
                if (problem.IsOfConnections)
                {
                    unfit.Add(intake.Id);
                    Log.SwitchedOff(logger, intake.Id, LogText.Of(message));
                }
                else
                {
                    failures.Add(message);
                }
            }
        }

        if (failures.Count > 0)
        {
            throw new OptionsValidationException(Section, typeof(ConfiguredIntakes), failures);
        }

        await declarations.ApplyAsync(ByKey.Values, unfit, cancellationToken);
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "Intake {Intake} is switched off until it fits the connections at a later start: {Problem}")]
        public static partial void SwitchedOff(ILogger logger, string intake, string problem);
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
