namespace TeamsWorkflows.Connections;

/// <summary>One difference between two connections or environments, and what it leads to.</summary>
/// <param name="IsExpected">Whether environments differ in this by design.</param>
public sealed record Difference(string What, string? Left, string? Right, bool IsExpected, string Meaning);

/// <summary>Compares two connections, such as the test's and production's (R4, R27, B9). Pure.</summary>
public static class ConnectionComparison
{
    public static IReadOnlyList<Difference> Compare(Connection left, Connection right)
    {
        ArgumentNullException.ThrowIfNull(left);
        ArgumentNullException.ThrowIfNull(right);

        Difference[] all =
        [
            new("environment", left.Environment, right.Environment, IsExpected: true, "Each belongs to its own."),
            new("tenant", left.TenantId, right.TenantId, IsExpected: true, "Consent, policies and accounts of one say nothing about the other."),
            new("application", left.ClientId, right.ClientId, IsExpected: true, "Permissions and credentials of one say nothing about the other."),
            new("auth model", $"{left.AuthModel}", $"{right.AuthModel}", IsExpected: false, "What one may do, the other may be refused."),
            new("scopes", Sorted(left.Scopes), Sorted(right.Scopes), IsExpected: false, "A call that works in one is refused in the other."),
            new("way of signing in", $"{left.SignIn}", $"{right.SignIn}", IsExpected: false, "Conditional Access treats device codes and browsers differently."),
            new("kind of account", $"{left.AccountKind}", $"{right.AccountKind}", IsExpected: false, "A person's account has other sign-in rules than a service account."),
            new("credential", left.CredentialKind, right.CredentialKind, IsExpected: false, "They end at other times and are renewed in other ways."),
            new("state", $"{left.State}", $"{right.State}", IsExpected: false, "It works in one and not in the other."),
        ];
        return [.. all.Where(static d => !string.Equals(d.Left, d.Right, StringComparison.OrdinalIgnoreCase))];
    }

    private static string Sorted(IReadOnlyList<string> scopes) => string.Join(' ', scopes.Order(StringComparer.OrdinalIgnoreCase));
}
