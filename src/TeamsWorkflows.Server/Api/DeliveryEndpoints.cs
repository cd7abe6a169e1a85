using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using TeamsWorkflows.Deliveries;
using TeamsWorkflows.Reports;
using TeamsWorkflows.Server.Access;

namespace TeamsWorkflows.Server.Api;

/// <summary>Deliveries: where each report stands, with every attempt and its evidence.</summary>
internal static class DeliveryEndpoints
{
    private const int DefaultPageSize = 50;

    public static RouteGroupBuilder MapDeliveries(this IEndpointRouteBuilder routes)
    {
        var deliveries = routes.MapGroup("/deliveries").WithTags("Deliveries").RequireAuthorization(Policies.Follow);
        deliveries.MapGet("/", ListAsync)
            .WithSummary("Lists deliveries, newest first: by state, connection, channel, publisher, title, and time of acceptance. Publishers see their own.")
            .ProducesProblem(StatusCodes.Status400BadRequest);
        deliveries.MapGet("/{id}", FindAsync)
            .WithSummary("Shows a delivery with its attempts. Publishers see their own.")
            .ProducesProblem(StatusCodes.Status404NotFound);
        deliveries.MapInterventions();
        return deliveries;
    }

    private static async Task<Results<Ok<DeliveryPage>, ProblemHttpResult>> ListAsync(
        [AsParameters] LedgerFilter filter, string? before, int? limit, ClaimsPrincipal caller, ReportDesk desk, CancellationToken cancellationToken)
    {
        var pageSize = limit ?? DefaultPageSize;
        if (pageSize is < 1 or > DeliveryQuery.MaxPageSize)
        {
            return Problems.InvalidParameter(nameof(limit), $"Give a number from 1 to {DeliveryQuery.MaxPageSize}.");
        }

        if (!filter.TryRead(out var query, out var error))
        {
            return Problems.InvalidParameter(error.Field, error.Fix);
        }

        var whose = caller.MayOperate() ? query.Publisher : caller.Publisher();
        var found = await desk.ListDeliveriesAsync(query with { Publisher = whose, Before = before, PageSize = pageSize }, cancellationToken);
        return TypedResults.Ok(new DeliveryPage(
            found.Select(DeliveryResource.From).ToArray(),
            found.Count < pageSize ? null : $"{Links.Root}/deliveries?{filter.ToQueryString()}before={Uri.EscapeDataString(found[^1].Id)}&limit={pageSize}"));
    }

    private static async Task<Results<Ok<DeliveryResource>, ProblemHttpResult>> FindAsync(
        string id, ClaimsPrincipal caller, ReportDesk desk, CancellationToken cancellationToken)
        => await desk.FindDeliveryAsync(id, cancellationToken) is { } delivery
            && (caller.MayOperate() || delivery.Publisher == caller.Publisher())
            ? TypedResults.Ok(DeliveryResource.From(delivery))
            : Problems.NotFound("delivery", id);
}
