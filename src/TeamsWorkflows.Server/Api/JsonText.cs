using System.Text.Json;

namespace TeamsWorkflows.Server.Api;

/// <summary>JSON that is stored as text, shown as JSON; other text, such as the reason of a termination, as a string.</summary>
internal static class JsonText
{
    public static JsonElement? Parse(string? text)
    {
        if (text is null)
        {
            return null;
        }

        try
        {
            using var document = JsonDocument.Parse(text);
            return document.RootElement.Clone();
        }
        catch (JsonException)
        {
            return JsonSerializer.SerializeToElement(text, ApiJson.Default.String);
        }
    }
}
