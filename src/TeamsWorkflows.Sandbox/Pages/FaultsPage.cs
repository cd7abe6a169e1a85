using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using TeamsWorkflows.Sandbox.Common;
using TeamsWorkflows.Sandbox.Faults;
using TeamsWorkflows.Sandbox.Tenants;

namespace TeamsWorkflows.Sandbox.Pages;

/// <summary>Every scenario with its button, and what is wrong right now.</summary>
internal sealed class FaultsPage(World world)
{
    // One secret for the process: another origin cannot read the page, so it cannot know it.
    private readonly string _guard = Ids.Token(24);

    public Reply Show(Exchange exchange) => Show(exchange, message: null);

    public async Task<Reply> SubmitAsync(Exchange exchange)
    {
        var form = await exchange.ReadFormAsync();
        if (!CryptographicOperations.FixedTimeEquals(
            Encoding.UTF8.GetBytes(form["guard"].ToString()), Encoding.UTF8.GetBytes(_guard)))
        {
            return Show(exchange, "This page was out of date. Try again.") with { Status = 400 };
        }

        if (Find(exchange) is not { } tenant)
        {
            return Reply.Empty(404);
        }

        if (form["action"] == "clear")
        {
            FaultRules.Clear(tenant);
        }
        else
        {
            try
            {
                ScenarioCatalogue.Apply(world, tenant, form["scenario"].ToString(), new ScenarioParameters
                {
                    Count = int.TryParse(form["count"], NumberStyles.None, CultureInfo.InvariantCulture, out var count) ? count : null,
                    Seconds = double.TryParse(form["seconds"], NumberStyles.Float, CultureInfo.InvariantCulture, out var s) ? s : null,
                });
            }
            catch (ArgumentException e)
            {
                return Show(exchange, e.Message) with { Status = 400 };
            }
        }

        return Reply.SeeOther($"/faults/{Alias(exchange)}");
    }

    private Reply Show(Exchange exchange, string? message)
    {
        if (Find(exchange) is not { } tenant)
        {
            return Reply.Empty(404);
        }

        var alias = Alias(exchange);
        var version = tenant.Version;
        var scenarios = ScenarioCatalogue.All.Select(scenario => scenario.About).GroupBy(about => about.Group, StringComparer.Ordinal);
        return Layout.Teams(
            $"Faults | {tenant.Identity.DisplayName} | sandbox",
            Rail.Of(alias, "Faults"),
            Html.Of($"""
                <main class="plain" data-live="{alias}" data-version="{version}"><h1>Faults</h1>
                <p class="lead">What goes wrong for {tenant.Identity.DisplayName}.</p>
                {(message is null ? Html.Empty : Html.Of($"<p role=\"alert\" class=\"error\">{message}</p>"))}
                {Now(tenant, alias)}
                {scenarios.Select(group => Html.Of($"<section><h2>{group.Key}</h2><div class=\"scenarios\">{group.Select(about => Scenario(about, alias))}</div></section>"))}
                </main>
                """));
    }

    private Html Now(TenantStore tenant, string alias)
    {
        var rules = FaultRules.Active(world, tenant).Select(rule => Html.Of(
            $"<li><strong>{rule.Name}</strong> on {rule.Surface}{Left(rule)}</li>")).ToArray();
        var marks = tenant.Read(state => state.Marks.Values.Where(mark => MarkKinds.Curable.Contains(mark.Kind, StringComparer.Ordinal)).ToArray())
            .Select(mark => Html.Of($"<li><strong>{mark.Kind}</strong>: {tenant.FindUser(mark.Subject)?.UserName ?? mark.Subject}</li>")).ToArray();
        return rules.Length + marks.Length == 0
            ? Html.Of($"<p class=\"card ok\">All is well.</p>")
            : Html.Of($"""
                <section class="card wrong"><h2>In force</h2><ul>{rules}{marks}</ul>
                <form method="post" action="/faults/{alias}"><input type="hidden" name="guard" value="{_guard}">
                <button class="primary" name="action" value="clear">Back to healthy</button></form></section>
                """);
    }

    private Html Scenario(SandboxScenario about, string alias) => Html.Of($"""
        <form method="post" action="/faults/{alias}" class="card scenario">
        <input type="hidden" name="guard" value="{_guard}"><input type="hidden" name="scenario" value="{about.Name}">
        <h3>{about.Name}</h3><p>{about.Description}</p>
        <div class="fields">{(about.IsLimited ? Limits : Html.Empty)}<button>Apply</button></div></form>
        """);

    private static Html Limits => Html.Of($"""
        <label>Times <input name="count" type="number" min="1" inputmode="numeric"></label>
        <label>Seconds <input name="seconds" type="number" min="1" inputmode="numeric"></label>
        """);

    private static string Left(FaultRule rule)
    {
        var count = rule.Count is { } left ? $", {left.ToString(CultureInfo.InvariantCulture)} more" : "";
        var until = rule.Until is { } end ? $", until {end.UtcDateTime.ToString("HH:mm:ss", CultureInfo.InvariantCulture)} UTC" : "";
        return count + until;
    }

    private TenantStore? Find(Exchange exchange) => world.FindTenant(Alias(exchange));

    private static string Alias(Exchange exchange) =>
        exchange.Route("tenant") is { Length: > 0 } named ? named : World.DefaultAlias;
}
