using TeamsWorkflows.Server.Access;
using TeamsWorkflows.Server.Console;

namespace TeamsWorkflows.Server.Api.Reference;

/// <summary>The page on which people read the API's description, and its script.</summary>
internal static class ReferenceEndpoints
{
    public const string Path = "/api/reference";

    // Scalar sets styles on elements, which only 'unsafe-inline' admits. The document is in the page: it connects to nothing.
    private static readonly SandboxedPage Sandbox = new("script-src 'self'; style-src 'unsafe-inline'; img-src 'self'");

    public static void MapReference(this IEndpointRouteBuilder routes)
    {
        routes.MapGet(Path, PageAsync).WithMetadata(Sandbox).AllowAnonymous().ExcludeFromDescription(); // as the document is
        routes.MapGet(ScalarScript.Address, static (HttpContext http) => ScalarScript.Content.Serve(http, ConsoleAssets.ForGood))
            .AllowAnonymous().ExcludeFromDescription();
        routes.MapAsset(ReferencePage.ScriptFile, ReferencePage.ScriptBytes, "text/javascript; charset=utf-8");
    }

    private static async Task<IResult> PageAsync(ReferencePage page, HttpContext http, CancellationToken cancellationToken)
        => (await page.GetAsync(cancellationToken)).Serve(http, "no-cache");
}
