using System.Text.Json;

namespace TeamsWorkflows.Server.Api;

/// <summary>JSON that is stored as text, shown as JSON.</summary>
internal static class JsonText
{
    public static JsonElement? Parse(string? text)
    {
        if (text is null)
        {
            return null;
        }

        using var document = JsonDocument.Parse(text);
        return document.RootElement.Clone();
    }
}
