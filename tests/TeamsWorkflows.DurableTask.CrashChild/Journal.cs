using System.Text;

namespace TeamsWorkflows.DurableTask.CrashChild;

/// <summary>What a process saw, as lines of a file that outlives it: one write each, in the order things happened.</summary>
/// <remarks>
/// What is asked of the hub is written before the call, what it answered after it: between the two lines a kill leaves it
/// open whether the call was done. The last line may be cut off; it then counts as not written.
/// </remarks>
internal sealed class Journal : IDisposable
{
    private readonly Lock _gate = new();
    private readonly FileStream _file;
    private readonly int _run;

    public Journal(string path, int run)
    {
        _file = new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
        _run = run;
        if (_file.Length > 0)
        {
            _file.Write("\n"u8); // ends what the process before did not finish
        }
    }

    public void Write(string verb, string subject, string detail = "")
    {
        var line = Encoding.UTF8.GetBytes($"{_run}\t{verb}\t{subject}\t{detail}\n");
        lock (_gate)
        {
            _file.Write(line);
        }
    }

    public void Dispose() => _file.Dispose();

    public static IReadOnlyList<JournalEntry> Read(string path)
    {
        if (!File.Exists(path))
        {
            return [];
        }

        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var reader = new StreamReader(stream);
        var whole = reader.ReadToEnd();
        return [.. whole[..(whole.LastIndexOf('\n') + 1)].Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(static line => line.Split('\t'))
            .Where(static parts => parts.Length == 4)
            .Select(static (parts, i) => new JournalEntry(
                i, int.Parse(parts[0], System.Globalization.CultureInfo.InvariantCulture), parts[1], parts[2], parts[3]))];
    }
}

/// <param name="Position">Its place in the journal: what stands before it happened before it.</param>
/// <param name="Run">The process that wrote it, from 1.</param>
internal sealed record JournalEntry(int Position, int Run, string Verb, string Subject, string Detail);

/// <summary>What there is to say.</summary>
internal static class Verbs
{
    public const string AsksStart = "asks-start";
    public const string Started = "started";
    public const string AsksEvent = "asks-event";
    public const string Raised = "raised";
    public const string Mended = "mended";
    public const string AsksRewind = "asks-rewind";
    public const string Rewound = "rewound";
    public const string AsksPurge = "asks-purge";
    public const string Purged = "purged";
    public const string Ended = "ended";
    public const string Closed = "closed";

    /// <summary>An activity begins; the detail is its stage, index and task.</summary>
    public const string Begins = "begins";

    /// <summary>An activity is about to return its result.</summary>
    public const string Does = "does";

    /// <summary>The hub broke a promise; the detail says which.</summary>
    public const string Broken = "broken";
}
