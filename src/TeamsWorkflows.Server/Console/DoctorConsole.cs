using Microsoft.AspNetCore.Http.HttpResults;
using TeamsWorkflows.Connections;
using TeamsWorkflows.Doctor;
using TeamsWorkflows.Server.Api;
using TeamsWorkflows.Server.Audit;

namespace TeamsWorkflows.Server.Console;

/// <summary>What the doctor found, and the button that has it look again. To open a page asks nobody but the database.</summary>
internal static class DoctorConsole
{
    private const string WhyNotAudited = "it tries, and changes nothing but what was found last";

    public static void MapDoctorConsole(this IEndpointRouteBuilder console)
    {
        console.MapGet("/doctor", ShowAsync);
        console.MapPost("/doctor", LookAsync).NotAudited(WhyNotAudited);
        console.MapPost("/connections/{id}/doctor", LookAtConnectionAsync).NotAudited(WhyNotAudited);
    }

    private static async Task<RazorComponentResult<DoctorPage>> ShowAsync(
        string? result, int? skip, string? note, DoctorRecord record, CancellationToken cancellationToken)
    {
        var (only, from) = (QueryText.TryRead<CheckResult>(result, out var asked) ? asked : null, ListPage.Skip(skip));
        var (counts, lookedAt) = await record.CountAsync(cancellationToken);
        return new(new
        {
            Findings = ListPage.Of(await record.PageAsync(only, from, ListPage.Size + 1, cancellationToken), from),
            Only = only,
            Counts = counts,
            LookedAt = lookedAt,
            Note = Notes.Text(note),
        });
    }

    private static async Task<RedirectHttpResult> LookAsync(DoctorRounds rounds)
        => ConsoleEndpoints.SeeOther($"/doctor?note={await rounds.LookAsync(connectionId: null)}");

    private static async Task<Results<RedirectHttpResult, NotFound>> LookAtConnectionAsync(
        string id, ConnectionDesk connections, DoctorRounds rounds, CancellationToken cancellationToken)
        => await connections.FindAsync(id, cancellationToken) is null
            ? TypedResults.NotFound()
            : ConsoleEndpoints.SeeOther($"/connections/{Uri.EscapeDataString(id)}?note={await rounds.LookAsync(id)}#doctor");
}
