using System.Globalization;

namespace TeamsWorkflows.DurableTask.CrashChild;

/// <summary>How one node of a hub in PostgreSQL works.</summary>
/// <param name="JournalFile">Its own; what several nodes saw is put together by the time in each line.</param>
internal sealed record NodeArguments(string ConnectionString, string Schema, string Name, string JournalFile, TimeSpan Lease)
{
    public const string Verb = "node";

    public string[] ToArray()
        => [Verb, ConnectionString, Schema, Name, JournalFile, Lease.TotalMilliseconds.ToString(CultureInfo.InvariantCulture)];

    public static NodeArguments Parse(string[] args)
        => new(args[1], args[2], args[3], args[4], TimeSpan.FromMilliseconds(double.Parse(args[5], CultureInfo.InvariantCulture)));
}
