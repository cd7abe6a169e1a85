using TeamsWorkflows.Sandbox.Common;

namespace TeamsWorkflows.Sandbox.Pages;

/// <summary>The purple strip at the side, which leads to the other pages of a tenant.</summary>
internal static class Rail
{
    public static Html Of(string tenant, string current) => Html.Of($"""
        <nav class="rail" aria-label="Sandbox">
        {Item("/", "⌂", "Sandbox", current)}
        {Item($"/teams/{tenant}", "☰", "Teams", current)}
        {Item($"/inbox/{tenant}", "✉", "Inbox", current)}
        {Item($"/faults/{tenant}", "⚡", "Faults", current)}
        </nav>
        """);

    private static Html Item(string address, string icon, string name, string current) => Html.Of($"""
        <a href="{address}"{(name == current ? Html.Of($" aria-current=\"page\"") : Html.Empty)}><span aria-hidden="true">{icon}</span>{name}</a>
        """);
}
