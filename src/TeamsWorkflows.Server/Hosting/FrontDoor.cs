using TeamsWorkflows.Server.Access;
using TeamsWorkflows.Server.Api;
using TeamsWorkflows.Server.Audit;
using TeamsWorkflows.Server.Console;
using TeamsWorkflows.Server.Live;

namespace TeamsWorkflows.Server.Hosting;

/// <summary>What people and programs reach over HTTP: API, console, health. The same, whatever listens.</summary>
internal static class FrontDoor
{
    public static IServiceCollection AddFrontDoor(this IServiceCollection services)
    {
        services.AddAccess();
        services.AddApi();
        services.AddLive();
        services.AddConsole();
        services.AddAudit();
        services.AddHealth();
        return services;
    }

    public static IApplicationBuilder UseFrontDoor(this IApplicationBuilder app)
    {
        app.UseMiddleware<SecurityHeaders>();
        app.UseExceptionHandler();
        app.UseMetrics();
        app.UseStatusCodePages(StatusPages.WriteAsync);
        app.UseMiddleware<LargeBodies>();
        app.UseCookiePolicy();
        app.UseRouting();
        app.UseRequestTimeouts();
        app.UseAuthentication();
        app.UseRateLimiter(); // by caller, so it has to be known who calls
        app.UseAuthorization();
        app.UseAntiforgery();
        return app.UseEndpoints(static routes =>
        {
            routes.MapApi();
            routes.MapConsole();
            routes.MapResourceMetadata();
            routes.MapHealth();
        });
    }
}
