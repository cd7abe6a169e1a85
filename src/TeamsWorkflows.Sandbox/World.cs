using System.Collections.Concurrent;
using TeamsWorkflows.Sandbox.Common;
using TeamsWorkflows.Sandbox.Tenants;

namespace TeamsWorkflows.Sandbox;

/// <summary>What all simulated services share: the clock, the keys, the addresses and the tenants.</summary>
internal sealed class World : IDisposable
{
    public const string DefaultAlias = "default";

    private const string JournalExtension = ".jsonl";

    private readonly ConcurrentDictionary<string, TenantStore> _tenants = new(StringComparer.OrdinalIgnoreCase);
    private readonly string? _tenantFolder;

    public World(SandboxOptions options, TimeProvider time)
    {
        Options = options;
        Time = time;
        Sequence = new HybridClock(time);
        if (options.DataFolder is { } folder)
        {
            _tenantFolder = Directory.CreateDirectory(Path.Combine(folder, "tenants")).FullName;
        }

        Keys = KeyRing.Open(options.DataFolder);
        foreach (var path in _tenantFolder is null ? [] : Directory.GetFiles(_tenantFolder, "*" + JournalExtension))
        {
            Load(path);
        }

        DefaultTenant = FindTenant(StandardContent.DefaultTenantId) ?? Add(StandardContent.DefaultTenant());
    }

    public SandboxOptions Options { get; }

    public TimeProvider Time { get; }

    public HybridClock Sequence { get; }

    public KeyRing Keys { get; }

    public TenantStore DefaultTenant { get; }

    /// <summary>Address of the TLS listener, without a slash at the end; set once the listener runs.</summary>
    public string Https { get; set; } = "";

    /// <summary>Address of the plain listener, without a slash at the end; set once the listener runs.</summary>
    public string Http { get; set; } = "";

    public IReadOnlyList<TenantStore> Tenants => _tenants.Values.OrderBy(tenant => tenant.Id, StringComparer.Ordinal).ToArray();

    /// <summary>Finds a tenant by id, by domain, or by the alias "default".</summary>
    public TenantStore? FindTenant(string name)
    {
        if (string.Equals(name, DefaultAlias, StringComparison.OrdinalIgnoreCase))
        {
            return DefaultTenant;
        }

        return _tenants.TryGetValue(name, out var tenant) ? tenant : FindTenantByDomain(name);
    }

    public TenantStore? FindTenantByDomain(string domain) => _tenants.Values.FirstOrDefault(
        tenant => string.Equals(tenant.Identity.Domain, domain, StringComparison.OrdinalIgnoreCase));

    public TenantStore Add(TenantIdentity identity)
    {
        var journal = _tenantFolder is null
            ? null
            : Journal.Open(Path.Combine(_tenantFolder, identity.Id + JournalExtension)).Journal;
        var tenant = new TenantStore(identity, [], journal);
        tenant.Commit(new TenantBorn(identity));
        _tenants[identity.Id] = tenant;
        return tenant;
    }

    public void Dispose()
    {
        foreach (var tenant in _tenants.Values)
        {
            tenant.Dispose();
        }

        Keys.Dispose();
    }

    private void Load(string path)
    {
        var (journal, changes) = Journal.Open(path);
        if (changes is not [TenantBorn born, ..])
        {
            // A kill between the creation of the file and its first line: nobody has seen this tenant.
            journal.Dispose();
            File.Delete(path);
            return;
        }

        var tenant = new TenantStore(born.Identity, changes, journal);
        Sequence.Observe(tenant.LastSequence);
        _tenants[tenant.Id] = tenant;
    }
}
