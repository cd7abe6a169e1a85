using System.Text.Encodings.Web;
using System.Text.Json;

namespace TeamsWorkflows.Cli;

/// <summary>JSON for programs: indented, every character as it is but those that would steer a terminal.</summary>
internal static class JsonText
{
    private static readonly JsonWriterOptions Options = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static JsonSerializerOptions Serializer { get; } = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public static string Indented(JsonElement json)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, Options))
        {
            json.WriteTo(writer);
        }

        return System.Text.Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length);
    }

    public static JsonElement Of<T>(T value) => JsonSerializer.SerializeToElement(value, Serializer);
}
