using System.Diagnostics.CodeAnalysis;

namespace TeamsWorkflows.DurableTask;

/// <summary>Which versions of orchestrations a worker runs. A version is any text; dotted numbers are compared as numbers.</summary>
/// <remarks>
/// An instance of another version fails with <see cref="EngineErrors.VersionMismatch"/>, and can be rewound once a worker
/// that fits runs. Code of several versions can be registered side by side under one name, too:
/// <see cref="DurableTaskRegistry.AddOrchestrator{TInput, TOutput}(TaskName, string, Func{TaskOrchestrator{TInput, TOutput}})"/>.
/// </remarks>
public sealed class VersioningOptions
{
    /// <summary>Gets or sets the version of this worker.</summary>
    /// <value>The default is none.</value>
    public string? Version { get; set; }

    /// <summary>Gets or sets the version of orchestrations that are started without one.</summary>
    /// <value>The default is none.</value>
    public string? DefaultVersion { get; set; }

    /// <summary>Gets or sets which instances this worker runs.</summary>
    /// <value>The default is all.</value>
    public VersionMatchStrategy MatchStrategy { get; set; }

    internal TaskFailureDetails? Check(string? version)
        => MatchStrategy switch
        {
            VersionMatchStrategy.Strict when Compare(version, Version) != 0 => Mismatch(version, "runs that version alone"),
            VersionMatchStrategy.CurrentOrOlder when Compare(version, Version) > 0 => Mismatch(version, "runs that version and older ones"),
            _ => null,
        };

    /// <returns>Less than zero when <paramref name="a"/> is older; none is older than any.</returns>
    internal static int Compare(string? a, string? b)
    {
        if (string.IsNullOrEmpty(a) || string.IsNullOrEmpty(b))
        {
            return string.IsNullOrEmpty(a) ? (string.IsNullOrEmpty(b) ? 0 : -1) : 1;
        }

        return Math.Sign(TryParse(a, out var x) && TryParse(b, out var y)
            ? x.CompareTo(y)
            : StringComparer.OrdinalIgnoreCase.Compare(a, b));
    }

    private static bool TryParse(string text, [NotNullWhen(true)] out Version? version)
        => System.Version.TryParse(text.Contains('.', StringComparison.Ordinal) ? text : text + ".0", out version);

    private TaskFailureDetails Mismatch(string? version, string rule) => new(
        EngineErrors.VersionMismatch,
        $"The instance has version '{version}'; this worker has version '{Version}' and {rule}.",
        IsNonRetriable: true);
}

/// <summary>Which instances a worker runs, by their version.</summary>
public enum VersionMatchStrategy
{
    /// <summary>Any version runs.</summary>
    None,

    /// <summary>Only the worker's own version runs.</summary>
    Strict,

    /// <summary>The worker's own version and older ones run; none counts as the oldest.</summary>
    CurrentOrOlder,
}
