using Microsoft.AspNetCore.Http.HttpResults;
using TeamsWorkflows.DurableTask;
using TeamsWorkflows.DurableTask.Core;
using TeamsWorkflows.DurableTask.Testing;
using TeamsWorkflows.Server.Audit;

namespace TeamsWorkflows.Server.Console;

/// <summary>An exported history to look at: nothing of it is stored, and nothing of it runs but the decisions of our own code.</summary>
internal static class OrchestrationImport
{
    private static readonly TimeSpan ReplayPatience = TimeSpan.FromSeconds(10);

    public static void MapOrchestrationImport(this RouteGroupBuilder orchestrations)
    {
        orchestrations.MapGet("/import", static () => new RazorComponentResult<ImportPage>(new { }));
        orchestrations.MapPost("/import", ShowAsync).NotAudited("nothing is kept");
    }

    private static async Task<RazorComponentResult<ImportPage>> ShowAsync(
        IFormFile? file, DurableTaskRegistry registry, TimeProvider time, CancellationToken cancellationToken)
    {
        if (file is null || file.Length == 0)
        {
            return new(new { Wrong = "Choose a file that was downloaded from the page of an orchestration." });
        }

        using var text = new StreamReader(file.OpenReadStream());
        RecordedHistory history;
        try
        {
            history = HistoryJson.Read(await text.ReadToEndAsync(cancellationToken));
        }
        catch (InvalidDataException e)
        {
            return new(new { Wrong = e.Message });
        }

        return new(new { History = history, Replay = await ReplayAsync(registry, history, time, cancellationToken) });
    }

    // Code that never gives its turn back never returns: the page does not wait for it.
    private static async Task<ReplayResult?> ReplayAsync(
        DurableTaskRegistry registry, RecordedHistory history, TimeProvider time, CancellationToken cancellationToken)
    {
        try
        {
            return await Task.Run(() => new OrchestrationReplayer(registry).Replay(history), cancellationToken).WaitAsync(ReplayPatience, time, cancellationToken);
        }
        catch (TimeoutException)
        {
            return null;
        }
    }
}
