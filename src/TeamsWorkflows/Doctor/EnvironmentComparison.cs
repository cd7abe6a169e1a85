using TeamsWorkflows.Connections;

namespace TeamsWorkflows.Doctor;

/// <summary>Compares two environments, such as test and production (B9, R27, R93). Pure.</summary>
public static class EnvironmentComparison
{
    public static IReadOnlyList<Difference> Compare(DoctorReport left, DoctorReport right)
    {
        ArgumentNullException.ThrowIfNull(left);
        ArgumentNullException.ThrowIfNull(right);

        var (l, r) = (left.Inventory, right.Inventory);
        List<Difference> all =
        [
            new("authority", l.AuthorityHost.Host, r.AuthorityHost.Host, IsExpected: false, "One of the two asks another cloud, or a simulator."),
            new("graph", l.GraphAddress.Host, r.GraphAddress.Host, IsExpected: false, "One of the two calls another cloud, or a simulator."),
            new("redirect", $"{l.RedirectUri}", $"{r.RedirectUri}", IsExpected: true, "Each must be registered with its application."),
            new("release", l.Release, r.Release, IsExpected: true, "What was tested is not what runs."),
        ];
        foreach (var id in l.Connections.Concat(r.Connections).Select(static c => c.Id).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal))
        {
            all.AddRange(Compare(id, l.Connections.FirstOrDefault(c => c.Id == id), r.Connections.FirstOrDefault(c => c.Id == id)));
        }

        all.AddRange(Health(left, right));
        return [.. all.Where(static d => !string.Equals(d.Left, d.Right, StringComparison.OrdinalIgnoreCase))];
    }

    private static IEnumerable<Difference> Compare(string id, InventoryConnection? left, InventoryConnection? right)
    {
        if (left is null || right is null)
        {
            yield return new($"{id}", left is null ? "missing" : "there", right is null ? "missing" : "there", IsExpected: false, "Reports that name it are refused in one of the two.");
            yield break;
        }

        yield return new($"{id}: tenant", left.TenantId, right.TenantId, IsExpected: true, "Consent, policies and accounts of one say nothing about the other.");
        yield return new($"{id}: application", left.ClientId, right.ClientId, IsExpected: true, "Permissions and credentials of one say nothing about the other.");
        if (!string.Equals(left.Environment, right.Environment, StringComparison.OrdinalIgnoreCase)
            && left.ClientId.Length > 0 && (left.TenantId, left.ClientId) == (right.TenantId, right.ClientId))
        {
            yield return new($"{id}: environment", left.Environment, right.Environment, IsExpected: false, "Both use one application in one tenant: what breaks or limits one does the same to the other.");
        }

        yield return new($"{id}: account", left.Username, right.Username, IsExpected: true, "Memberships and policies of one say nothing about the other.");
        yield return new($"{id}: auth model", $"{left.AuthModel}", $"{right.AuthModel}", IsExpected: false, "What one may do, the other may be refused.");
        yield return new($"{id}: scopes", Sorted(left.Scopes), Sorted(right.Scopes), IsExpected: false, "A call that works in one is refused in the other.");
        yield return new($"{id}: kind of credential", Kind(left.Credential), Kind(right.Credential), IsExpected: false, "They end and are renewed in other ways.");
    }

    // What is bad in one and not in the other is what makes the difference that people see.
    private static IEnumerable<Difference> Health(DoctorReport left, DoctorReport right)
        => Bad(left).Concat(Bad(right)).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)
            .Select(key => new Difference($"check {key}", Bad(left).Contains(key) ? "bad" : "good", Bad(right).Contains(key) ? "bad" : "good", IsExpected: false, "It works in one and not in the other."));

    private static HashSet<string> Bad(DoctorReport report)
        => report.Findings.Where(static f => f.Result == CheckResult.Bad).Select(static f => $"{f.Check} of {f.Subject}").ToHashSet(StringComparer.Ordinal);

    private static string Kind(string credential) => credential.Split(" until ")[0];

    private static string Sorted(IReadOnlyList<string> scopes) => string.Join(' ', scopes.Order(StringComparer.OrdinalIgnoreCase));
}
