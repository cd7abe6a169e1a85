using System.Globalization;
using System.Text.Json.Nodes;
using TeamsWorkflows.Sandbox.Common;

namespace TeamsWorkflows.Sandbox.Pages;

/// <summary>The addresses of the pages for people.</summary>
internal static class PageRoutes
{
    private static readonly TimeSpan LiveWait = TimeSpan.FromSeconds(25);

    public static void MapPages(this IEndpointRouteBuilder routes, World world, Gateway gateway)
    {
        var teams = new TeamsPage(world);
        var faults = new FaultsPage(world);
        routes.MapGet("/", gateway.HandleUnlogged(_ => HomePage.Show(world)));
        routes.MapGet("/channel", gateway.HandleUnlogged(_ => teams.ShowDefault()));
        routes.MapGet("/teams/{tenant}", gateway.HandleUnlogged(teams.Show));
        routes.MapGet("/teams/{tenant}/{teamId}/{channelId}", gateway.HandleUnlogged(teams.Show));
        routes.MapGet("/inbox/{tenant?}", gateway.HandleUnlogged(exchange => InboxPage.Show(world, exchange)));
        routes.MapGet("/faults/{tenant?}", gateway.HandleUnlogged(faults.Show));
        routes.MapPost("/faults/{tenant?}", gateway.HandleUnlogged(faults.SubmitAsync));
        routes.MapGet("/live/{tenant}", gateway.HandleUnlogged(exchange => LiveAsync(world, exchange)));
        routes.MapGet("/sandbox.css", gateway.HandleUnlogged(_ => Asset("text/css; charset=utf-8", "sandbox.css")));
        routes.MapGet("/sandbox.js", gateway.HandleUnlogged(_ => Asset("text/javascript; charset=utf-8", "sandbox.js")));
    }

    /// <summary>Answers as soon as a tenant is newer than the page that asks, or after a while.</summary>
    private static async Task<Reply> LiveAsync(World world, Exchange exchange)
    {
        if (world.FindTenant(exchange.Route("tenant")) is not { } tenant)
        {
            return Reply.Empty(404);
        }

        _ = long.TryParse(exchange.Query("after"), NumberStyles.None, CultureInfo.InvariantCulture, out var after);
        using var limit = new CancellationTokenSource(LiveWait, TimeProvider.System);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, exchange.Aborted);
        try
        {
            while (true)
            {
                var next = tenant.NextChange;
                if (tenant.Version > after)
                {
                    break;
                }

                await next.WaitAsync(either.Token);
            }
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            return Version(tenant.Version);
        }

        return Version(tenant.Version);

        static Reply Version(long version) =>
            Reply.OfJson(200, new JsonObject { ["version"] = version }).With("Cache-Control", "no-store");
    }

    private static Reply Asset(string contentType, string name)
    {
        using var stream = typeof(PageRoutes).Assembly.GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"The asset {name} is not in the assembly.");
        using var reader = new StreamReader(stream);
        return Reply.OfText(200, contentType, reader.ReadToEnd())
            .With("Cache-Control", "no-cache").With("X-Content-Type-Options", "nosniff");
    }
}
