using System.Security.Cryptography;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Identity.Client;

namespace TeamsWorkflows.Cli.Profiles;

/// <summary>MSAL's cache of one profile: a file, encrypted with a key of the same account.</summary>
/// <remarks>
/// The key is in the same folder (on Windows protected by the account's own): a copy of the one file is worth nothing, and
/// whoever can read all files of the account can read the sign-in, as with every tool of this kind.
/// </remarks>
internal sealed class SignInCache(Profile profile, string folder)
{
    private readonly string _file = Path.Combine(folder, "sign-ins", profile.Name + ".bin");

    public bool Exists => profile.Name.Length > 0 && File.Exists(_file);

    public void Attach(ITokenCache cache)
    {
        if (profile.Name.Length == 0)
        {
            return; // of no profile: it ends with the process
        }

        cache.SetBeforeAccess(notification => notification.TokenCache.DeserializeMsalV3(Read(), shouldClearExistingCache: true));
        cache.SetAfterAccess(notification =>
        {
            if (notification.HasStateChanged)
            {
                ProfileStore.WriteOwn(_file, Protector().Protect(notification.TokenCache.SerializeMsalV3()));
            }
        });
    }

    public void Remove()
    {
        if (Exists)
        {
            File.Delete(_file);
        }
    }

    private byte[]? Read()
    {
        try
        {
            return Exists ? Protector().Unprotect(File.ReadAllBytes(_file)) : null;
        }
        catch (CryptographicException)
        {
            return null; // of another key: nobody is signed in
        }
    }

    private IDataProtector Protector()
    {
        var keys = Path.Combine(folder, "keys");
        ProfileStore.CreateOwn(keys);
        return DataProtectionProvider.Create(new DirectoryInfo(keys), static builder =>
        {
            builder.SetApplicationName(CommandLine.Name);
            if (OperatingSystem.IsWindows())
            {
                builder.ProtectKeysWithDpapi();
            }
        }).CreateProtector("sign-in", profile.Name);
    }
}
