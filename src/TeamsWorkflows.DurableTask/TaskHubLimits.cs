using System.Text;

namespace TeamsWorkflows.DurableTask;

/// <summary>How large things may be. Whoever breaks a limit is told which one, by how much, and what to do.</summary>
/// <remarks>
/// A client's call is refused with an <see cref="ArgumentException"/>. An orchestrator that decides something over a limit
/// fails as a whole: a refusal that it could catch would depend on today's settings, and replay must not. An activity whose
/// result is too large fails, without a retry.
/// </remarks>
public sealed class TaskHubLimits
{
    /// <summary>Gets or sets the size of one input, output, event or failure, in bytes of UTF-8.</summary>
    /// <value>The default is 1 MiB.</value>
    public int MaxPayloadBytes { get; set; } = 1024 * 1024;

    /// <summary>Gets or sets how many events one execution's history may have; continue-as-new begins a new one.</summary>
    /// <value>The default is 100,000 events: a replay after a restart still takes less than a second.</value>
    public int MaxHistoryEvents { get; set; } = 100_000;

    /// <summary>
    /// Gets or sets how many events may wait for one instance that takes no turns: its start is scheduled for later, or the
    /// workers that would play it are elsewhere and away, or it is suspended there. Further events of clients are refused.
    /// </summary>
    /// <value>The default is 10,000 events.</value>
    public int MaxWaitingEvents { get; set; } = 10_000;

    /// <summary>Gets or sets from which size on no further events are taken in for such an instance, in bytes.</summary>
    /// <value>The default is 16 MiB.</value>
    public int MaxWaitingBytes { get; set; } = 16 * 1024 * 1024;

    /// <summary>Gets or sets the size of a custom status, in bytes of UTF-8.</summary>
    /// <value>The default is 16 KiB, as in Azure Durable Functions.</value>
    public int MaxCustomStatusBytes { get; set; } = 16 * 1024;

    /// <summary>Gets or sets how many tags an instance may have.</summary>
    /// <value>The default is 32.</value>
    public int MaxTags { get; set; } = 32;

    /// <summary>Gets or sets the length of a tag's name or value, in UTF-16 units.</summary>
    /// <value>The default is 256.</value>
    public int MaxTagLength { get; set; } = 256;

    /// <summary>Gets or sets the length of the name of an orchestrator, activity or event, and of a version, in UTF-16 units.</summary>
    /// <value>The default is 256.</value>
    public int MaxNameLength { get; set; } = 256;

    /// <summary>Gets or sets the length of an instance identifier, in UTF-16 units.</summary>
    /// <value>The default is 256.</value>
    public int MaxInstanceIdLength { get; set; } = 256;

    /// <returns>What is wrong with an instance identifier; null: nothing.</returns>
    internal string? CheckInstanceId(string instanceId)
        => instanceId.StartsWith('@')
            ? $"'{instanceId}' names an entity: entities are unimplemented."
            : CheckText("An instance identifier", instanceId, MaxInstanceIdLength);

    /// <returns>What is wrong with the name of an orchestrator, activity or event; null: nothing.</returns>
    internal string? CheckName(string name) => CheckText("A name", name, MaxNameLength);

    /// <returns>What is wrong with a version; null: nothing. None at all is fine.</returns>
    internal string? CheckVersion(string? version)
        => string.IsNullOrEmpty(version) ? null : CheckText("A version", version, MaxNameLength);

    /// <returns>What is wrong with the tags; null: nothing.</returns>
    internal string? CheckTags(ValueMap<string> tags)
    {
        if (tags.Count > MaxTags)
        {
            return $"{tags.Count} tags are more than {MaxTags} ({nameof(MaxTags)}).";
        }

        foreach (var (name, value) in tags)
        {
            if (CheckText("A tag's name", name, MaxTagLength) is { } problem)
            {
                return problem;
            }

            if (value.Length > MaxTagLength)
            {
                return $"The value of tag '{name}' has {value.Length} characters; the limit is {MaxTagLength} ({nameof(MaxTagLength)}).";
            }
        }

        return null;
    }

    /// <param name="what">Names the payload in the message.</param>
    /// <returns>Why the payload is too large; null: it is not.</returns>
    internal string? CheckPayload(string what, string? payload)
        => CheckBytes(what, payload, MaxPayloadBytes, nameof(MaxPayloadBytes));

    /// <returns>Why the status is too large; null: it is not.</returns>
    internal string? CheckCustomStatus(string? status)
        => CheckBytes("The custom status", status, MaxCustomStatusBytes, nameof(MaxCustomStatusBytes));

    private static string? CheckBytes(string what, string? text, int max, string limit)
    {
        if (text is null || text.Length <= max / 3) // UTF-8 takes at most three bytes per UTF-16 unit
        {
            return null;
        }

        var size = Encoding.UTF8.GetByteCount(text);
        return size <= max ? null : $"{what} has {size:N0} bytes; the limit is {max:N0} ({limit}). Keep the data elsewhere and pass a reference.";
    }

    private static string? CheckText(string what, string text, int max)
    {
        if (text.Length == 0 || text.Length > max)
        {
            return $"{what} must have 1 to {max} characters; this one has {text.Length}.";
        }

        for (var i = 0; i < text.Length; i++)
        {
            if (char.IsControl(text[i]))
            {
                return $"{what} must not contain control characters; this one has U+{(int)text[i]:X4}.";
            }

            // Half a character becomes U+FFFD in UTF-8: two identifiers would be one on disk.
            if (char.IsSurrogate(text[i]) && !(char.IsSurrogatePair(text, i) && ++i > 0))
            {
                return $"{what} must be well-formed Unicode; this one has a lone U+{(int)text[i]:X4}.";
            }
        }

        return null;
    }
}
