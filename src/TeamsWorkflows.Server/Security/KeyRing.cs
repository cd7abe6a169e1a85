using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.DataProtection;
using TeamsWorkflows.Connections;
using TeamsWorkflows.Server.Hosting;

namespace TeamsWorkflows.Server.Security;

/// <summary>The key ring in the data folder, and what is encrypted with it: cookies, tokens, client secrets.</summary>
internal static class KeyRing
{
    // Part of every key's derivation: changing it makes everything that was encrypted unreadable.
    private const string ApplicationName = "TeamsWorkflows";

    public static IServiceCollection AddKeyRing(
        this IServiceCollection services, IConfiguration configuration, DataFolder folder)
    {
        services.AddOptions<KeyRingOptions>().BindConfiguration(KeyRingOptions.Section).ValidateOnStart();
        services.AddSingleton<Microsoft.Extensions.Options.IValidateOptions<KeyRingOptions>, ValidateKeyRingOptions>();
        services.AddSingleton<ISecretProtector, DataProtectionSecrets>();

        var protection = services.AddDataProtection()
            .SetApplicationName(ApplicationName)
            .PersistKeysToFileSystem(new DirectoryInfo(folder.Keys));
        var options = configuration.GetSection(KeyRingOptions.Section).Get<KeyRingOptions>();
        if (options?.CertificateFile is { } file && File.Exists(file))
        {
            protection.ProtectKeysWithCertificate(
                X509CertificateLoader.LoadPkcs12FromFile(file, options.CertificatePassword));
        }

        return services;
    }
}
