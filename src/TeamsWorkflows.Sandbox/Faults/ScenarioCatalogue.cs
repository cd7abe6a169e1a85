using TeamsWorkflows.Sandbox.Tenants;

namespace TeamsWorkflows.Sandbox.Faults;

/// <summary>All scenarios by name.</summary>
internal static class ScenarioCatalogue
{
    public static IReadOnlyList<Scenario> All { get; } =
        [.. TokenScenarios.All, .. AccessScenarios.All, .. ServiceScenarios.All];

    private static readonly Dictionary<string, Scenario> ByName =
        All.ToDictionary(scenario => scenario.About.Name, StringComparer.OrdinalIgnoreCase);

    public static void Apply(World world, TenantStore tenant, string name, ScenarioParameters parameters)
    {
        if (!ByName.TryGetValue(name, out var scenario))
        {
            throw new ArgumentException($"There is no scenario '{name}'. Known are {string.Join(", ", ByName.Keys)}.", nameof(name));
        }

        if (parameters.Count is < 1 || parameters.Seconds is <= 0)
        {
            throw new ArgumentException("A count is at least 1, seconds are more than 0.", nameof(parameters));
        }

        scenario.Apply(new ScenarioContext(world, tenant, scenario.About.Name, parameters));
    }
}
