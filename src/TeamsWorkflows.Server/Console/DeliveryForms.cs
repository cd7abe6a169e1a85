using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using TeamsWorkflows.Deliveries;
using TeamsWorkflows.Reports;
using TeamsWorkflows.Server.Access;
using TeamsWorkflows.Server.Api;
using TeamsWorkflows.Server.Audit;

namespace TeamsWorkflows.Server.Console;

/// <summary>The forms on a delivery's page.</summary>
internal static class DeliveryForms
{
    public static void MapDeliveryForms(this IEndpointRouteBuilder console)
    {
        console.MapPost("/deliveries/{id}/cancel", CancelAsync).Audited("delivery.cancel", "delivery");
        console.MapPost("/deliveries/{id}/decide", DecideAsync).Audited("delivery.decide", "delivery");
        console.MapPost("/deliveries/{id}/resend", ResendAsync).Audited("delivery.resend", "delivery");
    }

    private static async Task<Results<RedirectHttpResult, NotFound>> CancelAsync(
        string id, [FromForm] string? reason, ClaimsPrincipal caller, DeliveryDesk desk, CancellationToken cancellationToken)
        => new ReasonRequest(reason) is { IsValid: true } said
            ? Answer(id, await desk.CancelAsync(id, caller.Actor(), said.Reason!.Trim(), cancellationToken))
            : ToDelivery(id, Notes.ReasonMissing);

    private static async Task<Results<RedirectHttpResult, NotFound>> DecideAsync(
        string id, [FromForm] string? decision, [FromForm] string? reason, ClaimsPrincipal caller, DeliveryDesk desk, CancellationToken cancellationToken)
        => new ReasonRequest(reason) is { IsValid: true } said && InterventionEndpoints.Decision(decision) is { } word
            ? Answer(id, await desk.DecideAsync(id, word, caller.Actor(), said.Reason!.Trim(), cancellationToken))
            : ToDelivery(id, Notes.ReasonMissing);

    private static async Task<Results<RedirectHttpResult, NotFound>> ResendAsync(
        string id, [FromForm] string? reason, ClaimsPrincipal caller, ReportDesk reports, CancellationToken cancellationToken)
    {
        var said = new ReasonRequest(reason);
        if (!said.IsValid)
        {
            return ToDelivery(id, Notes.ReasonMissing);
        }

        return await reports.ResendAsync(id, caller.Actor(), said.Reason!.Trim(), cancellationToken) switch
        {
            ResendResult.Accepted accepted => ToDelivery(accepted.DeliveryId, Notes.SentAgain),
            ResendResult.StillRunning running => ToDelivery(running.DeliveryId, Notes.NotNow),
            ResendResult.NotApproved => ToDelivery(id, Notes.NotNow),
            ResendResult.FilesGone => ToDelivery(id, Notes.FilesGone),
            _ => TypedResults.NotFound(),
        };
    }

    private static Results<RedirectHttpResult, NotFound> Answer(string id, WordResult result) => result switch
    {
        WordResult.Done => ToDelivery(id, Notes.Told),
        WordResult.NotFound => TypedResults.NotFound(),
        _ => ToDelivery(id, Notes.NotNow),
    };

    private static RedirectHttpResult ToDelivery(string id, string note)
        => TypedResults.Redirect($"/deliveries/{Uri.EscapeDataString(id)}?note={note}");
}
