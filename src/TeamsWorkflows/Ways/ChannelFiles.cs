using System.Globalization;
using System.Runtime.CompilerServices;
using TeamsWorkflows.Deliveries;
using TeamsWorkflows.Graph;
using TeamsWorkflows.Reports;

namespace TeamsWorkflows.Ways;

/// <summary>Which files of a report go into the channel's folder before its message.</summary>
internal static class ChannelFiles
{
    // Where files do not lie yet, a preview says so; longer than a real address, so that no message grows after it.
    private static readonly string PlaceholderAddress = $"https://sharepoint.example/where-the-file-will-be/{new string('-', 400)}";

    private static readonly ConditionalWeakTable<ReportDocument, StrongBox<bool>> Measured = [];

    /// <summary>The files' numbers: 0 is the report itself, when its message would be too large; its attachments count from 1.</summary>
    public static IReadOnlyList<int> Of(ReportDocument report)
        => [.. NeedsFile(report) ? [0] : Array.Empty<int>(), .. Enumerable.Range(1, report.Attachments.Count)];

    public static PlannedStep ToStep(int number) => new(nameof(UploadFile), number);

    /// <summary>Whether the message with the whole report in it would be larger than Teams takes.</summary>
    /// <remarks>Measured once: checks, previews and the plan of each destination ask for it.</remarks>
    public static bool NeedsFile(ReportDocument report) => Measured.GetValue(report, static r => new(IsTooLarge(r))).Value;

    private static bool IsTooLarge(ReportDocument report)
        => !ChannelMessage.Render(report, new(Guid.Empty, Expected(report, Enumerable.Range(1, report.Attachments.Count), Guid.Empty))).Fits;

    /// <summary>The name in the folder: it says what it is, and no two deliveries, and no two files of one, share it.</summary>
    public static string NameOf(ReportDocument report, int number, Guid marker)
    {
        var (reference, name) = (DeliveryNames.Reference(marker), SafeNameOf(report, number));
        return Enumerable.Range(0, number).Any(n => SafeNameOf(report, n).Equals(name, StringComparison.OrdinalIgnoreCase))
            ? string.Create(CultureInfo.InvariantCulture, $"{reference}-{number} {name}")
            : $"{reference} {name}";
    }

    /// <summary>The files as they will be, to measure and to show a message before they are uploaded.</summary>
    public static IReadOnlyList<UploadedFile> Expected(ReportDocument report, IEnumerable<int> numbers, Guid marker) =>
    [
        .. numbers.Select(n => new UploadedFile(n, NameOf(report, n, marker), $"00000000-0000-0000-0000-{n:D12}", PlaceholderAddress)),
    ];

    private static string SafeNameOf(ReportDocument report, int number)
        => number > 0 ? Safe(report.Attachments[number - 1].Name) : $"{Safe(report.Title)}{report.Content.FileExtension}";

    /// <summary>Makes of a name one that a document library takes.</summary>
    public static string Safe(string name)
    {
        var safe = new string([.. name.Select(static c => char.IsControl(c) || "\"*:<>?/\\|#%~&{}".Contains(c, StringComparison.Ordinal) ? '-' : c)]).Trim(' ', '.');
        return safe.Length <= 120 ? safe : $"{safe[..100]}{Path.GetExtension(safe) switch { { Length: <= 20 } extension => extension, _ => "" }}";
    }
}
