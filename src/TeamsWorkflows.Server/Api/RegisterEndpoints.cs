using System.ComponentModel.DataAnnotations;
using System.Security.Claims;
using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using TeamsWorkflows.Audit;
using TeamsWorkflows.Connections;
using TeamsWorkflows.Connections.Register;
using TeamsWorkflows.Server.Access;
using TeamsWorkflows.Server.Audit;

namespace TeamsWorkflows.Server.Api;

/// <summary>The register: administrators define connections, operators see who consented to what.</summary>
internal static class RegisterEndpoints
{
    public static void MapRegister(this RouteGroupBuilder connections)
    {
        connections.MapPost("/", RegisterAsync).Audited("connection.register", "connection")
            .RequireAuthorization(Policies.Administer)
            .WithSummary("Adds a connection, or changes one that the API added. Another account, tenant or application must connect anew. If-Match names the version that is meant.")
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status409Conflict)
            .ProducesProblem(StatusCodes.Status412PreconditionFailed)
            .ProducesProblem(StatusCodes.Status422UnprocessableEntity);
        connections.MapGet("/{id}/consent", ConsentAsync)
            .WithSummary("Shows which permissions the connection needs, who granted them, and where an administrator grants them.")
            .ProducesProblem(StatusCodes.Status404NotFound);
        connections.MapPost("/{id}/consent", RecordConsentAsync).Audited("connection.consent", "connection")
            .RequireAuthorization(Policies.Administer)
            .WithSummary("Takes down that an administrator granted permissions.")
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status422UnprocessableEntity);
        connections.MapGet("/interactive", InteractiveAsync)
            .WithSummary("Lists the connections that only a person's sign-in renews.");
    }

    private static async Task<Results<Created<ConnectionResource>, Ok<ConnectionResource>, ProblemHttpResult>> RegisterAsync(
        [FromHeader(Name = "If-Match")] string? ifMatch,
        [FromHeader(Name = "If-None-Match")] string? ifNoneMatch,
        ConnectionDefinition definition,
        ClaimsPrincipal caller,
        ConnectionRegister register,
        HttpResponse response,
        CancellationToken cancellationToken)
    {
        if (ifNoneMatch is not (null or "*"))
        {
            return Edits.WrongIfNoneMatch();
        }

        AuditCall.Current?.To($"connection/{definition.Id}");
        var result = await register.RegisterAsync(definition, new(ifMatch, ifNoneMatch is not null), caller.Actor(), cancellationToken);
        if (result is RegisterResult.Registered { Connection.ETag: var etag })
        {
            response.Headers.ETag = etag;
        }

        return result switch
        {
            RegisterResult.Registered { IsNew: true } added =>
                TypedResults.Created(Links.Connection(added.Connection.Id), ConnectionResource.From(added.Connection)),
            RegisterResult.Registered changed => TypedResults.Ok(ConnectionResource.From(changed.Connection)),
            RegisterResult.Refused refused => Edits.Refused(refused.Why, "connection", definition.Id),
            RegisterResult.Invalid invalid => Invalid(invalid.Problems),
            RegisterResult.OfConfiguration => Problems.Of(
                StatusCodes.Status409Conflict,
                "connection-of-configuration",
                "The configuration defines this connection",
                $"id: '{definition.Id}' is an entry of section Connections. Change it there, or register under another id."),
            _ => throw new System.Diagnostics.UnreachableException(),
        };
    }

    private static ProblemHttpResult Invalid(IReadOnlyDictionary<string, string[]> problems)
    {
        var errors = problems.ToDictionary(static p => JsonNamingPolicy.CamelCase.ConvertName(p.Key), static p => p.Value, StringComparer.Ordinal);
        return Problems.Invalid("connection", "The connection is invalid", errors);
    }

    private static async Task<Results<Ok<ConsentResource>, ProblemHttpResult>> ConsentAsync(
        string id, ConnectionDesk desk, ConnectionRegister register, AdminConsent consents, CancellationToken cancellationToken)
        => await desk.FindAsync(id, cancellationToken) is { } connection
            ? TypedResults.Ok(new ConsentResource(
                consents.Needed(connection),
                connection.RegistrationOwner ?? connection.Owner,
                consents.Address(connection),
                await register.ConsentsAsync(connection, cancellationToken)))
            : Problems.NotFound("connection", id);

    private static async Task<Results<NoContent, ProblemHttpResult>> RecordConsentAsync(
        string id, ConsentRequest body, ClaimsPrincipal caller, ConnectionRegister register, CancellationToken cancellationToken)
    {
        if (string.IsNullOrWhiteSpace(body.GrantedBy) || body.Scopes is not { Count: > 0 })
        {
            return Problems.Of(
                StatusCodes.Status422UnprocessableEntity,
                "invalid-consent",
                "The consent is incomplete",
                "grantedBy, scopes: say who granted it, and each permission.",
                new Dictionary<string, string[]>(StringComparer.Ordinal)
                {
                    [string.IsNullOrWhiteSpace(body.GrantedBy) ? "grantedBy" : "scopes"] = ["Is missing."],
                });
        }

        var consent = new NewConsent(body.GrantedBy.Trim(), body.Scopes, body.GrantedAt, body.ReviewAt);
        return await register.RecordConsentAsync(id, consent, caller.Actor(), cancellationToken)
            ? TypedResults.NoContent()
            : Problems.NotFound("connection", id);
    }

    private static async Task<Ok<InteractiveList>> InteractiveAsync(ConnectionRegister register, CancellationToken cancellationToken)
        => TypedResults.Ok(new InteractiveList(await register.InteractiveDependenciesAsync(cancellationToken)));
}

/// <summary>What consent a connection needs, and what is known to be given.</summary>
/// <param name="Needed">The permissions that it asks for.</param>
/// <param name="RegistrationOwner">Who can change the application's registration.</param>
/// <param name="AdminConsentUrl">An administrator of the tenant opens it to grant them; null for a webhook, which needs none.</param>
internal sealed record ConsentResource(IReadOnlyList<string> Needed, string RegistrationOwner, Uri? AdminConsentUrl, IReadOnlyList<Consent> Recorded);

/// <param name="GrantedAt">Null: now.</param>
/// <param name="ReviewAt">When somebody has to look at it again: it is then among the dates that need a person. Null: never.</param>
internal sealed record ConsentRequest(
    [property: Required] string? GrantedBy, [property: Required] IReadOnlyList<string>? Scopes, DateTimeOffset? GrantedAt, DateTimeOffset? ReviewAt);

internal sealed record InteractiveList(IReadOnlyList<InteractiveDependency> Connections);
