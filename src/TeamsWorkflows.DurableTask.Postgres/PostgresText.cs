using System.Buffers;

namespace TeamsWorkflows.DurableTask.Postgres;

/// <summary>Text that PostgreSQL can store: it has no U+0000, and no halves of surrogate pairs.</summary>
/// <remarks>
/// Identifiers and names never have them (the engine refuses them at the door). Elsewhere U+FFFD stands for them: a status
/// that a worker made up must not stop a hub.
/// </remarks>
public static class PostgresText
{
    private static readonly SearchValues<char> Suspects
        = SearchValues.Create([.. Enumerable.Range(0xD800, 0x800).Select(static c => (char)c), '\0']);

    /// <summary>Makes equal what is equal when case is ignored (<see cref="StringComparison.OrdinalIgnoreCase"/>).</summary>
    public static string Folded(string name) => name.ToUpperInvariant();

    /// <summary>Returns the text with U+FFFD for what cannot be stored.</summary>
    public static string? Storable(string? text)
    {
        if (text is null || !text.AsSpan().ContainsAny(Suspects))
        {
            return text;
        }

        return string.Concat(text.EnumerateRunes().Select(static r => r.Value == 0 ? "\uFFFD" : r.ToString()));
    }
}
