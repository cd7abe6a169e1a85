using System.Security.Claims;
using System.Text;
using System.Text.Json;
using System.Xml.Linq;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using TeamsWorkflows.DurableTask;
using TeamsWorkflows.DurableTask.Client;
using TeamsWorkflows.Server.Access;
using TeamsWorkflows.Server.Api;
using TeamsWorkflows.Server.Audit;
using TeamsWorkflows.Server.Orchestrations;

namespace TeamsWorkflows.Server.Console;

/// <summary>The console's pages of orchestrations, for administrators.</summary>
internal static class OrchestrationConsole
{
    private const int PageSize = 50;

    public static void MapOrchestrationConsole(this RouteGroupBuilder console)
    {
        var orchestrations = console.MapGroup("/orchestrations").RequireAuthorization(Policies.Administer);
        orchestrations.MapGet("/", ListAsync);
        orchestrations.MapOrchestrationViews();
        orchestrations.MapOrchestrationImport();
        orchestrations.MapGet("/{id}", FindAsync);
        orchestrations.MapGet("/{id}/diagram.svg", DiagramAsync);
        orchestrations.MapGet("/{id}/history.json", OrchestrationEndpoints.ExportAsync);
        orchestrations.MapGet("/{id}/{part:regex(^(input|output|custom-status)$)}.json", PartAsync);
        orchestrations.MapPost("/{id}/act", ActAsync).Audited("orchestration.act", "orchestration");
        orchestrations.MapPost("/{id}/raise", RaiseAsync).Audited("orchestration.raiseevent", "orchestration");
        orchestrations.MapGet("/bulk/{run}", BulkRun);
        orchestrations.MapPost("/bulk", BulkAsync).Audited("orchestration.bulk", "orchestrations");
    }

    private static async Task<RazorComponentResult<OrchestrationsPage>> ListAsync(
        [AsParameters] OrchestrationFilter filter,
        string? note,
        string? token,
        ClaimsPrincipal caller,
        DurableTaskClient client,
        OrchestrationCounter counter,
        ConsoleSettings settings,
        CancellationToken cancellationToken)
    {
        var isUnderstood = filter.TryRead(out var query, out var error);
        var page = query is null ? null : await TryListAsync(client, query with { PageSize = PageSize, ContinuationToken = token }, cancellationToken);
        return new(new
        {
            Filter = filter,
            Page = page ?? new OrchestrationPage([], null),
            Histogram = query is null || token is not null ? null : OrchestrationHistogram.Of(await counter.CountAsync(query, cancellationToken), filter),
            Views = await settings.ViewsAsync(caller.Publisher(), cancellationToken),
            Columns = await settings.ColumnsAsync(caller.Publisher(), cancellationToken),
            Wrong = !isUnderstood ? error!.Fix : page is null ? "That page is gone. Begin with the first." : null,
            Note = Notes.Text(note),
        });
    }

    private static async Task<OrchestrationPage?> TryListAsync(DurableTaskClient client, OrchestrationQuery query, CancellationToken cancellationToken)
    {
        try
        {
            return await client.GetAllInstancesAsync(query, cancellationToken);
        }
        catch (ArgumentException)
        {
            return null; // a continuation token that is none
        }
    }

    private static async Task<Results<RazorComponentResult<OrchestrationPageView>, NotFound>> FindAsync(
        string id, string? note, DurableTaskClient client, TimeProvider time, CancellationToken cancellationToken)
    {
        if (await client.GetInstanceAsync(id, cancellationToken) is not { } instance
            || await client.GetInstanceHistoryAsync(id, cancellationToken) is not { } history)
        {
            return TypedResults.NotFound();
        }

        var timeline = Timeline.Of(history);
        var until = timeline.HasEnded ? timeline.End!.Value : time.GetUtcNow();
        return new RazorComponentResult<OrchestrationPageView>(new
        {
            Instance = instance,
            History = history,
            Timeline = timeline,
            Scale = TimelineScale.Of(timeline, until),
            Until = until,
            Note = Notes.Text(note),
        });
    }

    private static async Task<Results<FileContentHttpResult, NotFound>> DiagramAsync(
        string id, DurableTaskClient client, CancellationToken cancellationToken)
    {
        if (await client.GetInstanceAsync(id, cancellationToken) is not { } instance
            || await client.GetInstanceHistoryAsync(id, cancellationToken) is not { } history)
        {
            return TypedResults.NotFound();
        }

        var drawing = SequenceDiagram.Draw(instance.Name, Timeline.Of(history)).ToString(SaveOptions.DisableFormatting);
        return TypedResults.File(Encoding.UTF8.GetBytes(drawing), "image/svg+xml");
    }

