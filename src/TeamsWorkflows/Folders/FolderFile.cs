using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using TeamsWorkflows.Reports;

namespace TeamsWorkflows.Folders;

/// <summary>A file of the folder as a report. Pure.</summary>
/// <param name="Name">With its extension, which says what it is.</param>
internal sealed record FolderFile(string Name, byte[] Content)
{
    /// <summary>Most bytes of a file: 8 MiB, as for a request.</summary>
    public const int MaxBytes = 8 * 1024 * 1024;

    private static readonly JsonSerializerOptions Strict = new(ReportJson.Default.Options) { UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow };

    public static IReadOnlyList<string> Extensions { get; } = [".json", ".csv", ".md"];

    /// <summary>Gets what tells this file of this name from all others: what is the same was handed over already.</summary>
    public string Hash { get; } = Convert.ToHexStringLower(SHA256.HashData([.. Encoding.UTF8.GetBytes(Name), 0, .. SHA256.HashData(Content)]));

    public string Key => $"folder/{Hash}";

    /// <summary>Gets its name where it is put away; the same every time.</summary>
    public string NameAside => $"{Hash[..12]}-{Name}";

    /// <param name="template">What a file that is no whole report fills; null: there is none.</param>
    /// <exception cref="FolderFileException">It is no report; the message says why.</exception>
    public ReportRequest ToReport(ReportRequest? template)
    {
        var extension = Path.GetExtension(Name).ToUpperInvariant();
        if (extension == ".JSON")
        {
            try
            {
                return ReadReport(Content);
            }
            catch (JsonException e)
            {
                throw new FolderFileException($"The file is no report: {e.Message}");
            }
        }

        if (template is null)
        {
            throw new FolderFileException("Only *.json is taken: WatchedFolder:ReportFile, which says where other files go, is not set.");
        }

        var filled = template with { Title = template.Title ?? Path.GetFileNameWithoutExtension(Name) };
        return extension == ".CSV"
            ? filled with { Table = new(Csv: Text(), Delimiter: template.Table?.Delimiter), Body = null, Format = null }
            : filled with { Body = Text(), Table = null, Format = ReportFormat.Markdown };
    }

    /// <exception cref="JsonException">It is none.</exception>
    public static ReportRequest ReadReport(ReadOnlySpan<byte> json)
        => JsonSerializer.Deserialize<ReportRequest>(json.StartsWith(Encoding.UTF8.Preamble) ? json[Encoding.UTF8.Preamble.Length..] : json, Strict)
            ?? throw new JsonException("It is empty.");

    private string Text()
    {
        try
        {
            var text = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true).GetString(Content);
            return text.TrimStart('\uFEFF');
        }
        catch (DecoderFallbackException)
        {
            throw new FolderFileException("The file is not UTF-8.");
        }
    }
}

/// <summary>A file that is no report.</summary>
internal sealed class FolderFileException(string message) : Exception(message);
