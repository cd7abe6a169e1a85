using System.Globalization;
using TeamsWorkflows.DurableTask.Core;
using TeamsWorkflows.DurableTask.Worker;

namespace TeamsWorkflows.DurableTask.Storage;

/// <summary>A client's call that reaches its instance as a message, because another process runs it: where the answer goes.</summary>
/// <param name="Node">The process that waits for the answer.</param>
/// <param name="Number">Which of its calls it is.</param>
/// <param name="Replaceable">For a start: statuses in which an existing instance gives its identifier up.</param>
public sealed record RemoteCall(string Node, long Number, IReadOnlyList<OrchestrationRuntimeStatus> Replaceable)
{
    /// <summary>Reads what <see cref="ToString"/> wrote.</summary>
    public static RemoteCall Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);

        var parts = text.Split('|');
        var statuses = parts[2].Split(',', StringSplitOptions.RemoveEmptyEntries)
            .Select(static s => (OrchestrationRuntimeStatus)int.Parse(s, CultureInfo.InvariantCulture));
        return new(parts[0], long.Parse(parts[1], CultureInfo.InvariantCulture), [.. statuses]);
    }

    /// <inheritdoc/>
    public override string ToString()
        => string.Create(CultureInfo.InvariantCulture, $"{Node}|{Number}|{string.Join(',', Replaceable.Select(static s => (int)s))}");
}

/// <summary>What a process tells another one that asked: durable with the turn that read the call.</summary>
public readonly record struct RemoteAnswer(RemoteCall Call, DeliveryOutcome Outcome);
