using System.Text.Json;
using System.Text.Json.Serialization;

namespace TeamsWorkflows.Ways;

/// <summary>Reads and writes destinations by their kind, each as strictly as its own type says.</summary>
public sealed class DestinationConverter : JsonConverter<Destination>
{
    /// <summary>The member that says which kind a destination is of.</summary>
    public const string KindMember = "kind";

    /// <summary>Gets the kinds, with what is read of each.</summary>
    public static IReadOnlyDictionary<string, Type> Kinds { get; } = WayBook.All.ToDictionary(static w => w.Kind, static w => w.JsonType.Type, StringComparer.OrdinalIgnoreCase);

    /// <summary>Gets the kind of a destination that names none.</summary>
    public static string DefaultKind => WayBook.Channel.Kind;

    public override Destination? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        using var json = JsonDocument.ParseValue(ref reader);
        var root = json.RootElement;
        if (root.ValueKind == JsonValueKind.Null)
        {
            return null;
        }

        if (root.ValueKind != JsonValueKind.Object)
        {
            throw new JsonException("A destination is an object.");
        }

        var way = WayBook.Channel;
        using var members = new MemoryStream();
        using (var writer = new Utf8JsonWriter(members))
        {
            writer.WriteStartObject();
            foreach (var member in root.EnumerateObject())
            {
                if (!member.Name.Equals(KindMember, StringComparison.OrdinalIgnoreCase))
                {
                    member.WriteTo(writer);
                }
                else if (member.Value.ValueKind != JsonValueKind.String || WayBook.Find(member.Value.GetString()!) is not { } named)
                {
                    return new UnknownDestination(member.Value.ToString());
                }
                else
                {
                    way = named;
                }
            }

            writer.WriteEndObject();
        }

        try
        {
            return (Destination?)JsonSerializer.Deserialize(members.ToArray(), way.JsonType);
        }
        catch (JsonException e)
        {
            throw new JsonException(e.Message, e); // without a path of its own: the reader of the whole document adds where it stands
        }
    }

    public override void Write(Utf8JsonWriter writer, Destination value, JsonSerializerOptions options)
    {
        writer.WriteStartObject();
        if (value is UnknownDestination unknown)
        {
            writer.WriteString(KindMember, unknown.Kind);
            writer.WriteEndObject();
            return;
        }

        var way = WayBook.Of(value);
        writer.WriteString(KindMember, way.Kind);
        foreach (var member in JsonSerializer.SerializeToElement(value, way.JsonType).EnumerateObject())
        {
            member.WriteTo(writer);
        }

        writer.WriteEndObject();
    }
}

/// <summary>A kind that nobody knows: kept so that it is refused with all the other errors of its report.</summary>
internal sealed record UnknownDestination(string Kind) : Destination;
