using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using TeamsWorkflows.Reports;

namespace TeamsWorkflows.Folders;

/// <summary>Puts the watched folder into the product.</summary>
internal static class FolderRegistration
{
    public static IServiceCollection AddFolder(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<FolderOptions>().Bind(configuration.GetSection("WatchedFolder")).ValidateOnStart();
        services.AddSingleton<IValidateOptions<FolderOptions>, ValidateFolderOptions>();
        services.AddSingleton<IValidateOptions<FolderOptions>, ValidateFolderFiles>();
        services.AddSingleton(static p => new FolderIntake(
            p.GetRequiredService<ReportDesk>(), p.GetRequiredService<IOptions<FolderOptions>>(), p.GetRequiredService<TimeProvider>()));
        return services;
    }
}
