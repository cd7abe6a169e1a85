using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.WebUtilities;
using TeamsWorkflows.Server.Access;
using TeamsWorkflows.Server.Audit;
using TeamsWorkflows.Server.Orchestrations;

namespace TeamsWorkflows.Server.Console;

/// <summary>Saved views and chosen columns of the list of orchestrations, each person's own.</summary>
internal static class OrchestrationViews
{
    public static void MapOrchestrationViews(this RouteGroupBuilder orchestrations)
    {
        orchestrations.MapPost("/views", SaveAsync).NotAudited("it is how one person looks at a list");
        orchestrations.MapPost("/views/delete", DeleteAsync).NotAudited("it is how one person looks at a list");
        orchestrations.MapPost("/columns", ColumnsAsync).NotAudited("it is how one person looks at a list");
    }

    private static async Task<RedirectHttpResult> SaveAsync(
        [FromForm] string? name, [FromForm] string? query, ClaimsPrincipal caller, ConsoleSettings settings, CancellationToken cancellationToken)
    {
        var filter = Filter(query);
        var view = new SavedView(name?.Trim() ?? "", filter.ToQueryString().TrimEnd('&'));
        var isNamed = view.Name.Length is > 0 and <= ConsoleSettings.MaxNameLength && !view.Name.Any(char.IsControl);
        if (!isNamed || view.Query.Length > ConsoleSettings.MaxValueLength || !filter.TryRead(out _, out _))
        {
            return Back(view.Query, Notes.ViewUnfit);
        }

        return Back(view.Query, await settings.SaveViewAsync(caller.Publisher(), view, cancellationToken) ? Notes.ViewSaved : Notes.ViewsFull);
    }

    private static async Task<RedirectHttpResult> DeleteAsync(
        [FromForm] string? name, [FromForm] string? query, ClaimsPrincipal caller, ConsoleSettings settings, CancellationToken cancellationToken)
    {
        await settings.DeleteViewAsync(caller.Publisher(), name ?? "", cancellationToken);
        return Back(Filter(query).ToQueryString().TrimEnd('&'), Notes.ViewDeleted);
    }

    private static async Task<RedirectHttpResult> ColumnsAsync(
        IFormCollection form, ClaimsPrincipal caller, ConsoleSettings settings, CancellationToken cancellationToken)
    {
        await settings.SaveColumnsAsync(caller.Publisher(), OrchestrationColumns.Of(form["columns"]), cancellationToken);
        return Back(Filter(form["query"]).ToQueryString().TrimEnd('&'), note: null);
    }

    // Only what a filter can say is stored, and comes back in an address.
    private static OrchestrationFilter Filter(string? query)
    {
        var said = QueryHelpers.ParseQuery(query ?? "");
        return new(All("status"), One("prefix"), One("name"), One("createdFrom"), One("createdTo"), All("tag"), All("notStatus"), All("notName"));

        string[]? All(string name) => said.TryGetValue(name, out var values) ? [.. values.OfType<string>()] : null;
        string? One(string name) => said.TryGetValue(name, out var values) ? values[0] : null;
    }

    private static RedirectHttpResult Back(string query, string? note)
        => TypedResults.Redirect($"/orchestrations?{query}{(query.Length > 0 && note is not null ? "&" : "")}{(note is null ? "" : $"note={note}")}");
}
