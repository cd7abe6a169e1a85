using System.Text;
using System.Text.Json;

namespace TeamsWorkflows.Audit;

/// <summary>What an entry says of before and after, where no row of the product's data says it.</summary>
public static class AuditText
{
    /// <returns>A JSON object of texts.</returns>
    public static string Of(params ReadOnlySpan<(string Name, string? Value)> fields)
    {
        using var text = new MemoryStream();
        using (var json = new Utf8JsonWriter(text))
        {
            json.WriteStartObject();
            foreach (var (name, value) in fields)
            {
                json.WriteString(name, value);
            }

            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(text.GetBuffer(), 0, (int)text.Length);
    }
}
