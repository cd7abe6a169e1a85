using System.Security.Cryptography;
using System.Text.Json;
using TeamsWorkflows.Data;

namespace TeamsWorkflows.Connections;

/// <summary>Names the version of a connection's definition, by everything that a person can change of it.</summary>
internal static class ConnectionVersion
{
    private const int Digits = 16;

    /// <returns>An ETag; a secret that is set again, if to the same, makes another one.</returns>
    public static string Of(ConnectionRow row)
    {
        var definition = JsonSerializer.SerializeToUtf8Bytes(
            (string?[])
            [
                row.Id, row.DisplayName, row.AuthModel.ToString(), row.TenantId, row.ClientId, row.Owner, row.Username, row.Scopes, row.CertificateFile,
                row.VaultCertificate, row.ManagedIdentity, row.RegistrationOwner, row.SignIn.ToString(), row.AccountKind.ToString(), row.Environment,
                row.Origin.ToString(), $"{row.SecretExpiresAt?.UtcTicks}", Text(row.ProtectedSecret), Text(row.ProtectedWebhook),
            ]);
        return $"\"{Convert.ToHexStringLower(SHA256.HashData(definition))[..Digits]}\"";
    }

    private static string? Text(byte[]? data) => data is null ? null : Convert.ToBase64String(data);
}
