using System.Text.Json;

namespace TeamsWorkflows.DurableTask.Sdk;

/// <summary>Payloads as the official SDK carries them: JSON that no converter of the host's changes.</summary>
internal static class DurableTaskJson
{
    public static JsonElement? ToElement(this DurableTaskRegistry registry, object? value) => Parse(registry.Serialize(value));

    public static JsonElement? Parse(string? json)
    {
        if (json is null)
        {
            return null;
        }

        using var document = JsonDocument.Parse(json);
        return document.RootElement.Clone();
    }
}
