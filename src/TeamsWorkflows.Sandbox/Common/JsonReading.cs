using System.Text.Json.Nodes;

namespace TeamsWorkflows.Sandbox.Common;

/// <summary>Reads what a client sent without trusting its types.</summary>
internal static class JsonReading
{
    /// <summary>The text of a property; null when it is absent or no text.</summary>
    public static string? Text(this JsonObject? json, string name) =>
        json?[name] is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;

    public static JsonObject? Object(this JsonObject? json, string name) => json?[name] as JsonObject;

    /// <summary>The objects of an array; empty when it is absent or no array.</summary>
    public static IReadOnlyList<JsonObject> Objects(this JsonObject? json, string name) =>
        json?[name] is JsonArray array ? array.OfType<JsonObject>().ToArray() : [];

    public static bool Flag(this JsonObject? json, string name) =>
        json?[name] is JsonValue value && value.TryGetValue<bool>(out var flag) && flag;
}
