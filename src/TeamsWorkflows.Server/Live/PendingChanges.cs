using TeamsWorkflows.Data;

namespace TeamsWorkflows.Server.Live;

/// <summary>What changed within a moment, each thing once; of very many of a kind, only that there were many.</summary>
internal sealed class PendingChanges
{
    /// <summary>Most identifiers of one kind that are named.</summary>
    public const int MaxNamed = 100;

    private readonly Dictionary<ChangeTopic, HashSet<string>?> _byTopic = []; // null: more than are named

    public bool IsEmpty => _byTopic.Count == 0;

    public void Add(DataChange change)
    {
        if (change.Id is not { } id)
        {
            _byTopic[change.Topic] = null;
        }
        else if (!_byTopic.TryGetValue(change.Topic, out var ids))
        {
            _byTopic[change.Topic] = new(StringComparer.Ordinal) { id };
        }
        else if (ids is not null && ids.Add(id) && ids.Count > MaxNamed)
        {
            _byTopic[change.Topic] = null;
        }
    }

    public IReadOnlyList<DataChange> Take()
    {
        var taken = _byTopic
            .OrderBy(static t => t.Key)
            .SelectMany(static t => t.Value is { } ids ? ids.Select(id => new DataChange(t.Key, id)) : [new DataChange(t.Key, null)])
            .ToArray();
        _byTopic.Clear();
        return taken;
    }
}
