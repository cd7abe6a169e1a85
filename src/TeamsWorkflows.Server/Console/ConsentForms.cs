using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using TeamsWorkflows.Connections;
using TeamsWorkflows.Connections.Register;
using TeamsWorkflows.Server.Access;
using TeamsWorkflows.Server.Audit;

namespace TeamsWorkflows.Server.Console;

/// <summary>The way back from Microsoft's page on which an administrator grants permissions: a page that says so, and a form that takes it down.</summary>
internal static class ConsentForms
{
    public static void MapConsentForms(this IEndpointRouteBuilder console)
        => console.MapPost("/connections/{id}/consent", RecordAsync).Audited("connection.consent", "connection").RequireAuthorization(Policies.Administer);

    /// <summary>Shows what came back. Nothing is changed by it: the address may be opened by anybody, and anything that follows links.</summary>
    /// <returns>Null when nobody comes back from granting permissions.</returns>
    public static async Task<IResult?> ShowAsync(HttpContext http, AdminConsent consents, ConnectionDesk connections, CancellationToken cancellationToken)
    {
        var query = http.Request.Query;
        if (consents.ConnectionOf(query["state"]) is not { } id || await connections.FindAsync(id, cancellationToken) is not { } connection)
        {
            return null;
        }

        return bool.TryParse(query["admin_consent"], out var isGranted) && isGranted && !query.ContainsKey("error")
            ? new RazorComponentResult<ConsentPage>(new
            {
                Connection = connection,
                Needed = consents.Needed(connection),
                State = query["state"].ToString(),
                MayRecord = Policies.RolesByPolicy[Policies.Administer].Any(http.User.IsInRole),
            })
            : new RazorComponentResult<MessagePage>(new
            {
                Title = "The permissions were not granted",
                Text = $"Nothing has changed for {connection.Id}. An administrator of the tenant has to accept; the connection's consent page has the address.",
                LinkAddress = "/connections",
                LinkText = "Connections",
            });
    }

    private static async Task<Results<RedirectHttpResult, NotFound>> RecordAsync(
        string id,
        [FromForm] string? state,
        ClaimsPrincipal caller,
        AdminConsent consents,
        ConnectionDesk connections,
        ConnectionRegister register,
        CancellationToken cancellationToken)
    {
        if (consents.ConnectionOf(state) != id || await connections.FindAsync(id, cancellationToken) is not { } connection)
        {
            return TypedResults.NotFound();
        }

        var consent = new NewConsent(caller.Actor(), consents.Needed(connection));
        await register.RecordConsentAsync(id, consent, caller.Actor(), cancellationToken);
        return TypedResults.Redirect(connection.OpenCaseId is { } caseId
            ? $"/cases/{Uri.EscapeDataString(caseId)}?note={Notes.Consented}"
            : "/connections");
    }
}
