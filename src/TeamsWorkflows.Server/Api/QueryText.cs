namespace TeamsWorkflows.Server.Api;

/// <summary>Words in queries, as the JSON answers write them.</summary>
internal static class QueryText
{
    /// <returns>False when there is such a text and it names no value; numbers name none.</returns>
    public static bool TryRead<T>(string? text, out T? value)
        where T : struct, Enum
    {
        value = null;
        if (string.IsNullOrEmpty(text))
        {
            return true;
        }

        if (!char.IsAsciiLetter(text[0]) || !Enum.TryParse<T>(text, ignoreCase: true, out var known) || !Enum.IsDefined(known))
        {
            return false;
        }

        value = known;
        return true;
    }

    public static string Choices<T>()
        where T : struct, Enum
        => "Use one of: " + string.Join(", ", Enum.GetNames<T>()) + ".";
}
