namespace TeamsWorkflows.Reports;

/// <summary>Everything that is wrong with a request, by the field's JSON path, and how to put it right.</summary>
public sealed class ReportErrors
{
    // A card with a wrong version in a thousand places is wrong once enough.
    private const int MaxErrors = 50;

    private readonly List<(string Field, string Message)> _errors = [];
    private readonly HashSet<string> _ofConnections = new(StringComparer.Ordinal);

    public int Count => _errors.Count;

    public bool IsEmpty => _errors.Count == 0;

    public void Add(string field, string message)
    {
        if (_errors.Count < MaxErrors)
        {
            _errors.Add((field, message));
        }
    }

    /// <summary>Adds what is wrong as the connections are now: people change them while the server runs.</summary>
    internal void AddOfConnection(string field, string message)
    {
        Add(field, message);
        _ofConnections.Add(message);
    }

    /// <summary>The messages of <see cref="AddOfConnection"/>.</summary>
    internal IReadOnlySet<string> OfConnections => _ofConnections;

    /// <summary>Takes over what is wrong with the report inside of something else, such as a schedule, under its field there.</summary>
    public void AddReport(IReadOnlyDictionary<string, string[]> errors)
    {
        foreach (var (field, messages) in errors)
        {
            Array.ForEach(messages, message => Add($"report.{field}", message));
        }
    }

    /// <summary>Everything that is wrong, on one line for people.</summary>
    public static string Line(IReadOnlyDictionary<string, string[]> errors)
        => string.Join(' ', errors.Select(static e => $"{e.Key}: {string.Join(' ', e.Value)}"));

    public IReadOnlyDictionary<string, string[]> ByField() => _errors
        .GroupBy(static e => e.Field, StringComparer.Ordinal)
        .ToDictionary(static g => g.Key, static g => g.Select(static e => e.Message).ToArray(), StringComparer.Ordinal);
}
