using System.Text.Json;
using System.Text.Json.Serialization;
using TeamsWorkflows.Reports;

namespace TeamsWorkflows.Folders;

/// <summary>Why a file was not taken, beside it: problem details as the API gives them.</summary>
/// <param name="Errors">What is wrong, by the field's JSON path; null: it is no report at all.</param>
internal sealed record FolderProblem(string Type, string Title, string Detail, IReadOnlyDictionary<string, string[]>? Errors = null)
{
    public const string Suffix = ".problem.json";

    public static FolderProblem Unreadable(string detail) => new("urn:teamsworkflows:problem:unreadable-file", "The file cannot be read as a report", detail);

    public static FolderProblem Invalid(IReadOnlyDictionary<string, string[]> errors) => new(
        "urn:teamsworkflows:problem:invalid-report",
        "The report is invalid",
        ReportErrors.Line(errors),
        errors);

    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, FolderJson.Default.FolderProblem);
}

[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Web, WriteIndented = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(FolderProblem))]
internal sealed partial class FolderJson : JsonSerializerContext;
