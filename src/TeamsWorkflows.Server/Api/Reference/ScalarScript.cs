using System.Diagnostics;
using Scalar.AspNetCore;

namespace TeamsWorkflows.Server.Api.Reference;

/// <summary>Scalar, as its package carries it: one script, compressed.</summary>
/// <remarks>
/// The package's own page loads modules and fetches the document, for which a page with an origin of its own would need an
/// exception of this server. So the page is <see cref="ReferencePage"/>, and of the package there is the script alone.
/// </remarks>
internal static class ScalarScript
{
    public static CompressedContent Content { get; } = new(Open, "text/javascript; charset=utf-8");

    public static string Address { get; } = $"/assets/{Content.Version}/scalar.js";

    private static Stream Open() => typeof(ScalarOptions).Assembly.GetManifestResourceStream("ScalarStaticAssets.scalar.js")
        ?? throw new UnreachableException("The package carries its script.");
}
