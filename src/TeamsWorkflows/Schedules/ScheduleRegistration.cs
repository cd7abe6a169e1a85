using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using TeamsWorkflows.Data;
using TeamsWorkflows.Deliveries.Pacing;
using TeamsWorkflows.DurableTask;
using TeamsWorkflows.Http;
using TeamsWorkflows.Schedules.Planning;

namespace TeamsWorkflows.Schedules;

/// <summary>Puts the schedules into the product.</summary>
internal static class ScheduleRegistration
{
    public static IServiceCollection AddSchedules(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<ScheduleOptions>().Bind(configuration.GetSection("Schedules")).ValidateOnStart();
        services.AddSingleton<IValidateOptions<ScheduleOptions>, ValidateScheduleOptions>();
        services.AddSingleton<AddressReader>();
        services.AddSingleton<ScheduleVault>();
        services.AddSingleton<ScheduleCheck>();
        services.AddSingleton<ScheduleClock>();
        services.AddSingleton<ScheduleControl>();
        services.AddSingleton(static p => new SchedulePlanner(
            p.GetRequiredService<Database>(), p.GetRequiredService<ScheduleVault>(), p.GetRequiredService<IOptions<PacingOptions>>(), p.GetRequiredService<TimeProvider>()));
        services.AddSingleton(static p => new ScheduleDesk(
            p.GetRequiredService<Database>(),
            p.GetRequiredService<ScheduleVault>(),
            p.GetRequiredService<ScheduleCheck>(),
            p.GetRequiredService<ScheduleClock>(),
            p.GetRequiredService<SchedulePlanner>(),
            p.GetRequiredService<TimeProvider>(),
            p.GetRequiredService<Func<Guid>>()));
        services.AddSingleton<PlanOccurrences>();
        services.AddSingleton<FetchSource>();
        services.AddSingleton<HandOverOccurrence>();
        services.AddSingleton<RecordFailedOccurrence>();
        services.AddSingleton<TellScheduleOwner>();
        return services;
    }

    public static DurableTaskRegistry AddSchedules(this DurableTaskRegistry registry, IServiceProvider services) => registry
        .AddOrchestrator(nameof(RunSchedule), static () => new RunSchedule())
        .AddOrchestrator(nameof(RunOccurrence), static () => new RunOccurrence())
        .AddActivity(nameof(PlanOccurrences), services.GetRequiredService<PlanOccurrences>)
        .AddActivity(nameof(FetchSource), services.GetRequiredService<FetchSource>)
        .AddActivity(nameof(HandOverOccurrence), services.GetRequiredService<HandOverOccurrence>)
        .AddActivity(nameof(RecordFailedOccurrence), services.GetRequiredService<RecordFailedOccurrence>)
        .AddActivity(nameof(TellScheduleOwner), services.GetRequiredService<TellScheduleOwner>);
}
