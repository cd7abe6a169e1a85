using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using TeamsWorkflows.Server.Console;

namespace TeamsWorkflows.Server.Api.Reference;

/// <summary>The page of the API's description, with the document in it; made when it is asked for first, and then kept.</summary>
internal sealed class ReferencePage([FromKeyedServices("v1")] IOpenApiDocumentProvider documents)
{
    // Of this page alone: the document says what the API is, wherever it is read.
    private const string Calling =
        """


        This page shows the API and cannot call it: no answer of a server reaches it. Each operation has a call to copy.
        In place of `YOUR_SECRET_TOKEN` comes an access token of Entra ID:

        ```bash
        LOGIN=https://login.microsoftonline.com
        curl $LOGIN/$TENANT/oauth2/v2.0/token \
          --data grant_type=client_credentials \
          --data client_id="$CLIENT" \
          --data-urlencode client_secret="$SECRET" \
          --data scope=api://teamsworkflows/.default
        ```
        """;

    private CompressedContent? _content;

    public static byte[] ScriptBytes { get; } = ConsoleAssets.Read("reference.js");

    public static string ScriptFile { get; } = $"/assets/{ConsoleAssets.Version(ScriptBytes)}/reference.js";

    public async ValueTask<CompressedContent> GetAsync(CancellationToken cancellationToken)
        => _content ??= await MakeAsync(cancellationToken); // two who are the first make the same

    private async Task<CompressedContent> MakeAsync(CancellationToken cancellationToken)
    {
        var api = await documents.GetOpenApiDocumentAsync(cancellationToken);
        var outline = Outline.Write(api);
        api.Info.Description += Calling;
        return CompressedContent.Of(Encoding.UTF8.GetBytes(Write(api, outline)), "text/html; charset=utf-8");
    }

    private static string Write(OpenApiDocument api, string outline) =>
        $"""
        <!DOCTYPE html>
        <html lang="en">
        <head>
          <meta charset="utf-8">
          <meta name="viewport" content="width=device-width, initial-scale=1">
          <meta name="color-scheme" content="light dark">
          <title>API · TeamsWorkflows</title>
          <link rel="icon" href="{ConsoleAssets.Icon}" type="image/svg+xml">
          <style>{Style("colours.css")}{Style("reference.css")}</style>
          <script src="{ScriptFile}" defer></script>
          <script src="{ScalarScript.Address}" defer></script>
        </head>
        <body>
          <header>
            <a class="brand" href="/"><span aria-hidden="true">TW</span>TeamsWorkflows</a>
            <nav aria-label="Main"><a href="/">Console</a> <a href="/openapi/v1.json">OpenAPI</a></nav>
          </header>
          <noscript>Without its script this page has no more than an outline: the rest is in the <a href="/openapi/v1.json">OpenAPI document</a>.</noscript>
          <div id="reference"></div>
          {outline}
          <script type="application/json" id="document">{Json(api)}</script>
        </body>
        </html>
        """;

    private static string Style(string name) => Encoding.UTF8.GetString(ConsoleAssets.Read(name));

    // Within an element of HTML, where a < of some text must not end it.
    private static string Json(OpenApiDocument api)
    {
        using var text = new StringWriter(CultureInfo.InvariantCulture);
        api.SerializeAsV31(new OpenApiJsonWriter(text, new OpenApiJsonWriterSettings { Terse = true }));
        return text.ToString().Replace("<", "\\u003c", StringComparison.Ordinal);
    }
}
