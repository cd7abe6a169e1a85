using System.Globalization;
using System.Text.Json;
using CsvHelper;
using CsvHelper.Configuration;

namespace TeamsWorkflows.Reports.Content;

/// <summary>Reads a table out of JSON rows or CSV, or says by field what is wrong with it.</summary>
internal static class TableReader
{
    public const int MaxRows = 10_000;
    public const int MaxColumns = 100;

    /// <returns>Null when there were errors.</returns>
    public static ReportContent.Table? Read(TableRequest request, ReportErrors errors)
    {
        if (request.Rows is null == request.Csv is null)
        {
            errors.Add("table", "Give either rows or csv.");
            return null;
        }

        var before = errors.Count;
        var table = request.Csv is { } csv ? ReadCsv(csv, request, errors) : ReadRows(request.Rows!, request.Columns, errors);
        if (table is { Rows.Count: > MaxRows } or { Columns.Count: > MaxColumns or 0 })
        {
            errors.Add("table", $"A table has 1 to {MaxColumns} columns and at most {MaxRows:N0} rows.");
        }

        return errors.Count == before ? table : null;
    }

    private static ReportContent.Table? ReadCsv(string text, TableRequest request, ReportErrors errors)
    {
        if (request.Columns is not null)
        {
            errors.Add("table.columns", "Leave it out: the first line of the CSV names the columns.");
            return null;
        }

        if (request.Delimiter is { Length: not 1 })
        {
            errors.Add("table.delimiter", "Give one character, or leave it out for a comma.");
            return null;
        }

        var rows = new List<string[]>();
        using var reader = new StringReader(text);
        using var parser = new CsvParser(reader, new CsvConfiguration(CultureInfo.InvariantCulture)
        {
            Delimiter = request.Delimiter ?? ",",
            BadDataFound = bad => errors.Add("table.csv", $"Line {bad.Context.Parser?.RawRow}: a quote stands where none can be."),
        });
        while (parser.Read() && rows.Count <= MaxRows + 1)
        {
            var row = parser.Record!;
            if (rows.Count > 0 && row.Length != rows[0].Length)
            {
                errors.Add("table.csv", $"Line {parser.RawRow} has {row.Length} fields, the first line {rows[0].Length}.");
                return null;
            }

            rows.Add(row);
        }

        if (rows.Count > 0)
        {
            return new(rows[0], rows.Skip(1).ToArray());
        }

        errors.Add("table.csv", "The CSV is empty: its first line names the columns.");
        return null;
    }

    private static ReportContent.Table? ReadRows(
        IReadOnlyList<JsonElement> rows, IReadOnlyList<string?>? columns, ReportErrors errors)
    {
        if (columns?.Any(string.IsNullOrWhiteSpace) == true)
        {
            errors.Add("table.columns", "Every column needs a name.");
            return null;
        }

        if (rows.Count == 0 && columns is null)
        {
            errors.Add("table.rows", "Give rows, or the names of the columns.");
            return null;
        }

        var names = columns?.Select(static c => c!).ToArray() ?? Names(rows);
        var cells = new List<IReadOnlyList<string>>(rows.Count);
        for (var i = 0; i < rows.Count; i++)
        {
            if (ReadRow(rows[i], names, $"table.rows[{i}]", errors) is { } row)
            {
                cells.Add(row);
            }
        }

        return new(names, cells);
    }

    // The columns are the members of all rows, in the order in which they first come.
    private static string[] Names(IReadOnlyList<JsonElement> rows) => rows
        .Where(static r => r.ValueKind == JsonValueKind.Object)
        .SelectMany(static r => r.EnumerateObject().Select(static p => p.Name))
        .Distinct(StringComparer.Ordinal)
        .ToArray();

    private static string[]? ReadRow(JsonElement row, string[] names, string path, ReportErrors errors)
    {
        switch (row.ValueKind)
        {
            case JsonValueKind.Object:
                if (row.EnumerateObject().Select(static p => p.Name).Except(names, StringComparer.Ordinal).FirstOrDefault() is { } unknown)
                {
                    errors.Add(path, $"There is no column '{unknown}'.");
                    return null;
                }

                return [.. names.Select(name => row.TryGetProperty(name, out var cell) ? Cell(cell, $"{path}.{name}", errors) : "")];

            case JsonValueKind.Array when row.GetArrayLength() == names.Length:
                return [.. row.EnumerateArray().Select((cell, i) => Cell(cell, $"{path}[{i}]", errors))];

            default:
                errors.Add(path, $"A row is an object, or an array of as many values as there are columns ({names.Length}).");
                return null;
        }
    }

    private static string Cell(JsonElement cell, string path, ReportErrors errors)
    {
        switch (cell.ValueKind)
        {
            case JsonValueKind.String:
                return cell.GetString()!;
            case JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False:
                return cell.GetRawText();
            case JsonValueKind.Null:
                return "";
            default:
                errors.Add(path, "A cell is a text, a number, true, false or null.");
                return "";
        }
    }
}
