using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using TeamsWorkflows.Sandbox.Common;
using TeamsWorkflows.Sandbox.Tenants;

namespace TeamsWorkflows.Sandbox.Graph;

/// <summary>App registrations and their credentials: when they end, and how new ones come in.</summary>
internal static class Applications
{
    private const string Filter = "appId eq '";

    public static Reply List(GraphCall call)
    {
        var filter = call.Exchange.Query("$filter");
        if (filter is not null && !(filter.StartsWith(Filter, StringComparison.Ordinal) && filter.EndsWith('\'')))
        {
            return new GraphError(400, "Request_UnsupportedQuery", "Unsupported or invalid query filter clause specified.")
                .ToReply(call.Exchange);
        }

        var appId = filter?[Filter.Length..^1];
        return Teams.Collection("applications", call.Tenant.Identity.Apps
            .Where(app => appId is null || app.ClientId == appId).Select(app => Write(call.World, call.Tenant, app)));
    }

    public static Reply Get(GraphCall call) => Find(call) is { } app
        ? Reply.OfJson(200, Write(call.World, call.Tenant, app))
        : NotFound(call);

    public static async Task<Reply> AddPasswordAsync(GraphCall call)
    {
        if (Find(call) is not { } app)
        {
            return NotFound(call);
        }

        var wish = (await call.Exchange.ReadJsonAsync()).Object("passwordCredential");
        DateTimeOffset? end = DateTimeOffset.TryParse(
            wish.Text("endDateTime"), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var given) ? given : null;
        var secret = AppSecrets.Add(call.World, call.Tenant, app, wish.Text("displayName") ?? "", end, alone: false);
        var json = Write(call.Tenant, app, secret);

        // The only time that anybody sees it.
        json["secretText"] = secret.Value;
        return Reply.OfJson(200, json);
    }

    public static async Task<Reply> RemovePasswordAsync(GraphCall call)
    {
        var keyId = (await call.Exchange.ReadJsonAsync()).Text("keyId");
        if (Find(call) is not { } app || keyId is null
            || !call.Tenant.Read(state => state.Secrets[app.ClientId].Exists(secret => secret.KeyId == keyId)))
        {
            return NotFound(call);
        }

        call.Tenant.Commit(new SecretRemoved(app.ClientId, keyId));
        return Reply.Empty(204);
    }

    /// <summary>Replaces the certificates, as PATCH does: entries with a key are new, known ids stay, the rest goes.</summary>
    public static async Task<Reply> UpdateAsync(GraphCall call)
    {
        var json = await call.Exchange.ReadJsonAsync();
        if (Find(call) is not { } app)
        {
            return NotFound(call);
        }

        if (json?["keyCredentials"] is not JsonArray)
        {
            return GraphErrors.BadRequest("Only keyCredentials can be changed here.").ToReply(call.Exchange);
        }

        var wanted = json.Objects("keyCredentials");
        var added = new List<AppCertificate>();
        foreach (var key in wanted.Select(entry => entry.Text("key")).OfType<string>())
        {
            if (ReadCertificate(call, key) is not { } certificate)
            {
                return new GraphError(400, "KeyCredentialsInvalidCertificate", "Key credential value is not a valid certificate.")
                    .ToReply(call.Exchange);
            }

            added.Add(certificate);
        }

        var kept = wanted.Select(entry => entry.Text("keyId")).OfType<string>().ToHashSet(StringComparer.OrdinalIgnoreCase);
        call.Tenant.Commit<bool>(state => (
            [
                .. state.Certificates[app.ClientId].Where(old => !kept.Contains(old.KeyId))
                    .Select(old => new CertificateRemoved(app.ClientId, old.KeyId)),
                .. added.Select(certificate => new CertificateAdded(app.ClientId, certificate)),
            ], true));
        return Reply.Empty(204);
    }

    public static JsonObject Write(World world, TenantStore tenant, AppIdentity app)
    {
        if (app.Kind == "daemon")
        {
            AppCertificates.Own(world, tenant, app);
        }

        var secrets = tenant.Read(state => state.Secrets[app.ClientId].ToArray());
        var certificates = tenant.Read(state => state.Certificates[app.ClientId].ToArray());
        return new JsonObject
        {
            ["id"] = app.ObjectId,
            ["appId"] = app.ClientId,
            ["displayName"] = app.DisplayName,
            ["signInAudience"] = "AzureADMyOrg",
            ["identifierUris"] = app.IsApi() ? new JsonArray(StandardContent.ApiIdentifierUri) : [],
            ["passwordCredentials"] = new JsonArray([.. secrets.Select(secret => Write(tenant, app, secret))]),
            ["keyCredentials"] = new JsonArray([.. certificates.Select(Write)]),
        };
    }

    private static JsonObject Write(TenantStore tenant, AppIdentity app, AppSecret secret)
    {
        // A secret that a test let expire shows the time at which that happened.
        var expired = tenant.Mark(MarkKinds.SecretExpired, app.ClientId);
        var end = expired is not null && secret.Sequence < expired.Sequence && expired.At < secret.EndsAt ? expired.At : secret.EndsAt;
        return new JsonObject
        {
            ["customKeyIdentifier"] = null,
            ["displayName"] = secret.DisplayName,
            ["endDateTime"] = Time(end),
            ["hint"] = secret.Value[..3],
            ["keyId"] = secret.KeyId,
            ["secretText"] = null,
            ["startDateTime"] = Time(secret.StartsAt),
        };
    }

    private static JsonObject Write(AppCertificate stored)
    {
        using var certificate = AppCertificates.Load(stored, withKey: false);
        return new JsonObject
        {
            ["customKeyIdentifier"] = Convert.ToBase64String(certificate.GetCertHash()),
            ["displayName"] = certificate.Subject,
            ["endDateTime"] = Time(new DateTimeOffset(certificate.NotAfter)),
            ["key"] = null,
            ["keyId"] = stored.KeyId,
            ["startDateTime"] = Time(new DateTimeOffset(certificate.NotBefore)),
            ["type"] = "AsymmetricX509Cert",
            ["usage"] = "Verify",
        };
    }

    private static AppCertificate? ReadCertificate(GraphCall call, string base64)
    {
        try
        {
            var der = Convert.FromBase64String(base64);
            using var certificate = X509CertificateLoader.LoadCertificate(der);
            return new AppCertificate(Ids.Guid(), certificate.Subject, certificate.RawData, HasPrivateKey: false, call.World.Sequence.Next());
        }
        catch (Exception e) when (e is FormatException or CryptographicException)
        {
            return null;
        }
    }

    private static AppIdentity? Find(GraphCall call) => call.Tenant.Identity.Apps.FirstOrDefault(app =>
        app.ObjectId == call.Route("objectId") || app.ClientId == call.Route("appId"));

    private static Reply NotFound(GraphCall call) =>
        GraphErrors.DirectoryNotFound(call.Route("objectId") + call.Route("appId")).ToReply(call.Exchange);

    private static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
