using TeamsWorkflows.Sandbox.Common;
using TeamsWorkflows.Sandbox.Tenants;

namespace TeamsWorkflows.Sandbox.Faults;

/// <summary>Puts fault rules into a tenant and takes them out.</summary>
internal static class FaultRules
{
    public static FaultRule Add(World world, TenantStore tenant, FaultRule rule)
    {
        if (!SandboxSurfaces.Known.Contains(rule.Surface, StringComparer.Ordinal))
        {
            throw new ArgumentException(
                $"There is no surface '{rule.Surface}'. Known are {string.Join(", ", SandboxSurfaces.Known)}.", nameof(rule));
        }

        if (rule is { Behaviour: FaultBehaviour.Answer, Status: null, Cut: false } && rule.Delay <= TimeSpan.Zero)
        {
            throw new ArgumentException("The rule changes nothing: it has no status, no cut and no delay.", nameof(rule));
        }

        if (rule.Status is < 200 or > 599 || rule.Count is < 1)
        {
            throw new ArgumentException("A status is 200 to 599, a count at least 1.", nameof(rule));
        }

        var added = rule with
        {
            Id = Ids.Guid(),
            Since = world.Time.GetUtcNow(),
            Sequence = world.Sequence.Next(),
        };
        tenant.Commit(new FaultAdded(added));
        return added;
    }

    /// <summary>Back to a healthy tenant: no rules, and every condition cured that can be cured.</summary>
    public static void Clear(TenantStore tenant) => tenant.Commit(
    [
        new FaultsRemoved(RuleId: null),
        .. MarkKinds.Curable.Select(kind => new MarksRemoved(kind, Subject: null)),
    ]);

    public static IReadOnlyList<FaultRule> Active(World world, TenantStore tenant)
    {
        var now = world.Time.GetUtcNow();
        return tenant.Read(state => state.Rules.Where(rule => !(rule.Until <= now)).ToArray());
    }
}
