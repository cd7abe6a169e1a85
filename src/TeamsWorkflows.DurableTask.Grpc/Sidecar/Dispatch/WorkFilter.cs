using TeamsWorkflows.DurableTask.Protocol;

namespace TeamsWorkflows.DurableTask.Grpc.Sidecar.Dispatch;

/// <summary>Which work a worker takes. One that announces no filter, or an empty one, takes everything.</summary>
internal sealed class WorkFilter(WorkItemFilters? filters)
{
    private readonly bool _takesAll = filters is null or { Orchestrations.Count: 0, Activities.Count: 0, Entities.Count: 0 };

    public bool Takes(WorkKey key) => _takesAll || (key.Kind == WorkKind.Turn
        ? filters!.Orchestrations.Any(f => Fits(f.Name, f.Versions, key))
        : filters!.Activities.Any(f => Fits(f.Name, f.Versions, key)));

    // Without versions, any version; and an activity that was called without one goes to any, as not every SDK names it.
    private static bool Fits(string name, ICollection<string> versions, WorkKey key)
        => name.Equals(key.Name, StringComparison.OrdinalIgnoreCase)
            && (versions.Count == 0
                || versions.Contains(key.Version, StringComparer.OrdinalIgnoreCase)
                || key is { Kind: WorkKind.Activity, Version.Length: 0 });
}
