using System.Buffers;
using System.Text.Json;

namespace TeamsWorkflows.Ways;

/// <summary>Writes the JSON object that goes to a web address.</summary>
internal static class AddressJson
{
    public static Rendering Render(Action<Utf8JsonWriter> members, int maxBytes)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            members(json);
            json.WriteEndObject();
        }

        return new("application/json", buffer.WrittenMemory, maxBytes, []);
    }
}