    private static async Task<Results<FileContentHttpResult, NotFound>> PartAsync(
        string id, string part, DurableTaskClient client, CancellationToken cancellationToken)
    {
        var instance = await client.GetInstanceAsync(id, cancellationToken);
        var text = part switch
        {
            "input" => instance?.Input,
            "output" => instance?.Output,
            _ => instance?.CustomStatus,
        };
        return text is null
            ? TypedResults.NotFound()
            : TypedResults.File(Encoding.UTF8.GetBytes(text), "application/json", HistoryExport.FileName(part, id));
    }

    private static async Task<Results<RedirectHttpResult, NotFound, BadRequest>> ActAsync(
        string id,
        [FromForm] string? action,
        [FromForm] string? reason,
        [FromForm] string? recursive,
        ClaimsPrincipal caller,
        OrchestrationDesk desk,
        CancellationToken cancellationToken)
    {
        if (OrchestrationAct.Parse(action, IsTicked(recursive)) is not { } act)
        {
            return TypedResults.BadRequest();
        }

        if (!ReasonRequest.IsReason(reason))
        {
            return Back(id, Notes.ReasonMissing);
        }

        return await desk.ActAsync(id, act, caller.Actor(), reason.Trim(), cancellationToken) switch
        {
            ActResult.Done when act is OrchestrationAct.Purge => TypedResults.Redirect($"/orchestrations?note={Notes.Purged}"),
            ActResult.Done done => Back(done.InstanceId, Notes.Acted),
            ActResult.NotFound => TypedResults.NotFound(),
            _ => Back(id, Notes.WrongState),
        };
    }

    private static async Task<Results<RedirectHttpResult, NotFound>> RaiseAsync(
        string id,
        [FromForm] string? name,
        [FromForm] string? data,
        [FromForm] string? reason,
        ClaimsPrincipal caller,
        OrchestrationDesk desk,
        CancellationToken cancellationToken)
    {
        if (!ReasonRequest.IsReason(reason))
        {
            return Back(id, Notes.ReasonMissing);
        }

        if (string.IsNullOrWhiteSpace(name) || !TryReadJson(data, out var payload))
        {
            return Back(id, Notes.WrongEvent);
        }

        var act = new OrchestrationAct.RaiseEvent(name.Trim(), payload);
        return await desk.ActAsync(id, act, caller.Actor(), reason.Trim(), cancellationToken) switch
        {
            ActResult.Done => Back(id, Notes.Acted),
            ActResult.NotFound => TypedResults.NotFound(),
            ActResult.Invalid => Back(id, Notes.WrongEvent),
            _ => Back(id, Notes.WrongState),
        };
    }

    // The chosen ones, or all that the filter in the address selects.
    private static async Task<Results<RedirectHttpResult, BadRequest>> BulkAsync(
        HttpRequest request, IFormCollection form, ClaimsPrincipal caller, OrchestrationDesk desk, BulkRuns runs)
    {
        var filter = OrchestrationFilter.OfAddress(request.Query);
        string?[] ids = [.. form["ids"].Distinct(StringComparer.Ordinal)];
        if (OrchestrationAct.Parse(form["action"], IsTicked(form["recursive"])) is not { } act || ids.Length > PageSize || !filter.TryRead(out var query, out _))
        {
            return TypedResults.BadRequest();
        }

        var isAll = IsTicked(form["all"]);
        if (isAll && filter.ToQueryString().Length == 0)
        {
            return TypedResults.Redirect($"/orchestrations?note={Notes.FilterFirst}");
        }

        var back = $"/orchestrations?{filter.ToQueryString()}note=";
        if (ids.Length == 0 && !isAll)
        {
            return TypedResults.Redirect(back + Notes.NothingChosen);
        }

        var reason = form["reason"].ToString();
        if (!ReasonRequest.IsReason(reason))
        {
            return TypedResults.Redirect(back + Notes.ReasonMissing);
        }

        var chosen = isAll ? desk.SelectAsync(query, CancellationToken.None) : ids.OfType<string>().ToAsyncEnumerable();
        var run = await runs.BeginAsync(chosen, act, caller.Actor(), reason.Trim());
        return TypedResults.Redirect($"/orchestrations/bulk/{run.Id}");
    }

    private static Results<RazorComponentResult<BulkPage>, NotFound> BulkRun(string run, BulkRuns runs, HttpResponse response)
    {
        if (runs.Find(run) is not { } found)
        {
            return TypedResults.NotFound();
        }

        if (found.End is null)
        {
            response.Headers["Refresh"] = "2"; // without the script, too
        }

        return new RazorComponentResult<BulkPage>(new { Run = found });
    }

    private static bool TryReadJson(string? text, out JsonElement? json)
    {
        json = null;
        if (string.IsNullOrWhiteSpace(text))
        {
            return true;
        }

        try
        {
            using var document = JsonDocument.Parse(text);
            json = document.RootElement.Clone();
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static bool IsTicked(string? box) => box is not null;

    private static RedirectHttpResult Back(string id, string note)
        => TypedResults.Redirect($"/orchestrations/{Uri.EscapeDataString(id)}?note={note}");
}
