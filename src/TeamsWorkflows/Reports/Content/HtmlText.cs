namespace TeamsWorkflows.Reports.Content;

/// <summary>Text inside an element, written as the sanitiser writes it: what one part of the product writes, another one finds.</summary>
/// <remarks>Not for attributes: a quotation mark stays as it is.</remarks>
internal static class HtmlText
{
    public static string Encode(string text) => text.Replace("&", "&amp;", StringComparison.Ordinal)
        .Replace("<", "&lt;", StringComparison.Ordinal)
        .Replace(">", "&gt;", StringComparison.Ordinal)
        .Replace("\u00A0", "&nbsp;", StringComparison.Ordinal);
}
