using System.Globalization;
using System.Text;
using CsvHelper;

namespace TeamsWorkflows.Reports.Content;

/// <summary>A table in the forms that people read it in.</summary>
internal static class TableText
{
    public static string ToHtml(ReportContent.Table table)
    {
        var html = new StringBuilder("<table>");
        Row(html, "th", table.Columns);
        foreach (var row in table.Rows)
        {
            Row(html, "td", row);
        }

        return html.Append("</table>").ToString();
    }

    /// <summary>Writes lines of cells with bars between them.</summary>
    public static string ToText(ReportContent.Table table)
        => string.Join('\n', table.Rows.Prepend(table.Columns).Select(static row => string.Join(" | ", row.Select(OneLine))));

    /// <summary>Writes CSV with a byte order mark, by which spreadsheets know UTF-8; no cell can be taken for a formula.</summary>
    public static byte[] ToCsv(ReportContent.Table table)
    {
        using var buffer = new MemoryStream();
        using (var text = new StreamWriter(buffer, new UTF8Encoding(encoderShouldEmitUTF8Identifier: true), leaveOpen: true))
        using (var csv = new CsvWriter(text, CultureInfo.InvariantCulture))
        {
            foreach (var row in table.Rows.Prepend(table.Columns))
            {
                foreach (var cell in row)
                {
                    csv.WriteField(IsFormula(cell) ? $"'{cell}" : cell);
                }

                csv.NextRecord();
            }
        }

        return buffer.ToArray();
    }

    // A number with a sign is a number and not a formula.
    private static bool IsFormula(string cell) => cell is ['=' or '+' or '-' or '@' or '\t' or '\r', ..]
        && !decimal.TryParse(cell, NumberStyles.Float, CultureInfo.InvariantCulture, out _);

    private static string OneLine(string cell) => cell.ReplaceLineEndings(" ");

    private static void Row(StringBuilder html, string tag, IReadOnlyList<string> cells)
    {
        html.Append("<tr>");
        foreach (var cell in cells)
        {
            html.Append(CultureInfo.InvariantCulture, $"<{tag}>{HtmlText.Encode(cell).ReplaceLineEndings("<br>")}</{tag}>");
        }

        html.Append("</tr>");
    }
}
