using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using TeamsWorkflows.Sandbox.Common;

namespace TeamsWorkflows.Sandbox.Control;

/// <summary>JSON of the sandbox's own control API.</summary>
internal static class ControlJson
{
    public static JsonSerializerOptions Options { get; } = new(JsonSerializerDefaults.Web)
    {
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase), new SecondsConverter() },
    };

    public static Reply Of<T>(int status, T value) => Reply
        .OfText(status, "application/json; charset=utf-8", JsonSerializer.Serialize(value, Options))
        .With("Cache-Control", "no-store");

    public static Reply Problem(int status, string title, string detail) => Reply.OfText(
        status,
        "application/problem+json",
        new JsonObject { ["title"] = title, ["status"] = status, ["detail"] = detail }.ToJsonString());

    /// <summary>A duration as a number of seconds.</summary>
    private sealed class SecondsConverter : JsonConverter<TimeSpan>
    {
        public override TimeSpan Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.TokenType == JsonTokenType.String
                ? TimeSpan.Parse(reader.GetString()!, CultureInfo.InvariantCulture)
                : TimeSpan.FromSeconds(reader.GetDouble());

        public override void Write(Utf8JsonWriter writer, TimeSpan value, JsonSerializerOptions options) =>
            writer.WriteNumberValue(value.TotalSeconds);
    }
}
