using System.Globalization;
using System.Text.Json;
using Spectre.Console;

namespace TeamsWorkflows.Cli;

/// <summary>JSON as people read it: tables of many things, names and values of one.</summary>
internal static class Listing
{
    /// <param name="columns">A title, and the path of what stands below it.</param>
    /// <param name="nothing">What is said when there are none.</param>
    public static void Table(Shell shell, IEnumerable<JsonElement> rows, string nothing, params IReadOnlyList<(string Title, string Path)> columns)
    {
        var table = new Table { Border = TableBorder.Simple, ShowRowSeparators = false };
        foreach (var (title, path) in columns)
        {
            var isCopied = path == "id" || path.EndsWith(".id", StringComparison.Ordinal); // a wrapped one could not be
            table.AddColumn(new TableColumn(new Text(title, new Style(decoration: Decoration.Bold))) { Padding = new Padding(0, 2), NoWrap = isCopied });
        }

        foreach (var row in rows)
        {
            table.AddRow(columns.Select(c => (Spectre.Console.Rendering.IRenderable)Cell(row.At(c.Path))));
        }

        if (table.Rows.Count == 0)
        {
            shell.Output.WriteLine(nothing);
            return;
        }

        shell.Screen.Write(table);
    }

    /// <summary>Says that a list goes on, and how to see more of it.</summary>
    /// <param name="parameter">What the address of the next page has in its query: the option of that name goes on from there.</param>
    public static void More(Shell shell, JsonElement json, string parameter)
    {
        var parts = json.At("next").Split('?', '&').Select(static p => p.Split('=', 2)).Where(p => p.Length == 2 && p[0] == parameter);
        if (parts.FirstOrDefault() is [_, var from])
        {
            shell.Output.WriteLine($"There may be more: add --{parameter} {Plain(Uri.UnescapeDataString(from))}");
        }
    }

    /// <summary>One thing; what is empty is left out.</summary>
    public static void Facts(Shell shell, params IReadOnlyList<(string Name, string? Value)> facts)
    {
        var grid = new Grid().AddColumn(new GridColumn { NoWrap = true, Padding = new Padding(0, 0, 3, 0) }).AddColumn();
        foreach (var (name, value) in facts.Where(static f => !string.IsNullOrEmpty(f.Value)))
        {
            grid.AddRow(new Text(name, new Style(decoration: Decoration.Dim)), Cell(value!));
        }

        shell.Screen.Write(grid);
    }

    /// <summary>A value by its path, such as <c>links.self</c> or <c>attempts.0.kind</c>, for a person; empty when there is none.</summary>
    public static string At(this JsonElement json, string path)
    {
        foreach (var name in path.Split('.'))
        {
            if (json.ValueKind == JsonValueKind.Array && int.TryParse(name, CultureInfo.InvariantCulture, out var index))
            {
                if (index >= json.GetArrayLength())
                {
                    return "";
                }

                json = json[index];
            }
            else if (json.ValueKind != JsonValueKind.Object || !json.TryGetProperty(name, out json))
            {
                return "";
            }
        }

        return json.ValueKind switch
        {
            JsonValueKind.Null => "",
            JsonValueKind.String => Words(json.GetString()!),
            JsonValueKind.Array => string.Join(", ", json.EnumerateArray().Select(static item => item.ValueKind == JsonValueKind.String ? Plain(item.GetString()!) : item.GetRawText())),
            JsonValueKind.True => "yes",
            JsonValueKind.False => "no",
            _ => Plain(json.GetRawText()),
        };
    }

    /// <summary>The members of an array; nothing when it is not there.</summary>
    public static IEnumerable<JsonElement> Items(this JsonElement json, string name)
        => json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out var items) && items.ValueKind == JsonValueKind.Array ? items.EnumerateArray() : [];

    /// <summary>Text without what would steer a terminal.</summary>
    public static string Plain(string text)
        => string.Concat(text.Select(static c => char.IsControl(c) && c is not ('\n' or '\t') ? '\uFFFD' : c));

    // Times to the second, in UTC and without the noise: what a person compares.
    private static string Words(string text)
        => text.Length >= 19 && text[4] == '-' && text[10] == 'T' && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            ? time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture)
            : Plain(text);

    private static Text Cell(string text) => new(text, text switch
    {
        "Delivered" or "Healthy" or "Completed" or "HandedOver" or "Approved" => new Style(Color.Green),
        "Failed" or "NeedsAttention" or "Terminated" => new Style(Color.Red),
        "Parked" or "Held" or "FellBack" or "NeverConnected" or "Suspended" => new Style(Color.Yellow),
        _ => Style.Plain,
    });
}
