namespace TeamsWorkflows.Reports;

/// <summary>Everything that is wrong with a request, by the field's JSON path, and how to put it right.</summary>
internal sealed class ReportErrors
{
    // A card with a wrong version in a thousand places is wrong once enough.
    private const int MaxErrors = 50;

    private readonly List<(string Field, string Message)> _errors = [];

    public int Count => _errors.Count;

    public bool IsEmpty => _errors.Count == 0;

    public void Add(string field, string message)
    {
        if (_errors.Count < MaxErrors)
        {
            _errors.Add((field, message));
        }
    }

    public IReadOnlyDictionary<string, string[]> ByField() => _errors
        .GroupBy(static e => e.Field, StringComparer.Ordinal)
        .ToDictionary(static g => g.Key, static g => g.Select(static e => e.Message).ToArray(), StringComparer.Ordinal);
}
