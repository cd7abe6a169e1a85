using Microsoft.Extensions.DependencyInjection;
using TeamsWorkflows.Data;
using TeamsWorkflows.Reports;

namespace TeamsWorkflows.Intakes;

/// <summary>Puts the intakes into the product.</summary>
internal static class IntakeRegistration
{
    public static IServiceCollection AddIntakes(this IServiceCollection services)
    {
        services.AddSingleton<IntakeVault>();
        services.AddSingleton(static p => new IntakeDesk(
            p.GetRequiredService<Database>(),
            p.GetRequiredService<IntakeVault>(),
            p.GetRequiredService<ReportDesk>(),
            p.GetRequiredService<TimeProvider>(),
            p.GetRequiredService<Func<Guid>>()));
        services.AddSingleton(static p => new IntakeDeclarations(
            p.GetRequiredService<Database>(),
            p.GetRequiredService<IntakeVault>(),
            p.GetRequiredService<ReportDesk>(),
            p.GetRequiredService<TimeProvider>(),
            p.GetRequiredService<Func<Guid>>()));
        services.AddSingleton(static p => new IntakeReception(
            p.GetRequiredService<Database>(), p.GetRequiredService<IntakeVault>(), p.GetRequiredService<ReportDesk>(), p.GetRequiredService<TimeProvider>()));
        return services;
    }
}
