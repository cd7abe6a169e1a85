using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using TeamsWorkflows.Folders;
using TeamsWorkflows.Reports;

namespace TeamsWorkflows.Intakes;

/// <summary>An intake that the configuration declares: an entry of section <c>Intakes</c>.</summary>
/// <remarks>A setting that is null in JSON arrives here as null, and is as one that is not given.</remarks>
public sealed class ConfiguredIntake
{
    private const int MinSecretLength = 32;
    private const int MaxSecretLength = 200;

    /// <summary>Gets or sets the name in its address: lower-case letters, digits and dashes, at most 64.</summary>
    [Required]
    public string Id { get; set => field = value ?? ""; } = "";

    /// <summary>Gets or sets whose reports it hands over.</summary>
    [Required]
    [MaxLength(200)]
    public string Publisher { get; set => field = value ?? ""; } = "";

    /// <summary>Gets or sets which tool calls it; for people.</summary>
    public IntakeTool Tool { get; set; }

    /// <summary>Gets or sets how the tool proves who it is.</summary>
    /// <value>The default is <see cref="IntakeProof.Signature"/>; <see cref="IntakeProof.Secret"/> is for tools that cannot sign.</value>
    public IntakeProof Proof { get; set; }

    /// <summary>Gets or sets the secret that the tool signs with, or shows. Kept encrypted; the one before stays good for a day.</summary>
    [Required]
    [StringLength(MaxSecretLength, MinimumLength = MinSecretLength, ErrorMessage = "Give 32 to 200 characters that nobody can guess.")]
    public string Secret { get; set => field = value ?? ""; } = "";

    /// <summary>Gets or sets the header that holds the secret, when that is the proof; null: <c>X-Intake-Secret</c>.</summary>
    public string? SecretHeader { get; set => field = NullIfBlank(value); }

    /// <summary>Gets or sets how far the time of a signed request may be from ours; null: 5 minutes.</summary>
    public TimeSpan? ReplayWindow { get; set; }

    /// <summary>Gets or sets where the body holds the idempotency key when no header does, such as <c>run.id</c>; null: nowhere.</summary>
    public string? KeyField { get; set => field = NullIfBlank(value); }

    /// <summary>Gets or sets a JSON file with the report that a request becomes; it sees the body as <c>request</c>, of which its <c>data.request</c> is a sample.</summary>
    [Required]
    public string ReportFile { get; set => field = value ?? ""; } = "";

    /// <summary>Gets or sets a value indicating whether it takes anything.</summary>
    public bool IsEnabled { get; set; } = true;

    /// <summary>Everything that is wrong but for what only the connections can say, by the setting's name; empty when nothing is.</summary>
    public IReadOnlyDictionary<string, string[]> Problems()
    {
        List<ValidationResult> results = [];
        Validator.TryValidateObject(this, new ValidationContext(this), results, validateAllProperties: true);
        var found = results.SelectMany(static r => r.MemberNames.Select(name => (Setting: name, Message: r.ErrorMessage!))).ToList();
        ReportRequest? report = null;
        if (ReportFile.Length > 0)
        {
            try
            {
                report = ReadReport();
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
            {
                found.Add((nameof(ReportFile), $"'{ReportFile}' cannot be read as a report: {e.Message}"));
            }
        }

        var malformed = found.Select(static f => f.Setting).ToHashSet(StringComparer.Ordinal);
        var errors = new ReportErrors();
        IntakeRules.Validate(Id, ToDefinition(report), errors);
        return found.Concat(InSettings(errors.ByField()).Where(e => !malformed.Contains(e.Setting)))
            .GroupBy(static e => e.Setting, StringComparer.Ordinal)
            .ToDictionary(static g => g.Key, static g => g.Select(static e => e.Message).ToArray(), StringComparer.Ordinal);
    }

    /// <exception cref="IOException">There is no such file, or it cannot be read.</exception>
    /// <exception cref="JsonException">It is no report.</exception>
    internal IntakeDefinition ToDefinition() => ToDefinition(ReadReport());

    /// <summary>Puts what is wrong with a definition under the settings that it comes from.</summary>
    private static IEnumerable<(string Setting, string Message)> InSettings(IReadOnlyDictionary<string, string[]> errors) => errors.SelectMany(
        static e => e.Value.Select(message => e.Key.Split('.') is ["report", .. var inner]
            ? (nameof(ReportFile), inner.Length == 0 ? message : $"{string.Join('.', inner)}: {message}")
            : ($"{char.ToUpperInvariant(e.Key[0])}{e.Key[1..]}", message)));

    private ReportRequest ReadReport() => FolderFile.ReadReport(File.ReadAllBytes(ReportFile));

    private IntakeDefinition ToDefinition(ReportRequest? report) => new(Tool, Proof, SecretHeader, ReplayWindow, KeyField, report, IsEnabled);

    // A setting that is there and empty, as in a compose file, is not given.
    private static string? NullIfBlank(string? value) => string.IsNullOrWhiteSpace(value) ? null : value;
}
