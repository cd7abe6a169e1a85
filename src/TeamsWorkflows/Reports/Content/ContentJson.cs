using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace TeamsWorkflows.Reports.Content;

/// <summary>How a report's content is stored.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(StoredTable))]
[JsonSerializable(typeof(JsonNode))]
internal sealed partial class ContentJson : JsonSerializerContext
{
    public static string Write(ReportContent.Table table)
        => JsonSerializer.Serialize(new StoredTable(table.Columns, table.Rows), Default.StoredTable);

    public static ReportContent.Table ReadTable(string json)
        => JsonSerializer.Deserialize(json, Default.StoredTable) is { } table
            ? new(table.Columns, table.Rows)
            : throw new JsonException("A stored table is empty.");
}

/// <summary>A table as it is stored.</summary>
internal sealed record StoredTable(IReadOnlyList<string> Columns, IReadOnlyList<IReadOnlyList<string>> Rows);
