using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using TeamsWorkflows.Data;
using TeamsWorkflows.DurableTask;

namespace TeamsWorkflows.Approvals;

/// <summary>Puts approvals into a host.</summary>
internal static class ApprovalRegistration
{
    public static void AddApprovals(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<ApprovalOptions>().Bind(configuration.GetSection("Approvals")).ValidateOnStart();
        services.AddSingleton<IValidateOptions<ApprovalOptions>, ValidateApprovalOptions>();
        services.AddSingleton<SettleApproval>();
        services.AddSingleton<AskApprover>();
        services.AddSingleton<ApprovalCounter>();
        services.AddSingleton(static p => new ApprovalDesk(p.GetRequiredService<Database>(), p.GetRequiredService<ApprovalCounter>()));
        services.AddSingleton(static p => new ApprovalLinkDesk(
            p.GetRequiredService<Database>(),
            p.GetRequiredService<ApprovalCounter>(),
            p.GetRequiredService<IOptions<ApprovalOptions>>(),
            p.GetRequiredService<TimeProvider>(),
            p.GetRequiredService<ILogger<ApprovalLinkDesk>>()));
    }

    public static DurableTaskRegistry AddApprovals(this DurableTaskRegistry registry, IServiceProvider services) => registry
        .AddOrchestrator(nameof(AwaitApproval), static () => new AwaitApproval())
        .AddOrchestrator(nameof(AskApprovers), static () => new AskApprovers())
        .AddActivity(nameof(SettleApproval), services.GetRequiredService<SettleApproval>)
        .AddActivity(nameof(AskApprover), services.GetRequiredService<AskApprover>);
}
