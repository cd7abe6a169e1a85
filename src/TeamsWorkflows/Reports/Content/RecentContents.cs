namespace TeamsWorkflows.Reports.Content;

/// <summary>Contents of the last reports: a report is checked when it is handed over and sent a moment later, to each of its destinations.</summary>
/// <remarks>
/// A content never changes, and what was written of it is kept beside it (<see cref="ReportContent.ToHtml"/>): cleaning HTML
/// is the most that a short report costs. One place for each hash, so it is bounded and needs no lock: who comes later takes the place.
/// </remarks>
internal static class RecentContents
{
    private const int Places = 256;
    private const int MaxLength = 8 * 1024; // characters: with what is written of them, all take some 20 MB at the very most

    private static readonly Entry?[] Entries = new Entry?[Places];

    public static ReportContent GetOrAdd(ReportFormat format, string stored, Func<ReportFormat, string, ReportContent> read)
    {
        if (stored.Length > MaxLength)
        {
            return read(format, stored);
        }

        ref var place = ref Entries[(uint)HashCode.Combine(format, stored) % Places];
        if (Volatile.Read(ref place) is { } entry && entry.Format == format && entry.Stored == stored)
        {
            return entry.Content;
        }

        var content = read(format, stored);
        Volatile.Write(ref place, new(format, stored, content));
        return content;
    }

    private sealed record Entry(ReportFormat Format, string Stored, ReportContent Content);
}
