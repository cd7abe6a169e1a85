using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.Extensions.Options;
using TeamsWorkflows.Connections;
using TeamsWorkflows.Server.Storage.Postgres;

namespace TeamsWorkflows.Server.Security;

/// <summary>The key ring, in the data folder or in the database that nodes share, and what is encrypted with it: cookies, tokens, client secrets.</summary>
internal static class KeyRing
{
    // Part of every key's derivation: changing it makes everything that was encrypted unreadable.
    private const string ApplicationName = "TeamsWorkflows";

    /// <param name="folder">Where the keys are kept; null: in the database.</param>
    public static IServiceCollection AddKeyRing(
        this IServiceCollection services, IConfiguration configuration, IHostEnvironment environment, string? folder)
    {
        services.AddOptions<KeyRingOptions>().BindConfiguration(KeyRingOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<KeyRingOptions>>(
            new ValidateKeyRingOptions(mustEncrypt: folder is null && !environment.IsDevelopment()));
        services.AddSingleton<ISecretProtector, DataProtectionSecrets>();

        var protection = services.AddDataProtection().SetApplicationName(ApplicationName);
        if (folder is null)
        {
            services.AddSingleton<PostgresKeys>();
            services.AddOptions<KeyManagementOptions>().Configure<PostgresKeys>(static (keys, repository) => keys.XmlRepository = repository);
        }
        else
        {
            protection.PersistKeysToFileSystem(new DirectoryInfo(folder));
        }

        var options = configuration.GetSection(KeyRingOptions.Section).Get<KeyRingOptions>();
        if (options?.CertificateFile is { } file && File.Exists(file))
        {
            protection.ProtectKeysWithCertificate(
                X509CertificateLoader.LoadPkcs12FromFile(file, options.CertificatePassword));
        }

        if (options?.VaultCertificate is { Length: > 0 } address)
        {
            protection.ProtectKeysWithCertificate(VaultKeyCertificate.Read(address, configuration));
            protection.UnprotectKeysWithAnyCertificate(
                [.. options.FormerVaultCertificates.Append(address).Select(known => VaultKeyCertificate.Read(known, configuration))]);
        }

        return services;
    }
}
