using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using TeamsWorkflows.Connections;
using TeamsWorkflows.Connections.Forecast;
using TeamsWorkflows.Connections.History;
using TeamsWorkflows.Connections.Register;
using TeamsWorkflows.Diagnostics;
using TeamsWorkflows.Doctor;
using TeamsWorkflows.Server.Access;
using TeamsWorkflows.Server.Api;
using TeamsWorkflows.Server.Audit;

namespace TeamsWorkflows.Server.Console;

/// <summary>One connection, for people: how it is, what it went through, what ends when, and what stops then.</summary>
internal static class ConnectionConsole
{
    public static void MapConnectionConsole(this IEndpointRouteBuilder console)
    {
        console.MapGet("/connections/compare", CompareAsync);
        console.MapGet("/connections/{id}", ShowAsync);
        console.MapGet("/connections/{id}/probe", static (string id) => ConsoleEndpoints.SeeOther(Address(id))); // its page, reloaded
        console.MapPost("/connections/{id}/probe", ProbeAsync).NotAudited("it tries, and changes nothing");
        console.MapPost("/connections/{id}/changes", ChangeAsync).Audited("connection.change", "connection");
    }

    private static Task<Results<RazorComponentResult<ConnectionPage>, NotFound>> ShowAsync(
        string id, string? note, [AsParameters] ConnectionSources sources, CancellationToken cancellationToken)
        => PageAsync(id, trial: null, Notes.Text(note), sources, cancellationToken);

    private static async Task<Results<RazorComponentResult<ConnectionPage>, NotFound>> ProbeAsync(
        string id, ProbeDesk desk, [AsParameters] ConnectionSources sources, CancellationToken cancellationToken)
        => await PageAsync(id, await desk.ProbeAsync(id, cancellationToken), note: null, sources, cancellationToken);

    private static async Task<Results<RazorComponentResult<ConnectionPage>, NotFound>> PageAsync(
        string id, ProbeOutcome? trial, string? note, ConnectionSources sources, CancellationToken cancellationToken)
        => await sources.Connections.FindAsync(id, cancellationToken) is { } connection
            ? new RazorComponentResult<ConnectionPage>(new
            {
                Connection = connection,
                Story = await sources.Histories.ReadAsync(id, cancellationToken),
                Radius = await sources.Forecast.BlastRadiusAsync(id, cancellationToken),
                Expiries = await sources.Forecast.ExpiriesAsync(id, cancellationToken) ?? [],
                Consents = await sources.Register.ConsentsAsync(connection, cancellationToken),
                Findings = await sources.Doctor.OfConnectionAsync(id, cancellationToken),
                Trial = trial,
                Note = note,
            })
            : TypedResults.NotFound();

    private static async Task<Results<RedirectHttpResult, NotFound, BadRequest>> ChangeAsync(
        string id, [FromForm] string? change, [FromForm] string? reason, ClaimsPrincipal caller, HistoryDesk histories, CancellationToken cancellationToken)
    {
        if (!QueryText.TryRead<OperationalChange>(change, out var what) || what is not { } known)
        {
            return TypedResults.BadRequest();
        }

        return !ReasonRequest.IsReason(reason) ? Back(Notes.ReasonMissing)
            : await histories.RecordAsync(id, known, at: null, caller.Actor(), reason.Trim(), cancellationToken) ? Back(Notes.ChangeKept)
            : TypedResults.NotFound();

        RedirectHttpResult Back(string note) => ConsoleEndpoints.SeeOther($"{Address(id)}?note={note}");
    }

    private static string Address(string id) => $"/connections/{Uri.EscapeDataString(id)}";

    private static async Task<Results<RazorComponentResult<ConnectionComparisonPage>, NotFound>> CompareAsync(
        string? left, string? right, ConnectionDesk connections, HistoryDesk histories, CancellationToken cancellationToken)
    {
        return await FindAsync(left) is { } one && await FindAsync(right) is { } other
            ? new RazorComponentResult<ConnectionComparisonPage>(new
            {
                Left = one,
                Right = other,
                Differences = ConnectionComparison.Compare(one, other),
                Symptoms = await histories.CompareAsync(one.Id, other.Id, cancellationToken),
            })
            : TypedResults.NotFound();

        Task<Connection?> FindAsync(string? id) => id is null ? Task.FromResult<Connection?>(null) : connections.FindAsync(id.Trim(), cancellationToken);
    }
}

/// <summary>Where a connection's page has what it shows from.</summary>
internal sealed record ConnectionSources(
    ConnectionDesk Connections, HistoryDesk Histories, ForecastDesk Forecast, ConnectionRegister Register, DoctorRecord Doctor);
