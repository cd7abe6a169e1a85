using System.Collections;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace TeamsWorkflows.DurableTask;

/// <summary>Names to values, immutable, ordered by name (ordinal), and equal when the contents are: fit for a record.</summary>
[SuppressMessage("Naming", "CA1710", Justification = "Map says it.")]
[SuppressMessage("Design", "CA1000", Justification = "The empty one is shared.")]
public sealed class ValueMap<TValue> : IReadOnlyDictionary<string, TValue>, IEquatable<ValueMap<TValue>>
{
    private readonly ImmutableSortedDictionary<string, TValue> _entries;

    /// <exception cref="ArgumentException">A name occurs twice.</exception>
    public ValueMap(IEnumerable<KeyValuePair<string, TValue>> entries)
        => _entries = ImmutableSortedDictionary.CreateRange(StringComparer.Ordinal, entries);

    public static ValueMap<TValue> Empty { get; } = new([]);

    public int Count => _entries.Count;

    public IEnumerable<string> Keys => _entries.Keys;

    public IEnumerable<TValue> Values => _entries.Values;

    public TValue this[string key] => _entries[key];

    public bool ContainsKey(string key) => _entries.ContainsKey(key);

    public bool TryGetValue(string key, [MaybeNullWhen(false)] out TValue value) => _entries.TryGetValue(key, out value);

    public IEnumerator<KeyValuePair<string, TValue>> GetEnumerator() => _entries.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    // Mostly the same object: rows of one instance share their tags, and most have none.
    public bool Equals(ValueMap<TValue>? other)
        => ReferenceEquals(this, other) || (other is not null && Count == other.Count && _entries.SequenceEqual(other._entries));

    public override bool Equals(object? obj) => Equals(obj as ValueMap<TValue>);

    public override int GetHashCode()
    {
        HashCode hash = default;
        foreach (var (name, value) in _entries)
        {
            hash.Add(name, StringComparer.Ordinal);
            hash.Add(value);
        }

        return hash.ToHashCode();
    }

    public override string ToString() => $"{{{string.Join(", ", _entries.Select(static e => $"{e.Key}={e.Value}"))}}}";
}
