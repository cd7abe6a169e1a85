using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization.Metadata;
using TeamsWorkflows.Connections;
using TeamsWorkflows.Data;
using TeamsWorkflows.Deliveries;
using TeamsWorkflows.Reports;

namespace TeamsWorkflows.Ways;

/// <summary>The folder of a channel, for the report as a file.</summary>
/// <param name="Folder">Folders below the channel's own, such as <c>sales/2026</c>; they are made when they are needed. Null: the channel's own.</param>
/// <param name="Name">The file's name; a later report of the same name replaces it. Null: the title, with a reference, so that each report is a file of its own.</param>
public sealed record FileDestination(
    [property: Required] string? Connection, [property: Required] string? TeamId, [property: Required] string? ChannelId, string? Folder = null, string? Name = null) : Destination
{
    public const int MaxFolders = 5;
    public const int MaxNameLength = 120;

    internal override string? ConnectionName => Connection;
}

/// <summary>A report and its attachments as files by Graph. A file of the same path is replaced, so it may be put there again.</summary>
/// <seealso href="https://learn.microsoft.com/graph/api/driveitem-put-content"/>
internal sealed class FileWay : Way<FileDestination>
{
    /// <summary>The most that one PUT takes.</summary>
    public const int MaxBytes = 250_000_000;

    /// <summary>Its word in JSON, and in the ledger.</summary>
    public const string Name = "file";

    public override string Kind => Name;

    public override JsonTypeInfo JsonType => DestinationJson.Default.FileDestination;

    public override string FilePath(Destination destination, ReportDocument report, int number, Guid marker)
    {
        var file = (FileDestination)destination;
        var name = file.Name is not { } given ? ChannelFiles.NameOf(report, number, marker)
            : number == 0 ? WithExtension(given, report)
            : ChannelFiles.Safe(report.Attachments[number - 1].Name);
        return file.Folder is { } folder ? $"{folder}/{name}" : name;
    }

    protected override void Validate(FileDestination destination, WayCheck check)
    {
        check.RequireConnection(destination.Connection, Operation.UploadFile);
        check.RequireScope(destination.Connection, Operation.UploadFile, "The report is put into the channel's folder");
        check.RequireTeam(destination.TeamId);
        check.RequireChannel(destination.ChannelId);
        if (destination.Folder is { } folder && (folder.Split('/') is { Length: > FileDestination.MaxFolders } || !folder.Split('/').All(IsName)))
        {
            check.Add("folder", $"Give at most {FileDestination.MaxFolders} folders with / between them, each a name that a document library takes.");
        }

        if (destination.Name is { } name)
        {
            ValidateName(name, check);
        }
    }

    protected override Rendering Render(FileDestination destination, ReportDocument report, Envelope envelope)
    {
        var file = report.Content.ToFile(report.Title);
        return new(file.ContentType, file.Bytes, MaxBytes, [$"The file is {FilePath(destination, report, 0, envelope.Marker)} in the channel's folder."]);
    }

    protected override DeliveryPlan Plan(FileDestination destination, ReportDocument report) => new(
        nameof(PutReportFile), ReadBack: null, [.. Enumerable.Range(1, report.Attachments.Count).Select(ChannelFiles.ToStep)]);

    protected override void Note(FileDestination destination, DeliveryRow row)
        => (row.TeamId, row.ChannelId) = (destination.TeamId, destination.ChannelId);

    private static void ValidateName(string name, WayCheck check)
    {
        if (!IsName(name))
        {
            check.Add("name", $"Give a name of at most {FileDestination.MaxNameLength} characters that a document library takes, or leave it out.");
        }
        else if (check.Report is { } report)
        {
            string[] names = [WithExtension(name, report), .. report.Attachments.Select(static a => ChannelFiles.Safe(a.Name))];
            if (names.Distinct(StringComparer.OrdinalIgnoreCase).Count() < names.Length)
            {
                check.Add("name", "Two files of the report would have the same name. Give another one.");
            }
        }
    }

    private static bool IsName(string text) => text is { Length: > 0 and <= FileDestination.MaxNameLength } && ChannelFiles.Safe(text) == text;

    private static string WithExtension(string name, ReportDocument report)
        => Path.HasExtension(name) ? name : $"{name}{report.Content.FileExtension}";
}
