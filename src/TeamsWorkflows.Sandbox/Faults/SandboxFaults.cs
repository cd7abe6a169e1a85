using TeamsWorkflows.Sandbox.Faults;
using TeamsWorkflows.Sandbox.Tenants;

namespace TeamsWorkflows.Sandbox;

/// <summary>The switches of what goes wrong in a tenant.</summary>
public sealed class SandboxFaults
{
    private readonly World _world;
    private readonly TenantStore _tenant;

    internal SandboxFaults(World world, TenantStore tenant)
    {
        _world = world;
        _tenant = tenant;
    }

    /// <summary>Every scenario there is.</summary>
    public static IReadOnlyList<SandboxScenario> Catalogue { get; } =
        ScenarioCatalogue.All.Select(scenario => scenario.About).ToArray();

    /// <summary>The fault rules in force. Conditions of users and apps, such as "disabled", are not among them.</summary>
    public IReadOnlyList<FaultRule> Active => FaultRules.Active(_world, _tenant);

    /// <summary>Sets a scenario up.</summary>
    /// <exception cref="ArgumentException">There is no such scenario, or a parameter names nothing in this tenant.</exception>
    public void Apply(string scenario, ScenarioParameters? parameters = null) =>
        ScenarioCatalogue.Apply(_world, _tenant, scenario, parameters ?? new ScenarioParameters());

    /// <summary>Adds a rule of the caller's own making.</summary>
    /// <returns>The rule with its id.</returns>
    /// <exception cref="ArgumentException">The rule can have no effect.</exception>
    public FaultRule Add(FaultRule rule) => FaultRules.Add(_world, _tenant, rule);

    public void Remove(string ruleId) => _tenant.Commit(new FaultsRemoved(ruleId));

    /// <summary>
    /// Back to a healthy tenant: removes every rule and cures every condition. Revoked and expired tokens stay dead.
    /// </summary>
    public void Clear() => FaultRules.Clear(_tenant);
}
