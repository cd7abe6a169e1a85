using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using Microsoft.Extensions.Options;

namespace TeamsWorkflows.Folders;

/// <summary>Section <c>WatchedFolder</c>: a folder in which programs that speak no HTTP leave their reports.</summary>
public sealed class FolderOptions
{
    /// <summary>Gets or sets the folder; null: none is watched.</summary>
    public string? Path { get; set; }

    /// <summary>Gets or sets whose reports they are.</summary>
    /// <value>The default is <c>watched-folder</c>.</value>
    [Required]
    [MaxLength(200)]
    public string Publisher { get; set; } = "watched-folder";

    /// <summary>Gets or sets a JSON file with the report that a CSV or Markdown file fills: its destinations, importance and the rest.</summary>
    /// <value>The default is null: only files that are whole reports (<c>*.json</c>) are taken.</value>
    public string? ReportFile { get; set; }

    /// <summary>Gets or sets how often the folder is looked into.</summary>
    /// <value>The default is 5 seconds.</value>
    [Range(typeof(TimeSpan), "00:00:00.050", "01:00:00")]
    public TimeSpan Interval { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Gets or sets how long a file must rest before it counts as whole.</summary>
    /// <value>The default is 2 seconds. Whoever moves finished files into the folder may set it to zero.</value>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00")]
    public TimeSpan Settle { get; set; } = TimeSpan.FromSeconds(2);
}

[OptionsValidator]
internal sealed partial class ValidateFolderOptions : IValidateOptions<FolderOptions>;

/// <summary>Checks what the settings name: a wrong one must not wait for the first file.</summary>
internal sealed class ValidateFolderFiles : IValidateOptions<FolderOptions>
{
    public ValidateOptionsResult Validate(string? name, FolderOptions options)
    {
        if (options.Path is null)
        {
            return ValidateOptionsResult.Success;
        }

        if (!Directory.Exists(options.Path))
        {
            return ValidateOptionsResult.Fail($"WatchedFolder:Path: there is no folder '{options.Path}'.");
        }

        try
        {
            if (options.ReportFile is { } file)
            {
                FolderFile.ReadReport(File.ReadAllBytes(file));
            }

            return ValidateOptionsResult.Success;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            return ValidateOptionsResult.Fail($"WatchedFolder:ReportFile: '{options.ReportFile}' cannot be read as a report: {e.Message}");
        }
    }
}
