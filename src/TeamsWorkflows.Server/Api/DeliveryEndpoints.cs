using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using TeamsWorkflows.Deliveries;
using TeamsWorkflows.Reports;
using TeamsWorkflows.Server.Access;

namespace TeamsWorkflows.Server.Api;

/// <summary>Deliveries: where each report stands, with every attempt and its evidence.</summary>
internal static class DeliveryEndpoints
{
    private const int MaxPageSize = 200;
    private const int DefaultPageSize = 50;

    public static RouteGroupBuilder MapDeliveries(this IEndpointRouteBuilder routes)
    {
        var deliveries = routes.MapGroup("/deliveries").WithTags("Deliveries").RequireAuthorization(Policies.Follow);
        deliveries.MapGet("/", ListAsync)
            .WithSummary("Lists deliveries, newest first. Publishers see their own.")
            .ProducesProblem(StatusCodes.Status400BadRequest);
        deliveries.MapGet("/{id}", FindAsync)
            .WithSummary("Shows a delivery with its attempts. Publishers see their own.")
            .ProducesProblem(StatusCodes.Status404NotFound);
        deliveries.MapInterventions();
        return deliveries;
    }

    private static async Task<Results<Ok<DeliveryPage>, ProblemHttpResult>> ListAsync(
        string? state,
        string? before,
        int? limit,
        ClaimsPrincipal caller,
        ReportDesk desk,
        CancellationToken cancellationToken)
    {
        if (!QueryText.TryRead<DeliveryState>(state, out var wanted))
        {
            return Problems.InvalidParameter(nameof(state), QueryText.Choices<DeliveryState>());
        }

        var pageSize = limit ?? DefaultPageSize;
        if (pageSize is < 1 or > MaxPageSize)
        {
            return Problems.InvalidParameter(nameof(limit), $"Give a number from 1 to {MaxPageSize}.");
        }

        var publisher = caller.MayOperate() ? null : caller.Publisher();
        var found = await desk.ListDeliveriesAsync(publisher, wanted, before, pageSize, cancellationToken);
        return TypedResults.Ok(new DeliveryPage(
            found.Select(DeliveryResource.From).ToArray(),
            found.Count < pageSize ? null : Next(wanted, found[^1].Id, pageSize)));
    }

    private static async Task<Results<Ok<DeliveryResource>, ProblemHttpResult>> FindAsync(
        string id, ClaimsPrincipal caller, ReportDesk desk, CancellationToken cancellationToken)
        => await desk.FindDeliveryAsync(id, cancellationToken) is { } delivery
            && (caller.MayOperate() || delivery.Publisher == caller.Publisher())
            ? TypedResults.Ok(DeliveryResource.From(delivery))
            : Problems.NotFound("delivery", id);

    private static string Next(DeliveryState? state, string before, int limit)
        => $"{Links.Root}/deliveries?before={Uri.EscapeDataString(before)}&limit={limit}"
            + (state is null ? "" : $"&state={state}");
}
