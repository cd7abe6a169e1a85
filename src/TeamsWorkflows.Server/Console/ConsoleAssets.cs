using System.Security.Cryptography;
using System.Text;

namespace TeamsWorkflows.Server.Console;

/// <summary>Stylesheet, script and icon, from the assembly: their addresses change with their content, so browsers keep them.</summary>
internal static class ConsoleAssets
{
    /// <summary>How long what has its version in its address is kept.</summary>
    public const string ForGood = "public, max-age=31536000, immutable";

    private const string IconText =
        """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="8" fill="#4f52b2"/><path d="M9 17l5 5 10-12" fill="none" stroke="#fff" stroke-width="4" stroke-linecap="round" stroke-linejoin="round"/></svg>""";

    private static readonly byte[] StyleSheetBytes = [.. Read("colours.css"), .. Read("console.css")];
    private static readonly byte[] ScriptBytes = Script("times.js", "morph.js", "live.js", "palette.js", "preview.js");
    private static readonly byte[] IconBytes = Encoding.UTF8.GetBytes(IconText);

    public static string StyleSheet { get; } = $"/assets/{Version(StyleSheetBytes)}/console.css";

    public static string ScriptFile { get; } = $"/assets/{Version(ScriptBytes)}/console.js";

    public static string Icon { get; } = $"/assets/{Version(IconBytes)}/icon.svg";

    public static void MapAssets(this IEndpointRouteBuilder routes)
    {
        routes.MapAsset(StyleSheet, StyleSheetBytes, "text/css; charset=utf-8");
        routes.MapAsset(ScriptFile, ScriptBytes, "text/javascript; charset=utf-8");
        routes.MapAsset(Icon, IconBytes, "image/svg+xml");
    }

    /// <summary>Serves what has its version in its address, to be kept for good.</summary>
    public static void MapAsset(this IEndpointRouteBuilder routes, string address, byte[] content, string type)
        => routes.MapGet(address, (HttpResponse response) => Serve(response, content, type)).AllowAnonymous().ExcludeFromDescription();

    /// <returns>The version of a content, which changes when it does.</returns>
    public static string Version(ReadOnlySpan<byte> content) => Convert.ToHexStringLower(SHA256.HashData(content).AsSpan(0, 6));

    /// <returns>What is embedded in the assembly under a name.</returns>
    public static byte[] Read(string name)
    {
        using var stream = typeof(ConsoleAssets).Assembly.GetManifestResourceStream(name)
            ?? throw new System.Diagnostics.UnreachableException($"{name} is embedded.");
        using var copy = new MemoryStream();
        stream.CopyTo(copy);
        return copy.ToArray();
    }

    private static IResult Serve(HttpResponse response, byte[] content, string type)
    {
        response.Headers.CacheControl = ForGood;
        return TypedResults.Bytes(content, type);
    }

    // One file, in which what comes later uses what came before; nothing of it is the page's.
    private static byte[] Script(params string[] parts)
        => [.. "'use strict';\n{\n"u8, .. parts.SelectMany(static p => Read(p)), .. "}\n"u8];
}
