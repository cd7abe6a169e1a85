using System.Security.Claims;
using TeamsWorkflows.Server.Access;
using TeamsWorkflows.Server.Api.Reference;

namespace TeamsWorkflows.Server.Console;

/// <summary>The console's pages, for navigation, palette and keys.</summary>
internal static class ConsolePages
{
    public static IReadOnlyList<ConsolePage> All { get; } =
    [
        new("/", "Home", "home", 'h', "What needs a person, today's deliveries, what comes next", IsForApprovers: false),
        new("/approvals", "Approvals", "approvals", 'a', "Reports that wait for a decision", IsForApprovers: true),
        new("/deliveries", "Deliveries", "deliveries", 'd', "Every report on its way, and what became of it", IsForApprovers: false),
        new("/cases", "Cases", "cases", 'k', "What broke, and what a person has to do about it", IsForApprovers: false),
        new("/schedules", "Schedules", "schedules", 's', "Reports by the clock", IsForApprovers: false),
        new("/schedules/plan", "Plan", "schedules", 'p', "Calendar of schedules, and what they come to against the limits", IsForApprovers: false) { IsMinor = true },
        new("/connections", "Connections", "connections", 'c', "The ways into Microsoft 365, and how they are", IsForApprovers: false),
        new("/doctor", "Doctor", "doctor", 'r', "What was found when everything that deliveries need was tried", IsForApprovers: false) { IsMinor = true },
        new("/orchestrations", "Orchestrations", "orchestrations", 'o', "The machinery: every instance and its history", IsForApprovers: false) { IsForAdministrators = true },
        new("/orchestrations/import", "Look at an exported history", "orchestrations", 'i', "Timeline, diagram and replay of a file", IsForApprovers: false) { IsForAdministrators = true, IsMinor = true },
        new("/audit", "Audit", "audit", 'u', "Who changed what, and whether the record is whole", IsForApprovers: false) { IsForAdministrators = true },
        new("/diagnose", "Diagnose", "diagnose", 'x', "Paste any error, get the diagnosis", IsForApprovers: false),
        new("/templates", "Templates", "templates", 't', "Write a template and see what it gives", IsForApprovers: false) { IsMinor = true },
        new(ReferenceEndpoints.Path, "API", "api", 'f', "Every operation of the API, with a call to copy", IsForApprovers: false) { IsMinor = true },
        new("/settings", "Settings", "settings", 'e', "What this server is configured to do", IsForApprovers: false) { IsForAdministrators = true, IsMinor = true },
    ];

    public static IEnumerable<ConsolePage> For(ClaimsPrincipal? caller) => caller is null ? [] : All.Where(page =>
        page.IsForAdministrators ? caller.MayAdminister()
        : caller.MayOperate() || (page.IsForApprovers && caller.MayApprove()));
}

/// <param name="Key">After <c>g</c>, it leads there.</param>
/// <param name="IsForApprovers">Whether somebody who may only approve sees it.</param>
internal sealed record ConsolePage(string Path, string Name, string Section, char Key, string About, bool IsForApprovers)
{
    public bool IsForAdministrators { get; init; }

    /// <summary>Gets a value indicating whether it is found by name alone, and not in the navigation.</summary>
    public bool IsMinor { get; init; }
}
