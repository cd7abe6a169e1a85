using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using TeamsWorkflows.Intakes;
using TeamsWorkflows.Reports;
using TeamsWorkflows.Server.Access;
using TeamsWorkflows.Server.Audit;

namespace TeamsWorkflows.Server.Api;

/// <summary>Intakes: addresses at which scenarios of other tools hand reports over.</summary>
internal static class IntakeEndpoints
{
    public static RouteGroupBuilder MapIntakes(this IEndpointRouteBuilder routes)
    {
        var intakes = routes.MapGroup("/intakes").WithTags("Intakes");
        intakes.MapReception();
        intakes.MapGet("/", ListAsync)
            .RequireAuthorization(Policies.Follow)
            .WithSummary("Lists intakes. Publishers see their own.");
        intakes.MapGet("/{id}", FindAsync)
            .RequireAuthorization(Policies.Follow)
            .WithSummary("Shows an intake; the header ETag names its version.")
            .ProducesProblem(StatusCodes.Status404NotFound);
        intakes.MapPut("/{id}", PutAsync).Audited("intake.put", "intake")
            .RequireAuthorization(Policies.Arrange)
            .WithSummary("Creates an intake, whose secret is shown this once, or changes the version that If-Match names.")
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status409Conflict)
            .ProducesProblem(StatusCodes.Status412PreconditionFailed)
            .ProducesProblem(StatusCodes.Status422UnprocessableEntity)
            .ProducesProblem(StatusCodes.Status428PreconditionRequired);
        intakes.MapPost("/{id}/rotate", RotateAsync).Audited("intake.rotate", "intake")
            .RequireAuthorization(Policies.Arrange)
            .WithSummary("Makes a new secret, shown this once; the one before stays good for a day.")
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status409Conflict);
        intakes.MapDelete("/{id}", DeleteAsync).Audited("intake.delete", "intake")
            .RequireAuthorization(Policies.Arrange)
            .WithSummary("Deletes an intake.")
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status409Conflict)
            .ProducesProblem(StatusCodes.Status412PreconditionFailed);
        return intakes;
    }

    private static async Task<Ok<IntakeList>> ListAsync(ClaimsPrincipal caller, IntakeDesk desk, CancellationToken cancellationToken)
        => TypedResults.Ok(new IntakeList(
            [.. (await desk.ListAsync(caller.MayOperate() ? null : caller.Publisher(), cancellationToken)).Select(IntakeResource.From)]));

    private static async Task<Results<Ok<IntakeResource>, ProblemHttpResult>> FindAsync(
        string id, ClaimsPrincipal caller, IntakeDesk desk, HttpResponse response, CancellationToken cancellationToken)
    {
        if (await desk.FindAsync(id, cancellationToken) is not { } intake || !(caller.MayOperate() || intake.Publisher == caller.Publisher()))
        {
            return Problems.NotFound("intake", id);
        }

        response.Headers.ETag = intake.ETag;
        return TypedResults.Ok(IntakeResource.From(intake));
    }

    private static async Task<Results<Ok<IntakePut>, Created<IntakePut>, ProblemHttpResult>> PutAsync(
        string id,
        [FromHeader(Name = "If-Match")] string? ifMatch,
        [FromHeader(Name = "If-None-Match")] string? ifNoneMatch,
        IntakeDefinition definition,
        ClaimsPrincipal caller,
        IntakeDesk desk,
        HttpResponse response,
        CancellationToken cancellationToken)
    {
        if (ifNoneMatch is not (null or "*"))
        {
            return Edits.WrongIfNoneMatch();
        }

        switch (await desk.PutAsync(id, definition, new(ifMatch, ifNoneMatch is not null), caller.Editor(), cancellationToken))
        {
            case PutIntakeResult.Put put:
                response.Headers.ETag = put.Intake.ETag;
                response.Headers.CacheControl = "no-store";
                var resource = new IntakePut(IntakeResource.From(put.Intake), put.Secret);
                return put.Secret is null ? TypedResults.Ok(resource) : TypedResults.Created(resource.Intake.Links.Self, resource);
            case PutIntakeResult.Invalid invalid:
                return Problems.Invalid("intake", "The intake is invalid", invalid.Errors);
            case PutIntakeResult.Refused refused:
                return Edits.Refused(refused.Why, "intake", id);
            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }

    private static async Task<Results<Ok<IntakeSecret>, ProblemHttpResult>> RotateAsync(
        string id, NoFields body, ClaimsPrincipal caller, IntakeDesk desk, HttpResponse response, CancellationToken cancellationToken)
    {
        if (await WhyNotAsync(id, caller, desk, cancellationToken) is { } refused)
        {
            return refused;
        }

        if (await desk.RotateAsync(id, caller.Actor(), cancellationToken) is not { } secret)
        {
            return Problems.NotFound("intake", id);
        }

        response.Headers.CacheControl = "no-store";
        return TypedResults.Ok(new IntakeSecret(secret));
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> DeleteAsync(
        string id, [FromHeader(Name = "If-Match")] string? ifMatch, ClaimsPrincipal caller, IntakeDesk desk, CancellationToken cancellationToken)
        => await WhyNotAsync(id, caller, desk, cancellationToken) is { } refused ? refused
            : await desk.DeleteAsync(id, ifMatch, cancellationToken) ? TypedResults.NoContent()
            : Edits.Refused(EditRefusal.PreconditionFailed, "intake", id);

    // Null: the caller may change it.
    private static async Task<ProblemHttpResult?> WhyNotAsync(string id, ClaimsPrincipal caller, IntakeDesk desk, CancellationToken cancellationToken)
        => await desk.FindAsync(id, cancellationToken) is not { } intake || !(caller.MayAdminister() || intake.Publisher == caller.Publisher())
            ? Problems.NotFound("intake", id)
            : intake.Origin == Origin.Configuration ? Edits.Refused(EditRefusal.OfConfiguration, "intake", id) : null;
}

/// <summary>An intake without its secret.</summary>
internal sealed record IntakeResource(
    string Id,
    string Publisher,
    IntakeTool Tool,
    IntakeProof Proof,
    string? SecretHeader,
    TimeSpan ReplayWindow,
    string? KeyField,
    ReportRequest? Report,
    bool IsEnabled,
    Origin Origin,
    DateTimeOffset CreatedAt,
    DateTimeOffset? LastAt,
    IntakeLinks Links)
{
    public static IntakeResource From(Intake intake) => new(
        intake.Id,
        intake.Publisher,
        intake.Tool,
        intake.Proof,
        intake.SecretHeader,
        intake.ReplayWindow,
        intake.KeyField,
        intake.Report,
        intake.IsEnabled,
        intake.Origin,
        intake.CreatedAt,
        intake.LastAt,
        new(Api.Links.Intake(intake.Id)));
}

internal sealed record IntakeLinks(string Self);

internal sealed record IntakeList(IReadOnlyList<IntakeResource> Intakes);

/// <param name="Secret">Of a new intake; it is not shown again.</param>
internal sealed record IntakePut(IntakeResource Intake, string? Secret);

/// <param name="Secret">It is not shown again.</param>
internal sealed record IntakeSecret(string Secret);
