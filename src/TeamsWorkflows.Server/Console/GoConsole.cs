using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using TeamsWorkflows.Approvals;
using TeamsWorkflows.Cases;
using TeamsWorkflows.Connections;
using TeamsWorkflows.DurableTask;
using TeamsWorkflows.DurableTask.Client;
using TeamsWorkflows.Reports;
using TeamsWorkflows.Schedules;
using TeamsWorkflows.Server.Access;

namespace TeamsWorkflows.Server.Console;

/// <summary>Finds pages by name and things by identifier; the palette asks here, too.</summary>
internal static class GoConsole
{
    private const int MaxQuery = 200;
    private const int MaxOfAKind = 5;

    public static void MapGo(this IEndpointRouteBuilder console) => console.MapGet("/go", GoAsync);

    private static async Task<RazorComponentResult<GoPage>> GoAsync(string? q, ClaimsPrincipal caller, IServiceProvider services, CancellationToken cancellationToken)
    {
        var query = q?.Trim() is { Length: > 0 and <= MaxQuery } asked && !asked.Any(char.IsControl) ? asked : null;
        List<GoTarget> found = [.. ConsolePages.For(caller).Where(page => query is null || Has(page.Name, query)).Select(static p => new GoTarget(p.Path, p.Name, p.About))];
        if (query is not null)
        {
            found.AddRange(await RecordsAsync(query, caller, services, cancellationToken));
            found.AddRange(await InstancesAsync(query, caller, services.GetRequiredService<DurableTaskClient>(), cancellationToken));
        }

        return new(new { Query = query, Found = found });
    }

    private static async Task<IReadOnlyList<GoTarget>> RecordsAsync(
        string query, ClaimsPrincipal caller, IServiceProvider services, CancellationToken cancellationToken)
    {
        var reports = services.GetRequiredService<ReportDesk>();
        List<GoTarget> found = [];
        if (await reports.FindDeliveryAsync(query, cancellationToken) is { } delivery)
        {
            found.Add(new($"/deliveries/{Escaped(delivery.Id)}", delivery.Title, $"delivery, {Words.Of(delivery.State).Word}"));
        }

        if (await reports.FindAsync(query, cancellationToken) is { } report)
        {
            found.AddRange(report.Deliveries.Select(d => new GoTarget($"/deliveries/{Escaped(d.Id)}", d.Title, $"delivery {d.Id}, {Words.Of(d.State).Word}")));
        }

        if (await services.GetRequiredService<CaseDesk>().FindAsync(query, cancellationToken) is { } @case)
        {
            found.Add(new($"/cases/{Escaped(@case.Id)}", $"{Words.Of(@case.Cause)}: {@case.ConnectionName}", @case.IsOpen ? "open case" : "closed case"));
        }

        if (await services.GetRequiredService<ApprovalDesk>().FindAsync(query, caller.Decider(), cancellationToken) is { } approval)
        {
            found.Add(new($"/approvals/{Escaped(query)}", approval.Approval.Title, $"approval, {Words.Of(approval.Approval.State).Word}"));
        }

        var connections = await services.GetRequiredService<ConnectionDesk>().ListAsync(cancellationToken);
        found.AddRange(connections.Where(c => Has(c.Id, query) || Has(c.DisplayName, query)).Take(MaxOfAKind)
            .Select(static c => new GoTarget($"/connections/{c.Id}", c.DisplayName, $"connection, {Words.Of(c.State).Word}")));
        var schedules = await services.GetRequiredService<ScheduleDesk>().ListAsync(publisher: null, cancellationToken);
        found.AddRange(schedules.Where(s => Has(s.Id, query) || Has(s.Name, query)).Take(MaxOfAKind)
            .Select(static s => new GoTarget($"/schedules/{Escaped(s.Id)}", s.Name, "schedule")));
        return found;
    }

    private static async Task<IEnumerable<GoTarget>> InstancesAsync(
        string query, ClaimsPrincipal caller, DurableTaskClient client, CancellationToken cancellationToken)
    {
        if (!caller.MayAdminister())
        {
            return [];
        }

        var page = await client.GetAllInstancesAsync(new OrchestrationQuery([], query, PageSize: MaxOfAKind), cancellationToken);
        return page.Instances.Select(static i => new GoTarget(
            $"/orchestrations/{Escaped(i.InstanceId)}", i.InstanceId, $"{i.Name}, {Words.Of(i.Status).Word}"));
    }

    private static bool Has(string text, string part) => text.Contains(part, StringComparison.OrdinalIgnoreCase);

    private static string Escaped(string id) => Uri.EscapeDataString(id);
}

/// <summary>Somewhere to go.</summary>
public sealed record GoTarget(string Address, string Name, string About);
