using System.Security.Claims;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Http.HttpResults;
using TeamsWorkflows.Approvals;
using TeamsWorkflows.Cases;
using TeamsWorkflows.Connections;
using TeamsWorkflows.Deliveries;
using TeamsWorkflows.Reports;
using TeamsWorkflows.Schedules;
using TeamsWorkflows.Server.Access;
using TeamsWorkflows.Server.Api;
using TeamsWorkflows.Server.Audit;
using TeamsWorkflows.Server.Live;
using TeamsWorkflows.Server.Orchestrations;

namespace TeamsWorkflows.Server.Console;

/// <summary>The operator console: a GET renders a component, a POST does one thing and redirects.</summary>
internal static class ConsoleEndpoints
{
    private const int PageSize = 50;

    public static IServiceCollection AddConsole(this IServiceCollection services)
    {
        services.AddRazorComponents();
        services.AddAntiforgery(static antiforgery =>
        {
            antiforgery.Cookie.Name = "teamsworkflows-antiforgery";
            antiforgery.Cookie.HttpOnly = true;
            antiforgery.Cookie.SameSite = SameSiteMode.Lax; // a link in a mail brings no new one, which open forms would not fit
            antiforgery.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
            antiforgery.SuppressXFrameOptionsHeader = true; // frame-ancestors says it for everything
        });
        services.AddSingleton<HomeBoard>();
        services.AddSingleton<DoctorRounds>();
        services.AddSingleton<OrchestrationDesk>();
        services.AddSingleton<BulkRuns>();
        services.AddSingleton<OrchestrationCounter>();
        services.AddSingleton<ConsoleSettings>();
        services.AddSingleton<SettingsView>();
        services.AddApprovalLinks();
        services.AddExceptionHandler<ErrorPages>();
        return services;
    }

    public static void MapConsole(this IEndpointRouteBuilder routes)
    {
        var console = routes.MapGroup("/").RequireAuthorization(Policies.Operate).ExcludeFromDescription();
        console.AddEndpointFilter(RefuseForgeriesAsync);
        console.MapGet("/", HomeAsync);
        console.MapGet("/deliveries", DeliveriesAsync);
        console.MapGet("/deliveries/{id}", DeliveryAsync);
        console.MapGet("/connections", ConnectionsAsync);
        console.MapCaseConsole();
        console.MapConnectionConsole();
        console.MapDoctorConsole();
        console.MapDeliveryForms();
        console.MapDeviceSignInForms();
        console.MapConsentForms();
        console.MapScheduleConsole();
        console.MapDiagnoseConsole();
        console.MapGo();
        console.MapTemplateConsole();
        console.MapGet("/settings", static (SettingsView settings) => new RazorComponentResult<SettingsPage>(new { Sections = settings.Read() }))
            .RequireAuthorization(Policies.Administer);
        console.MapOrchestrationConsole();
        console.MapAuditConsole();
        console.MapPost("/connections/{id}/sign-in", SignInAsync).Audited("connection.sign-in", "connection");

        routes.MapLive();
        routes.MapTimeMode();
        routes.MapApprovalConsole();
        routes.MapApprovalLinks();

        // Anybody who is signed in may leave, whatever the role.
        routes.MapPost("/signout", (Delegate)SignOutAsync).NotAudited("it ends a session, and nothing else").AddEndpointFilter(RefuseForgeriesAsync).ExcludeFromDescription();
        routes.MapGet("/signed-out", SignedOut).AllowAnonymous().ExcludeFromDescription();
        routes.MapSignInCallback();
        routes.MapAssets();
    }

