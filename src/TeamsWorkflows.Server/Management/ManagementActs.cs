using System.Security.Claims;
using System.Text.Json;
using Microsoft.Extensions.Options;
using TeamsWorkflows.Connections;
using TeamsWorkflows.DurableTask.Client;
using TeamsWorkflows.Server.Access;
using TeamsWorkflows.Server.Api;
using TeamsWorkflows.Server.Audit;
using TeamsWorkflows.Server.Orchestrations;

namespace TeamsWorkflows.Server.Management;

/// <summary>What the HTTP API of Durable Functions does to orchestrations.</summary>
internal static class ManagementActs
{
    /// <summary>What stands where its callers say no reason: it is theirs to leave out there.</summary>
    public const string NoReason = "no reason given";

    private const string PollAgain = "10"; // seconds

    private static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(230); // what load balancers let a request take

    public static void MapManagementActs(this RouteGroupBuilder api)
    {
        api.MapPost("/orchestrators/{functionName}/{id?}", StartAsync).Audited("orchestration.start", "orchestration")
            .WithSummary("Starts an orchestrator with a JSON body as its input; with timeout (seconds), waits that long for the end.")
            .Accepts<object>(isOptional: true, "application/json")
            .Produces<ManagementPayload>(StatusCodes.Status202Accepted)
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status409Conflict);
        api.MapPost("/instances/{id}/raiseEvent/{eventName}", RaiseAsync).Audited("orchestration.raiseevent", "orchestration")
            .WithSummary("Sends an event, whose JSON is the body, to an instance.")
            .Accepts<object>("application/json")
            .Produces(StatusCodes.Status202Accepted)
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status410Gone);
        Map("terminate", "Ends an instance where it stands.", static () => new OrchestrationAct.Terminate(Recursive: false));
        Map("suspend", "Stops an instance until it is resumed.", static () => new OrchestrationAct.Suspend());
        Map("resume", "Lets a suspended instance go on.", static () => new OrchestrationAct.Resume());
        Map("rewind", "Lets a failed instance go on from where it failed.", static () => new OrchestrationAct.Rewind());
        api.MapPost("/instances/{id}/restart", RestartAsync).Audited("orchestration.restart", "orchestration")
            .WithSummary("Starts an instance once more with its input, under a new identifier unless restartWithNewInstanceId is false.")
            .Produces<ManagementPayload>(StatusCodes.Status202Accepted)
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status410Gone);

        void Map(string word, string summary, Func<OrchestrationAct> act)
            => api.MapPost(
                "/instances/{id}/" + word,
                (string id, string? reason, ClaimsPrincipal caller, OrchestrationDesk desk, CancellationToken cancellationToken)
                    => ActAsync(id, act(), reason, caller, desk, cancellationToken))
                .Audited("orchestration." + word, "orchestration")
                .WithSummary(summary)
                .Produces(StatusCodes.Status202Accepted)
                .ProducesProblem(StatusCodes.Status404NotFound)
                .ProducesProblem(StatusCodes.Status410Gone);
    }

    private static async Task<IResult> StartAsync(
        string functionName,
        string? id,
        double? timeout,
        bool? returnInternalServerErrorOnFailure,
        HttpContext http,
        OrchestrationDesk desk,
        DurableTaskClient client,
        IOptions<EntraOptions> entra,
        CancellationToken cancellationToken)
    {
        JsonElement? input = null;
        if (http.Request.ContentLength != 0 && http.Request.ContentType is not null && !TryTake(await ReadAsync(http.Request, cancellationToken), out input))
        {
            return NoJson();
        }

        switch (await desk.StartAsync(functionName, id, input, cancellationToken))
        {
            case ActResult.Done done when ManagementQuery.Seconds(timeout, MaxWait) is { } patience:
                return await WaitAsync(done.InstanceId, patience, returnInternalServerErrorOnFailure ?? false, http, client, entra.Value, cancellationToken);
            case ActResult.Done done:
                return Started(http.Response, entra.Value, done.InstanceId, returnInternalServerErrorOnFailure ?? false);
            case ActResult.NotNow taken:
                return Problems.Of(StatusCodes.Status409Conflict, "orchestration-state", "The identifier is taken", taken.Why);
            case ActResult.Invalid invalid:
                return Problems.InvalidParameter(invalid.Field, invalid.Fix);
            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }

    private static async Task<IResult> WaitAsync(
        string id, TimeSpan patience, bool asError, HttpContext http, DurableTaskClient client, EntraOptions entra, CancellationToken cancellationToken)
    {
        try
        {
            using var waiting = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            var ended = await client.WaitForInstanceCompletionAsync(id, waiting.Token).WaitAsync(
                patience, http.RequestServices.GetRequiredService<TimeProvider>(), cancellationToken);
            return ended.Status == DurableTask.Core.OrchestrationRuntimeStatus.Completed
                ? TypedResults.Json(JsonText.Parse(ended.Output ?? "null")!.Value, ManagementJson.Default.JsonElement)
                : ManagementEndpoints.Answer(http.Response, InstanceStatus.From(ended, showInput: true), ended, self: null, asError);
        }
        catch (TimeoutException)
        {
            return Started(http.Response, entra, id, asError);
        }
    }

    private static async Task<IResult> RaiseAsync(
        string id, string eventName, ClaimsPrincipal caller, HttpRequest request, OrchestrationDesk desk, CancellationToken cancellationToken)
    {
        if (!request.HasJsonContentType())
        {
            return Problems.Of(StatusCodes.Status400BadRequest, "invalid-request", "The request is invalid", "Only application/json is taken. Send an event without data with the body null.");
        }

        return TryTake(await ReadAsync(request, cancellationToken), out var data)
            ? Ended(id, await desk.ActAsync(id, new OrchestrationAct.RaiseEvent(eventName, data), caller.Actor(), NoReason, cancellationToken))
            : NoJson();
    }

    private static async Task<IResult> ActAsync(
        string id, OrchestrationAct act, string? reason, ClaimsPrincipal caller, OrchestrationDesk desk, CancellationToken cancellationToken)
        => reason?.Length > ReasonRequest.MaxLength
            ? Problems.InvalidParameter(nameof(reason), $"Give at most {ReasonRequest.MaxLength:N0} characters.")
            : Ended(id, await desk.ActAsync(id, act, caller.Actor(), string.IsNullOrWhiteSpace(reason) ? NoReason : reason.Trim(), cancellationToken));

    private static async Task<IResult> RestartAsync(
        string id, bool? restartWithNewInstanceId, HttpContext http, OrchestrationDesk desk, IOptions<EntraOptions> entra, CancellationToken cancellationToken)
        => await desk.ActAsync(id, new OrchestrationAct.Restart(restartWithNewInstanceId ?? true), http.User.Actor(), NoReason, cancellationToken) switch
        {
            ActResult.Done done => Started(http.Response, entra.Value, done.InstanceId, returnInternalServerErrorOnFailure: false),
            var other => Ended(id, other),
        };

    private static IResult Started(HttpResponse response, EntraOptions entra, string id, bool returnInternalServerErrorOnFailure)
    {
        var payload = ManagementLinks.For(entra.PublicAddress, id, returnInternalServerErrorOnFailure);
        (response.Headers.Location, response.Headers.RetryAfter) = (payload.StatusQueryGetUri, PollAgain);
        return TypedResults.Json(payload, ManagementJson.Default.ManagementPayload, statusCode: StatusCodes.Status202Accepted);
    }

    private static IResult Ended(string id, ActResult result) => result switch
    {
        ActResult.Done => TypedResults.StatusCode(StatusCodes.Status202Accepted),
        ActResult.NotFound => Problems.NotFound("orchestration", id),
        ActResult.NotNow refused => Problems.Of(StatusCodes.Status410Gone, "orchestration-state", "The orchestration does not stand so that this could be done", refused.Why),
        ActResult.Invalid invalid => Problems.InvalidParameter(invalid.Field, invalid.Fix),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    private static IResult NoJson()
        => Problems.Of(StatusCodes.Status400BadRequest, "malformed-json", "The body is not valid JSON", "Send JSON, or no body where none is needed.");

    private static async Task<(bool IsJson, JsonElement? Json)> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        try
        {
            using var document = await JsonDocument.ParseAsync(request.Body, cancellationToken: cancellationToken);
            return (true, document.RootElement.ValueKind == JsonValueKind.Null ? null : document.RootElement.Clone());
        }
        catch (JsonException)
        {
            return (false, null);
        }
    }

    private static bool TryTake((bool IsJson, JsonElement? Json) read, out JsonElement? json)
    {
        json = read.Json;
        return read.IsJson;
    }
}
