using System.Security.Cryptography;
using System.Text;

namespace TeamsWorkflows.Server.Console;

/// <summary>Stylesheet, script and icon, from the assembly: their addresses change with their content, so browsers keep them.</summary>
internal static class ConsoleAssets
{
    private const string IconText =
        """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="8" fill="#4f52b2"/><path d="M9 17l5 5 10-12" fill="none" stroke="#fff" stroke-width="4" stroke-linecap="round" stroke-linejoin="round"/></svg>""";

    private static readonly byte[] StyleSheetBytes = Read("console.css");
    private static readonly byte[] ScriptBytes = Script("times.js", "morph.js", "live.js", "palette.js", "preview.js");
    private static readonly byte[] IconBytes = Encoding.UTF8.GetBytes(IconText);

    public static string StyleSheet { get; } = $"/assets/{Version(StyleSheetBytes)}/console.css";

    public static string ScriptFile { get; } = $"/assets/{Version(ScriptBytes)}/console.js";

    public static string Icon { get; } = $"/assets/{Version(IconBytes)}/icon.svg";

    public static void MapAssets(this IEndpointRouteBuilder routes)
    {
        Map(StyleSheet, StyleSheetBytes, "text/css; charset=utf-8");
        Map(ScriptFile, ScriptBytes, "text/javascript; charset=utf-8");
        Map(Icon, IconBytes, "image/svg+xml");

        void Map(string address, byte[] content, string type)
            => routes.MapGet(address, (HttpResponse response) => Serve(response, content, type)).AllowAnonymous().ExcludeFromDescription();
    }

    private static IResult Serve(HttpResponse response, byte[] content, string type)
    {
        response.Headers.CacheControl = "public, max-age=31536000, immutable";
        return TypedResults.Bytes(content, type);
    }

    // One file, in which what comes later uses what came before; nothing of it is the page's.
    private static byte[] Script(params string[] parts)
        => [.. "'use strict';\n{\n"u8, .. parts.SelectMany(static p => Read(p)), .. "}\n"u8];

    private static string Version(byte[] content) => Convert.ToHexStringLower(SHA256.HashData(content).AsSpan(0, 6));

    private static byte[] Read(string name)
    {
        using var stream = typeof(ConsoleAssets).Assembly.GetManifestResourceStream(name)
            ?? throw new System.Diagnostics.UnreachableException($"{name} is embedded.");
        using var copy = new MemoryStream();
        stream.CopyTo(copy);
        return copy.ToArray();
    }
}
