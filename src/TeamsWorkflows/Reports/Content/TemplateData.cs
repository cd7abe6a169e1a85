using System.Text.Json;
using System.Text.Json.Nodes;

namespace TeamsWorkflows.Reports.Content;

/// <summary>What the product adds to a template's own data. Pure.</summary>
internal static class TemplateData
{
    /// <param name="fill">Gets a copy of the template's data, or an empty object when it has none.</param>
    public static ReportRequest WithData(this ReportRequest template, Action<JsonObject> fill)
    {
        var data = template.Data is { ValueKind: JsonValueKind.Object } own
            ? JsonNode.Parse(own.GetRawText())!.AsObject()
            : [];
        fill(data);
        return template with { Data = JsonSerializer.SerializeToElement(data, ContentJson.Default.JsonNode) };
    }
}
