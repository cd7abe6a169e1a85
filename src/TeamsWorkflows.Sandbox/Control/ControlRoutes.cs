using TeamsWorkflows.Sandbox.Common;

namespace TeamsWorkflows.Sandbox.Control;

/// <summary>The addresses of the sandbox's own control API. They are not logged: the log is about Microsoft's side.</summary>
internal static class ControlRoutes
{
    public static void MapControl(this IEndpointRouteBuilder routes, World world, Gateway gateway)
    {
        var control = new ControlEndpoints(world);
        routes.MapGet("/sandbox/scenarios", gateway.HandleUnlogged(_ => ControlEndpoints.Scenarios()));
        routes.MapGet("/sandbox/tenants", gateway.HandleUnlogged(_ => control.Tenants()));
        routes.MapPost("/sandbox/tenants", gateway.HandleUnlogged(control.CreateTenant));
        var tenant = routes.MapGroup("/sandbox/tenants/{tenant}");
        tenant.MapGet("", gateway.HandleUnlogged(control.Tenant));
        tenant.MapGet("/messages", gateway.HandleUnlogged(control.Messages));
        tenant.MapGet("/mails", gateway.HandleUnlogged(control.Mails));
        tenant.MapGet("/requests", gateway.HandleUnlogged(control.Requests));
        tenant.MapGet("/faults", gateway.HandleUnlogged(control.Faults));
        tenant.MapPost("/faults", gateway.HandleUnlogged(control.AddFaultAsync));
        tenant.MapDelete("/faults", gateway.HandleUnlogged(control.ClearFaults));
        tenant.MapDelete("/faults/{ruleId}", gateway.HandleUnlogged(control.RemoveFault));
        tenant.MapPost("/scenarios/{name}", gateway.HandleUnlogged(control.ApplyScenarioAsync));
    }
}
