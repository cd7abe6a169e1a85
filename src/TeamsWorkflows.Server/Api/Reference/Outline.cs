using System.Net;
using System.Text;
using Microsoft.OpenApi;

namespace TeamsWorkflows.Server.Api.Reference;

/// <summary>What the API can do, at a glance: to read while the script of the page starts, or where it never does.</summary>
internal static class Outline
{
    public static string Write(OpenApiDocument api)
    {
        var html = new StringBuilder()
            .Append($"<main id=\"outline\"><h1>{Text(api.Info.Title)}</h1><p>{Text(api.Info.Description)}</p>");
        var operations = api.Paths
            .SelectMany(static path => path.Value.Operations?.Select(o => (Method: o.Key.Method, Path: path.Key, Operation: o.Value)) ?? [])
            .GroupBy(static o => o.Operation.Tags?.FirstOrDefault()?.Name ?? "", StringComparer.Ordinal);
        foreach (var ofTag in operations)
        {
            html.Append($"<h2>{Text(ofTag.Key)}</h2><ul>");
            foreach (var (method, path, operation) in ofTag)
            {
                html.Append($"<li><code>{method} {Text(path)}</code> {Text(operation.Summary)}</li>");
            }

            html.Append("</ul>");
        }

        return html.Append("</main>").ToString();
    }

    private static string Text(string? text) => WebUtility.HtmlEncode(text ?? "");
}
