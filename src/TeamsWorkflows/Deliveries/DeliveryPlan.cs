using System.Text.Json.Serialization;
using TeamsWorkflows.Deliveries.Flights;

namespace TeamsWorkflows.Deliveries;

/// <summary>By which activities a report gets to one destination. Decided when it is accepted; it is in the history.</summary>
/// <param name="Post">Sends it; once.</param>
/// <param name="ReadBack">Looks for what was sent when its outcome is unknown; null: the other side gives no way to look.</param>
/// <param name="Before">What has to be there first; each may be repeated without harm.</param>
internal sealed record DeliveryPlan(string Post, string? ReadBack, IReadOnlyList<PlannedStep> Before)
{
    /// <summary>Gets a value indicating whether it waits for other deliveries, and others for it.</summary>
    [JsonIgnore]
    public bool IsShared => Before.Any(static s => s.Activity is nameof(JoinThread) or nameof(JoinChat));

    public static DeliveryPlan Of(string post, string? readBack) => new(post, readBack, []);
}

/// <param name="Number">Which one, of several of its kind, such as the number of a file.</param>
internal sealed record PlannedStep(string Activity, int Number = 0);
