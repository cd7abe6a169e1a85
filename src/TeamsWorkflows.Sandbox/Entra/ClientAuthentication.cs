using System.Security.Cryptography;
using System.Text;
using TeamsWorkflows.Sandbox.Common;
using TeamsWorkflows.Sandbox.Tenants;

namespace TeamsWorkflows.Sandbox.Entra;

/// <summary>Finds out which app calls the token endpoint, and whether it can prove it.</summary>
internal sealed class ClientAuthentication(ClientAssertions assertions)
{
    private const string AssertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

    /// <summary>Checks the credential that came along, if any.</summary>
    /// <returns>The error that refuses the app; otherwise whether it came without a credential.</returns>
    public async Task<(EntraError? Error, bool IsPublic)> CheckAsync(
        Exchange exchange, TenantStore tenant, AppIdentity app, IFormCollection form)
    {
        if (form["client_assertion"] is [{ Length: > 0 } assertion])
        {
            return form["client_assertion_type"] != AssertionType
                ? (EntraErrors.ParameterMissing("client_assertion_type"), false)
                : (await assertions.CheckAsync(exchange, tenant, app, assertion), false);
        }

        return form["client_secret"] is [{ Length: > 0 } secret]
            ? (CheckSecret(exchange, tenant, app, secret), false)
            : (null, true);
    }

    private static EntraError? CheckSecret(Exchange exchange, TenantStore tenant, AppIdentity app, string secret)
    {
        var known = tenant.Read(state => state.Secrets[app.ClientId].ToArray());
        var match = Array.Find(known, candidate => CryptographicOperations.FixedTimeEquals(
            Encoding.UTF8.GetBytes(candidate.Value), Encoding.UTF8.GetBytes(secret)));
        if (match is null || IsAffected(MarkKinds.SecretUnknown))
        {
            return EntraErrors.WrongSecret(app);
        }

        return match.EndsAt <= exchange.Now || IsAffected(MarkKinds.SecretExpired)
            ? EntraErrors.ExpiredSecret(app)
            : null;

        bool IsAffected(string kind) => tenant.Mark(kind, app.ClientId) is { } mark && match.Sequence < mark.Sequence;
    }
}
