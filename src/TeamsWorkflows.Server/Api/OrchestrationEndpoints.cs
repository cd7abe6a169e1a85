using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Http.Timeouts;
using TeamsWorkflows.DurableTask;
using TeamsWorkflows.DurableTask.Client;
using TeamsWorkflows.DurableTask.Core;
using TeamsWorkflows.Server.Access;
using TeamsWorkflows.Server.Orchestrations;

namespace TeamsWorkflows.Server.Api;

/// <summary>Orchestrations: the machinery, for administrators.</summary>
internal static class OrchestrationEndpoints
{
    private const int DefaultPageSize = 100;

    public static RouteGroupBuilder MapOrchestrations(this IEndpointRouteBuilder routes)
    {
        var orchestrations = routes.MapGroup("/orchestrations").WithTags("Orchestrations").RequireAuthorization(Policies.Administer);
        orchestrations.MapGet("/", ListAsync)
            .WithSummary("Lists instances, newest first; every condition that is given must hold.")
            .ProducesProblem(StatusCodes.Status400BadRequest);
        orchestrations.MapGet("/histogram", HistogramAsync)
            .WithSummary("Counts the newest instances that a filter selects, by time of creation and status; without createdFrom, of the last 7 days.")
            .ProducesProblem(StatusCodes.Status400BadRequest);
        orchestrations.MapGet("/{id}", FindAsync)
            .WithSummary("Shows an instance with input and output.")
            .ProducesProblem(StatusCodes.Status404NotFound);
        orchestrations.MapGet("/{id}/history", HistoryAsync)
            .WithSummary("Shows every event of an instance's history.")
            .ProducesProblem(StatusCodes.Status404NotFound);
        orchestrations.MapGet("/{id}/history/export", ExportAsync)
            .WithMetadata(new DisableRequestTimeoutAttribute())
            .WithSummary("Exports an instance's history as a file that OrchestrationReplayer runs against other code; stack traces are left out.")
            .Produces<HistoryExport>(contentType: "application/json")
            .ProducesProblem(StatusCodes.Status404NotFound);
        orchestrations.MapOrchestrationActs();
        return orchestrations;
    }

    private static async Task<Results<Ok<OrchestrationList>, ProblemHttpResult>> ListAsync(
        string[]? status,
        string? prefix,
        string? name,
        string? createdFrom,
        string? createdTo,
        string[]? tag,
        string[]? notStatus,
        string[]? notName,
        int? limit,
        string? continuationToken,
        DurableTaskClient client,
        CancellationToken cancellationToken)
    {
        if (!new OrchestrationFilter(status, prefix, name, createdFrom, createdTo, tag, notStatus, notName).TryRead(out var query, out var error))
        {
            return Problems.InvalidParameter(error.Field, error.Fix);
        }

        var pageSize = limit ?? DefaultPageSize;
        if (pageSize is < 1 or > OrchestrationQuery.MaxPageSize)
        {
            return Problems.InvalidParameter(nameof(limit), $"Give a number from 1 to {OrchestrationQuery.MaxPageSize:N0}.");
        }

        try
        {
            var page = await client.GetAllInstancesAsync(
                query with { PageSize = pageSize, ContinuationToken = continuationToken }, cancellationToken);
            return TypedResults.Ok(new OrchestrationList(
                page.Instances.Select(OrchestrationResource.From).ToArray(), page.ContinuationToken));
        }
        catch (ArgumentException)
        {
            return Problems.InvalidParameter(nameof(continuationToken), "Send the token that the page before gave, unchanged.");
        }
    }

    private static async Task<Results<Ok<HistogramResource>, ProblemHttpResult>> HistogramAsync(
        string[]? status,
        string? prefix,
        string? name,
        string? createdFrom,
        string? createdTo,
        string[]? tag,
        string[]? notStatus,
        string[]? notName,
        OrchestrationCounter counter,
        CancellationToken cancellationToken)
        => new OrchestrationFilter(status, prefix, name, createdFrom, createdTo, tag, notStatus, notName).TryRead(out var query, out var error)
            ? TypedResults.Ok(HistogramResource.Of(await counter.CountAsync(query, cancellationToken)))
            : Problems.InvalidParameter(error.Field, error.Fix);

    private static async Task<Results<Ok<OrchestrationResource>, ProblemHttpResult>> FindAsync(
        string id, DurableTaskClient client, CancellationToken cancellationToken)
        => await client.GetInstanceAsync(id, cancellationToken) is { } instance
            ? TypedResults.Ok(OrchestrationResource.From(instance))
            : Problems.NotFound("orchestration", id);

    private static async Task<Results<Ok<HistoryResource>, ProblemHttpResult>> HistoryAsync(
        string id, DurableTaskClient client, CancellationToken cancellationToken)
        => await client.GetInstanceHistoryAsync(id, cancellationToken) is { } history
            ? TypedResults.Ok(new HistoryResource(id, history.Select(HistoryEventResource.From).ToArray()))
            : Problems.NotFound("orchestration", id);

    public static async Task<Results<PushStreamHttpResult, ProblemHttpResult>> ExportAsync(
        string id, DurableTaskClient client, CancellationToken cancellationToken)
    {
        if (await client.GetInstanceAsync(id, cancellationToken) is not { } instance)
        {
            return Problems.NotFound("orchestration", id);
        }

        var events = client.StreamInstanceHistoryAsync(id, cancellationToken).Select(RecordedHistory.WithoutStackTraces);
        return TypedResults.Stream(
            file => HistoryJson.WriteAsync(file, id, instance.Name, events, cancellationToken),
            "application/json",
            HistoryExport.FileName(instance.Name, id));
    }
}

/// <param name="Span">How long each bucket is; empty ones are left out.</param>
/// <param name="IsComplete">False when there were more than are counted: the oldest are missing then.</param>
internal sealed record HistogramResource(DateTimeOffset From, DateTimeOffset To, TimeSpan Span, bool IsComplete, IReadOnlyList<HistogramBucket> Buckets)
{
    public static HistogramResource Of(CountedInstances counted) => new(
        counted.From,
        counted.To,
        counted.Span,
        counted.Histogram.IsComplete,
        [
            .. counted.Histogram.Counts.GroupBy(static c => c.From).OrderBy(static g => g.Key)
                .Select(static g => new HistogramBucket(g.Key, g.ToDictionary(static c => c.Status.ToString(), static c => c.Count, StringComparer.Ordinal))),
        ]);
}

/// <param name="Counts">By runtime status.</param>
internal sealed record HistogramBucket(DateTimeOffset From, IReadOnlyDictionary<string, int> Counts);
