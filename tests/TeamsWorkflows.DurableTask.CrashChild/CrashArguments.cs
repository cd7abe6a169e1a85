using System.Globalization;

namespace TeamsWorkflows.DurableTask.CrashChild;

/// <summary>How one run of the child works; the parent varies it.</summary>
/// <param name="Run">The number of the process, from 1.</param>
/// <param name="MaxNew">How many scenarios it begins at most; none: it ends what is open, and itself.</param>
/// <param name="Callers">How many scenarios go on at the same time.</param>
/// <param name="WorkMs">How long a step takes.</param>
/// <param name="BallastBytes">How much each start and step carries.</param>
internal sealed record CrashArguments(string Folder, int Run, int MaxNew, int Callers, int WorkMs, int BallastBytes)
{
    public string HubFile => Path.Combine(Folder, "hub.db");

    public string JournalFile => Path.Combine(Folder, "journal.log");

    public string[] ToArray() => [Folder, .. new[] { Run, MaxNew, Callers, WorkMs, BallastBytes }.Select(static n => n.ToString(CultureInfo.InvariantCulture))];

    public static CrashArguments Parse(string[] args)
    {
        var numbers = args[1..].Select(static a => int.Parse(a, CultureInfo.InvariantCulture)).ToArray();
        return new(args[0], numbers[0], numbers[1], numbers[2], numbers[3], numbers[4]);
    }
}