    // For every POST, also for those that bind no form: nothing may change because another site's page said so.
    public static async ValueTask<object?> RefuseForgeriesAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        var antiforgery = http.RequestServices.GetRequiredService<IAntiforgery>();
        return HttpMethods.IsPost(http.Request.Method) && !await antiforgery.IsRequestValidAsync(http)
            ? TypedResults.StatusCode(StatusCodes.Status400BadRequest)
            : await next(context);
    }

    private static async Task<RazorComponentResult<HomePage>> HomeAsync(
        ClaimsPrincipal caller, CaseDesk cases, ApprovalDesk approvals, ScheduleDesk schedules, HomeBoard board, CancellationToken cancellationToken)
    {
        var (first, open) = await cases.UrgentAsync(HomePage.MaxShown, cancellationToken);
        var expiries = (await board.ExpiriesAsync()).Take(HomePage.MaxMinor).ToArray();
        return new(new
        {
            Approvals = (await approvals.ListAsync(caller.Decider(), onlyOpen: true, cancellationToken)).Where(a => a.Asks(caller.Decider())).OrderBy(static a => a.ExpiresAt).ToArray(),
            Cases = first,
            OpenCases = open,
            Today = await board.TodayAsync(cancellationToken),
            Connections = await board.ConnectionsAsync(HomePage.MaxShown, [.. expiries.Select(static e => e.ConnectionId)], cancellationToken),
            Expiries = expiries,
            Next = await schedules.NextAsync(HomePage.MaxMinor, cancellationToken),
        });
    }

    private static async Task<RazorComponentResult<DeliveriesPage>> DeliveriesAsync(
        [AsParameters] LedgerFilter filter, string? before, ReportDesk reports, CancellationToken cancellationToken)
    {
        var isUnderstood = filter.TryRead(out var query, out var error);
        var found = query is null ? [] : await reports.ListDeliveriesAsync(query with { Before = before, PageSize = PageSize }, cancellationToken);
        return new(new
        {
            Deliveries = found,
            Filter = filter,
            Wrong = isUnderstood ? null : error!.Fix,
            Next = found.Count < PageSize ? null : $"/deliveries?{filter.ToQueryString()}before={Uri.EscapeDataString(found[^1].Id)}",
        });
    }

    private static async Task<Results<RazorComponentResult<DeliveryPage>, NotFound>> DeliveryAsync(
        string id, string? note, ReportDesk reports, ConnectionDesk connections, CancellationToken cancellationToken)
    {
        if (await reports.FindDeliveryAsync(id, cancellationToken) is not { } delivery)
        {
            return TypedResults.NotFound();
        }

        var connection = delivery is { State: DeliveryState.Parked, Connection: { } name }
            ? await connections.FindAsync(name, cancellationToken)
            : null;
        return new RazorComponentResult<DeliveryPage>(new { Delivery = delivery, CaseId = connection?.OpenCaseId, Note = Notes.Text(note) });
    }

    private static async Task<RazorComponentResult<ConnectionsPage>> ConnectionsAsync(
        int? skip, ConnectionDesk connections, HomeBoard board, CancellationToken cancellationToken)
        => new(new
        {
            Connections = ListPage.Cut(await connections.ListAsync(cancellationToken), skip),
            Ending = await board.EndingSoonAsync(),
        });

    private static async Task<Results<RedirectHttpResult, NotFound>> SignInAsync(
        string id, ClaimsPrincipal caller, SignInDesk signIns, CancellationToken cancellationToken)
        => await signIns.BeginAsync(id, caller.Actor(), cancellationToken) is { } begun
            ? SeeOther(begun.Address.AbsoluteUri)
            : TypedResults.NotFound();

    private static async Task<RedirectHttpResult> SignOutAsync(HttpContext http)
    {
        await http.SignOutAsync(CookieAuthenticationDefaults.AuthenticationScheme);
        return SeeOther("/signed-out");
    }

    private static RazorComponentResult<MessagePage> SignedOut()
        => new(new { Title = "You are signed out", Text = "Nothing of this session is left in this browser.", LinkText = "Sign in again" });

    public static RedirectHttpResult SeeOther(string address) => TypedResults.Redirect(address);
}
