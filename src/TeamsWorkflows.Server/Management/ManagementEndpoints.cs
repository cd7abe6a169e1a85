using System.Globalization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Options;
using TeamsWorkflows.Connections;
using TeamsWorkflows.DurableTask;
using TeamsWorkflows.DurableTask.Client;
using TeamsWorkflows.DurableTask.Core;
using TeamsWorkflows.Server.Access;
using TeamsWorkflows.Server.Api;
using TeamsWorkflows.Server.Audit;
using TeamsWorkflows.Server.Orchestrations;

namespace TeamsWorkflows.Server.Management;

/// <summary>The HTTP API of Durable Functions, so that its tools and habits serve here: the same addresses and shapes, our sign-in.</summary>
/// <seealso href="https://learn.microsoft.com/azure/azure-functions/durable/durable-functions-http-api"/>
internal static class ManagementEndpoints
{
    private const string ContinuationToken = "x-ms-continuation-token";
    private const int DefaultPageSize = 100;
    private const string PollAgain = "5"; // seconds

    public static void MapManagement(this IEndpointRouteBuilder routes)
    {
        var api = routes.MapGroup(ManagementLinks.Root).WithTags("Durable Functions").RequireAuthorization(Policies.Administer);
        api.AddEndpointFilter(RefuseOtherHubsAsync);
        api.MapGet("/instances", ListAsync)
            .WithSummary("Lists instances; the header x-ms-continuation-token asks for the next page.")
            .Produces<InstanceStatus[]>()
            .ProducesProblem(StatusCodes.Status400BadRequest);
        api.MapGet("/instances/{id}", FindAsync)
            .WithSummary("Shows the status of an instance: 202 with Location and Retry-After while it runs, 200 when it has ended.")
            .Produces<InstanceStatus>()
            .Produces<InstanceStatus>(StatusCodes.Status202Accepted)
            .Produces<InstanceStatus>(StatusCodes.Status500InternalServerError)
            .ProducesProblem(StatusCodes.Status404NotFound);
        api.MapDelete("/instances/{id}", PurgeAsync).Audited("orchestration.purge", "orchestration")
            .WithSummary("Removes an instance that has ended, with its history.")
            .Produces<PurgeHistoryResult>()
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status409Conflict);
        api.MapDelete("/instances", PurgeManyAsync).Audited("orchestration.purge-many", "orchestrations")
            .WithSummary("Removes the instances that have ended, of a time and of statuses.")
            .Produces<PurgeHistoryResult>()
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status404NotFound);
        api.MapManagementActs();
    }

    /// <summary>The status of an instance with the code and the headers that go with it.</summary>
    public static IResult Answer(HttpResponse response, InstanceStatus shown, OrchestrationMetadata instance, Uri? self, bool returnInternalServerErrorOnFailure)
    {
        if (!instance.IsCompleted)
        {
            (response.Headers.Location, response.Headers.RetryAfter) = (self?.AbsoluteUri, PollAgain);
        }

        return TypedResults.Json(shown, ManagementJson.Default.InstanceStatus, statusCode: instance switch
        {
            { IsCompleted: false } => StatusCodes.Status202Accepted,
            { Status: OrchestrationRuntimeStatus.Failed } when returnInternalServerErrorOnFailure => StatusCodes.Status500InternalServerError,
            _ => StatusCodes.Status200OK,
        });
    }

    // There is one: an address that names another was made for another server.
    private static async ValueTask<object?> RefuseOtherHubsAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
        => context.HttpContext.Request.Query["taskHub"].ToString() is { Length: > 0 } hub
            && !string.Equals(hub, ManagementLinks.TaskHub, StringComparison.OrdinalIgnoreCase)
            ? Problems.InvalidParameter("taskHub", $"There is one task hub here, {ManagementLinks.TaskHub}. Name it, or leave the parameter out.")
            : await next(context);

    private static async Task<IResult> ListAsync(
        [FromHeader(Name = ContinuationToken)] string? token,
        string? instanceIdPrefix,
        string? createdTimeFrom,
        string? createdTimeTo,
        string[]? runtimeStatus,
        bool? showInput,
        int? top,
        HttpResponse response,
        DurableTaskClient client,
        CancellationToken cancellationToken)
    {
        if (!ManagementQuery.TryReadStatuses(runtimeStatus, out var statuses))
        {
            return Wrong(ManagementQuery.Statuses());
        }

        if (!ManagementQuery.TryReadTime(createdTimeFrom, out var from) || !ManagementQuery.TryReadTime(createdTimeTo, out var to))
        {
            return Wrong(ManagementQuery.Time(ManagementQuery.TryReadTime(createdTimeFrom, out _) ? nameof(createdTimeTo) : nameof(createdTimeFrom)));
        }

        var pageSize = top ?? DefaultPageSize;
        if (pageSize is < 1 or > OrchestrationQuery.MaxPageSize)
        {
            return Problems.InvalidParameter(nameof(top), $"Give a number from 1 to {OrchestrationQuery.MaxPageSize:N0}.");
        }

        try
        {
            var query = new OrchestrationQuery(statuses, instanceIdPrefix, from, to, pageSize, string.IsNullOrEmpty(token) ? null : token) { FetchInputsAndOutputs = true };
            var page = await client.GetAllInstancesAsync(query, cancellationToken);
            response.Headers[ContinuationToken] = page.ContinuationToken ?? "";
            return TypedResults.Json(
                [.. page.Instances.Select(i => InstanceStatus.From(i, showInput ?? true))], ManagementJson.Default.InstanceStatusArray);
        }
        catch (ArgumentException)
        {
            return Problems.InvalidParameter(ContinuationToken, "Send the token that the page before gave, unchanged.");
        }
    }

    private static async Task<IResult> FindAsync(
        string id,
        bool? showHistory,
        bool? showHistoryOutput,
        bool? showInput,
        bool? returnInternalServerErrorOnFailure,
        HttpContext http,
        DurableTaskClient client,
        IOptions<EntraOptions> entra,
        CancellationToken cancellationToken)
    {
        if (await client.GetInstanceAsync(id, cancellationToken) is not { } instance)
        {
            return Problems.NotFound("orchestration", id);
        }

        var shown = InstanceStatus.From(instance, showInput ?? true);
        if (showHistory == true && instance.Status != OrchestrationRuntimeStatus.Pending
            && await client.GetInstanceHistoryAsync(id, cancellationToken) is { } history)
        {
            shown = shown with { HistoryEvents = new ManagementHistory(showInput ?? true, showHistoryOutput ?? false).Of(history) };
        }

        var self = new Uri(entra.Value.PublicAddress, http.Request.Path + http.Request.QueryString.ToUriComponent());
        return Answer(http.Response, shown, instance, self, returnInternalServerErrorOnFailure ?? false);
    }

    private static async Task<IResult> PurgeAsync(string id, OrchestrationDesk desk, HttpContext http, CancellationToken cancellationToken)
        => await desk.ActAsync(id, new OrchestrationAct.Purge(Recursive: false), http.User.Actor(), ManagementActs.NoReason, cancellationToken) switch
        {
            ActResult.Done done => TypedResults.Json(new PurgeHistoryResult(done.Count), ManagementJson.Default.PurgeHistoryResult),
            ActResult.NotNow refused => Problems.Of(StatusCodes.Status409Conflict, "orchestration-state", "The orchestration does not stand so that this could be done", refused.Why),
            _ => Problems.NotFound("orchestration", id),
        };

    private static async Task<IResult> PurgeManyAsync(
        string? createdTimeFrom, string? createdTimeTo, string[]? runtimeStatus, OrchestrationDesk desk, CancellationToken cancellationToken)
    {
        if (!ManagementQuery.TryReadTime(createdTimeFrom, out var from) || from is null)
        {
            return Problems.InvalidParameter(nameof(createdTimeFrom), "It is needed: instances created before it stay. " + QueryText.TimeExample);
        }

        if (!ManagementQuery.TryReadTime(createdTimeTo, out var to))
        {
            return Wrong(ManagementQuery.Time(nameof(createdTimeTo)));
        }

        if (!ManagementQuery.TryReadStatuses(runtimeStatus, out var statuses))
        {
            return Wrong(ManagementQuery.Statuses());
        }

        var purged = await desk.PurgeAsync(new(from, to, statuses), cancellationToken);
        return purged == 0
            ? Problems.Of(StatusCodes.Status404NotFound, "not-found", "Not found", string.Create(CultureInfo.InvariantCulture, $"No instance that has ended is selected by createdTimeFrom {from:O} and the rest."))
            : TypedResults.Json(new PurgeHistoryResult(purged), ManagementJson.Default.PurgeHistoryResult);
    }

    private static IResult Wrong(FieldError error) => Problems.InvalidParameter(error.Field, error.Fix);
}
