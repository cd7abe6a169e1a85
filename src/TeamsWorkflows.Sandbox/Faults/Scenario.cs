using TeamsWorkflows.Sandbox.Tenants;

namespace TeamsWorkflows.Sandbox.Faults;

/// <summary>A scenario with the code that sets it up.</summary>
internal sealed record Scenario(SandboxScenario About, Action<ScenarioContext> Apply)
{
    /// <summary>A scenario that is one or more fault rules.</summary>
    public static Scenario OfRules(
        string name, string group, string description, Func<ScenarioContext, IEnumerable<FaultRule>> rules) =>
        new(new SandboxScenario(name, group, description, IsLimited: true), context =>
        {
            foreach (var rule in rules(context))
            {
                context.Add(rule);
            }
        });

    public static Scenario Of(string name, string group, string description, Action<ScenarioContext> apply) =>
        new(new SandboxScenario(name, group, description, IsLimited: false), apply);
}

/// <summary>What a scenario can see and do.</summary>
internal sealed class ScenarioContext(World world, TenantStore tenant, string name, ScenarioParameters parameters)
{
    public World World => world;

    public TenantStore Tenant => tenant;

    /// <summary>The app that is meant; null when none was named.</summary>
    public AppIdentity? NamedApp => parameters.App is not { } app ? null
        : tenant.FindApp(app) ?? tenant.Identity.Apps.FirstOrDefault(candidate => candidate.Kind == app)
            ?? throw Unknown(nameof(ScenarioParameters.App), $"The tenant has no app '{app}'.");

    public AppIdentity App => NamedApp ?? tenant.App("connector");

    /// <summary>The user who is meant; null when none was named.</summary>
    public UserIdentity? NamedUser => parameters.User is not { } user ? null
        : tenant.FindUser(user) ?? throw Unknown(nameof(ScenarioParameters.User), $"The tenant has no user '{user}'.");

    public UserIdentity User => NamedUser ?? tenant.Identity.Users[0];

    public string Surface(string otherwise) => parameters.Surface is not { } surface ? otherwise
        : SandboxSurfaces.Known.Contains(surface, StringComparer.Ordinal)
            ? surface
            : throw Unknown(nameof(ScenarioParameters.Surface), $"There is no surface '{surface}'. Known are {string.Join(", ", SandboxSurfaces.Known)}.");

    /// <summary>The scenario's own number of seconds.</summary>
    /// <param name="secondsMeanIt">Whether "seconds" stands for the number when "delay" is not given.</param>
    public TimeSpan Delay(double otherwise, bool secondsMeanIt = false) =>
        TimeSpan.FromSeconds(parameters.Delay ?? (secondsMeanIt ? parameters.Seconds : null) ?? otherwise);

    /// <summary>A rule for the named app, user and channel.</summary>
    /// <param name="count">How often it applies when neither a count nor a time was given; null for without end.</param>
    /// <param name="timed">Whether "seconds" says how long the rule lasts.</param>
    public FaultRule Rule(string surface, int? count, bool timed = true)
    {
        var until = timed && parameters.Seconds is { } seconds
            ? world.Time.GetUtcNow() + TimeSpan.FromSeconds(seconds)
            : (DateTimeOffset?)null;
        return new FaultRule
        {
            Name = name,
            Surface = surface,
            ClientId = NamedApp?.ClientId,
            UserId = NamedUser?.Id,
            ChannelId = parameters.Channel,
            Count = parameters.Count ?? (until is null ? count : null),
            Until = until,
        };
    }

    public void Add(FaultRule rule) => FaultRules.Add(world, tenant, rule);

    /// <summary>Sets a standing condition from now on.</summary>
    public void Mark(string kind, string subject, string? detail = null) => tenant.Commit(
        new MarkSet(new Mark(kind, subject, world.Sequence.Next(), world.Time.GetUtcNow(), detail)));

    private static ArgumentException Unknown(string parameter, string message) => new(message, parameter);
}
