using System.Security.Cryptography;
using Microsoft.AspNetCore.DataProtection;
using TeamsWorkflows.Connections;

namespace TeamsWorkflows.Server.Security;

/// <summary>Encrypts with ASP.NET Core's Data Protection: authenticated, rotating keys, one sub-key per purpose.</summary>
internal sealed class DataProtectionSecrets(IDataProtectionProvider provider) : ISecretProtector
{
    public byte[] Protect(string purpose, byte[] plain) => provider.CreateProtector(purpose).Protect(plain);

    public byte[]? Unprotect(string purpose, byte[] data)
    {
        try
        {
            return provider.CreateProtector(purpose).Unprotect(data);
        }
        catch (CryptographicException)
        {
            // Another key ring, another purpose, or tampered with: the contract says that this reads as nothing.
            return null;
        }
    }
}
