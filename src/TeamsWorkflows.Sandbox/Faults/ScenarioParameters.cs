namespace TeamsWorkflows.Sandbox;

/// <summary>How a scenario is narrowed or prolonged. What a scenario has no use for, it ignores.</summary>
public sealed record ScenarioParameters
{
    /// <summary>How many times it applies. Without count and seconds, the scenario's own default holds.</summary>
    public int? Count { get; init; }

    /// <summary>How long it lasts.</summary>
    public double? Seconds { get; init; }

    /// <summary>The scenario's own number: the delay, the lag, the skew, or the Retry-After, in seconds.</summary>
    public double? Delay { get; init; }

    /// <summary>Object id or sign-in name; the service account where a scenario needs a user and none is named.</summary>
    public string? User { get; init; }

    /// <summary>Client id, or connector, daemon, api, publisher; the connector where a scenario needs an app and none is named.</summary>
    public string? App { get; init; }

    /// <summary>Channel id.</summary>
    public string? Channel { get; init; }

    /// <summary>Where a general scenario applies, in place of its own surface; see <see cref="SandboxSurfaces"/>.</summary>
    public string? Surface { get; init; }
}

/// <summary>A named failure of the real world.</summary>
/// <param name="Name">As in POST /sandbox/tenants/{tenant}/scenarios/{name}.</param>
/// <param name="Group">Where it strikes, for people.</param>
/// <param name="Description">What happens, in one sentence.</param>
/// <param name="IsLimited">Whether a count or seconds end it; otherwise its cure or a clear does.</param>
public sealed record SandboxScenario(string Name, string Group, string Description, bool IsLimited);
