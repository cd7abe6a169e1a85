namespace TeamsWorkflows.Data;

/// <summary>Text as a column takes it.</summary>
internal static class ColumnText
{
    /// <summary>Cuts a text that is too long, and no character in two: PostgreSQL refuses half of one.</summary>
    public static string Cut(string text, int length)
        => text.Length <= length ? text : text[..(char.IsHighSurrogate(text[length - 1]) ? length - 1 : length)];
}
