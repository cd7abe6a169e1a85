using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.Extensions.Options;
using TeamsWorkflows.Connections;
using TeamsWorkflows.Server.Hosting;
using TeamsWorkflows.Server.Storage.Postgres;

namespace TeamsWorkflows.Server.Security;

/// <summary>The key ring, in the data folder or in the database that nodes share, and what is encrypted with it: cookies, tokens, client secrets.</summary>
internal static class KeyRing
{
    // Part of every key's derivation: changing it makes everything that was encrypted unreadable.
    private const string ApplicationName = "TeamsWorkflows";

    public static IServiceCollection AddKeyRing(
        this IServiceCollection services, IConfiguration configuration, IHostEnvironment environment, DataFolder folder, HubProvider provider)
    {
        services.AddOptions<KeyRingOptions>().BindConfiguration(KeyRingOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<KeyRingOptions>>(
            new ValidateKeyRingOptions(mustEncrypt: provider == HubProvider.Postgres && !environment.IsDevelopment()));
        services.AddSingleton<ISecretProtector, DataProtectionSecrets>();

        var protection = services.AddDataProtection().SetApplicationName(ApplicationName);
        if (provider == HubProvider.Postgres)
        {
            services.AddSingleton<PostgresKeys>();
            services.AddOptions<KeyManagementOptions>().Configure<PostgresKeys>(static (keys, repository) => keys.XmlRepository = repository);
        }
        else
        {
            protection.PersistKeysToFileSystem(new DirectoryInfo(folder.Keys));
        }

        var options = configuration.GetSection(KeyRingOptions.Section).Get<KeyRingOptions>();
        if (options?.CertificateFile is { } file && File.Exists(file))
        {
            protection.ProtectKeysWithCertificate(
                X509CertificateLoader.LoadPkcs12FromFile(file, options.CertificatePassword));
        }

        return services;
    }
}
