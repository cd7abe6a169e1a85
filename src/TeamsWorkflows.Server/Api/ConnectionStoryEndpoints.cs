using System.ComponentModel.DataAnnotations;
using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using TeamsWorkflows.Connections;
using TeamsWorkflows.Connections.Forecast;
using TeamsWorkflows.Connections.History;
using TeamsWorkflows.Diagnostics;
using TeamsWorkflows.Server.Access;
using TeamsWorkflows.Server.Audit;

namespace TeamsWorkflows.Server.Api;

/// <summary>What a connection went through, what of it ends when, and what stops then.</summary>
internal static class ConnectionStoryEndpoints
{
    public static void MapStories(this RouteGroupBuilder connections)
    {
        connections.MapGet("/expiries", ExpiriesAsync).WithSummary("Lists what ends when, of all connections, the soonest first.");
        connections.MapGet("/expiries.ics", CalendarAsync)
            .WithSummary("The dates that need a person, as an iCalendar feed.")
            .Produces<string>(StatusCodes.Status200OK, "text/calendar");
        connections.MapGet("/compare", CompareAsync)
            .WithSummary("Compares two connections, such as the test's and production's.")
            .ProducesProblem(StatusCodes.Status404NotFound);
        connections.MapGet("/{id}/history", HistoryAsync)
            .WithSummary("Shows tokens, sign-ins, changes, and the patterns in them.")
            .ProducesProblem(StatusCodes.Status404NotFound);
        connections.MapGet("/{id}/dependents", DependentsAsync)
            .WithSummary("Shows which reports stop when the connection stops.")
            .ProducesProblem(StatusCodes.Status404NotFound);
        connections.MapPost("/{id}/changes", ChangeAsync).Audited("connection.change", "connection")
            .WithSummary("Takes down what somebody changed that tokens depend on, such as a password or a policy.")
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status422UnprocessableEntity);
    }

    private static async Task<Ok<ExpiryList>> ExpiriesAsync(ForecastDesk forecast, CancellationToken cancellationToken)
        => TypedResults.Ok(new ExpiryList(await forecast.ExpiriesAsync(cancellationToken)));

    private static async Task<ContentHttpResult> CalendarAsync(ForecastDesk forecast, TimeProvider time, CancellationToken cancellationToken)
        => TypedResults.Text(ExpiryCalendar.Write(await forecast.ExpiriesAsync(cancellationToken), time.GetUtcNow()), "text/calendar; charset=utf-8");

    private static async Task<Results<Ok<ComparisonResource>, ProblemHttpResult>> CompareAsync(
        string left, string right, ConnectionDesk desk, HistoryDesk histories, CancellationToken cancellationToken)
        => (await desk.FindAsync(left, cancellationToken), await desk.FindAsync(right, cancellationToken)) switch
        {
            (null, _) => Problems.NotFound("connection", left),
            (_, null) => Problems.NotFound("connection", right),
            var (l, r) => TypedResults.Ok(new ComparisonResource(
                l.Id, r.Id, ConnectionComparison.Compare(l, r), await histories.CompareAsync(l.Id, r.Id, cancellationToken))),
        };

    private static async Task<Results<Ok<ConnectionStory>, ProblemHttpResult>> HistoryAsync(
        string id, ConnectionDesk desk, HistoryDesk histories, CancellationToken cancellationToken)
        => await desk.FindAsync(id, cancellationToken) is null
            ? Problems.NotFound("connection", id)
            : TypedResults.Ok(await histories.ReadAsync(id, cancellationToken));

    private static async Task<Results<Ok<BlastRadius>, ProblemHttpResult>> DependentsAsync(
        string id, ConnectionDesk desk, ForecastDesk forecast, CancellationToken cancellationToken)
        => await desk.FindAsync(id, cancellationToken) is null
            ? Problems.NotFound("connection", id)
            : TypedResults.Ok(await forecast.BlastRadiusAsync(id, cancellationToken));

    private static async Task<Results<NoContent, ProblemHttpResult>> ChangeAsync(
        string id, ChangeRequest body, ClaimsPrincipal caller, HistoryDesk histories, CancellationToken cancellationToken)
    {
        if (body.Change is not { } change || body.Note?.Length > ReasonRequest.MaxLength)
        {
            var (field, fix) = body.Change is null
                ? ("change", $"Say what was changed: {string.Join(", ", Enum.GetNames<OperationalChange>())}.")
                : ("note", $"Give at most {ReasonRequest.MaxLength:N0} characters.");
            return Problems.Of(
                StatusCodes.Status422UnprocessableEntity,
                "invalid-change",
                "The change is incomplete",
                $"{field}: {fix}",
                new Dictionary<string, string[]>(StringComparer.Ordinal) { [field] = [fix] });
        }

        return await histories.RecordAsync(id, change, body.At, caller.Actor(), body.Note, cancellationToken)
            ? TypedResults.NoContent()
            : Problems.NotFound("connection", id);
    }
}

internal sealed record ExpiryList(IReadOnlyList<Expiry> Expiries);

/// <param name="Symptoms">What the two histories together show.</param>
internal sealed record ComparisonResource(string Left, string Right, IReadOnlyList<Difference> Differences, IReadOnlyList<Symptom> Symptoms);

/// <param name="At">When it happened; null: now.</param>
internal sealed record ChangeRequest([property: Required] OperationalChange? Change, DateTimeOffset? At, string? Note) : IReason
{
    string? IReason.Reason => Note;
}
