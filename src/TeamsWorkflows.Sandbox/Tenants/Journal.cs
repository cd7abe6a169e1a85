using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace TeamsWorkflows.Sandbox.Tenants;

/// <summary>A tenant's changes as JSON lines, handed to the operating system one by one, so that a kill loses none.</summary>
internal sealed class Journal : IDisposable
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters = { new JsonStringEnumConverter() },
    };

    private readonly FileStream _file;

    private Journal(FileStream file)
    {
        _file = file;
    }

    /// <summary>Opens a journal and reads what is in it. A last line that a kill cut short is dropped.</summary>
    public static (Journal Journal, IReadOnlyList<TenantChange> Changes) Open(string path)
    {
        var file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read, bufferSize: 0);
        try
        {
            var bytes = new byte[file.Length];
            file.ReadExactly(bytes);
            var end = Array.LastIndexOf(bytes, (byte)'\n') + 1;
            file.SetLength(end);
            file.Position = end;
            var changes = Encoding.UTF8.GetString(bytes, 0, end)
                .Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Select(line => JsonSerializer.Deserialize<TenantChange>(line, Json)
                    ?? throw new InvalidDataException($"A line of {path} holds no change."))
                .ToArray();
            return (new Journal(file), changes);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    public void Append(TenantChange change)
    {
        var line = JsonSerializer.SerializeToUtf8Bytes(change, Json);
        _file.Write([.. line, (byte)'\n']);
    }

    public void Dispose() => _file.Dispose();
}
