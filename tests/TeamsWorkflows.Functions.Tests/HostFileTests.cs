using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Text.Json;
using TeamsWorkflows.Tests;

namespace TeamsWorkflows.Functions.Tests;

/// <summary>host.json, in both variants, against the extension that will read it: a setting that it does not know is a wish.</summary>
public sealed class HostFileTests
{
    private static readonly string Extension = Path.Combine(
        AppContext.BaseDirectory, ".azurefunctions", "Microsoft.Azure.WebJobs.Extensions.DurableTask.dll");

    // Of the two that the storage provider's section has in common for all providers.
    private static readonly string[] OfEveryProvider = ["type", "connectionStringName"];

    [Theory]
    [InlineData("host.json")]
    [InlineData("host.storage.json")]
    public void Every_durable_setting_is_one_that_the_extension_has(string file)
    {
        var durable = Durable(file);
        var known = Properties("DurableTaskOptions");

        Assert.All(durable.EnumerateObject(), setting => Assert.Contains(setting.Name, known));
        Assert.All(durable.GetProperty("tracing").EnumerateObject(), setting => Assert.Contains(setting.Name, Properties("TraceOptions")));
        Assert.Equal("V2", durable.GetProperty("tracing").GetProperty("version").GetString());
        Assert.False(durable.GetProperty("tracing").GetProperty("traceInputsAndOutputs").GetBoolean());
    }

    [Fact]
    public void The_storage_variant_names_settings_that_its_provider_has()
    {
        var settings = Durable("host.storage.json").GetProperty("storageProvider").EnumerateObject().Select(static s => s.Name).Except(OfEveryProvider);

        Assert.All(settings, setting => Assert.Contains(setting, Properties("AzureStorageOptions")));
    }

    [Fact]
    public void The_variants_differ_in_their_provider_alone()
    {
        var (scheduler, storage) = (Read("host.json"), Read("host.storage.json"));

        Assert.Equal("azureManaged", Durable("host.json").GetProperty("storageProvider").GetProperty("type").GetString());
        Assert.Equal(Without(scheduler, "storageProvider"), Without(storage, "storageProvider"));
        Assert.Equal("", scheduler.GetProperty("extensions").GetProperty("http").GetProperty("routePrefix").GetString());
    }

    [Fact]
    public void The_built_host_has_one_of_them()
        => Assert.Equal(
            File.ReadAllText(Path.Combine(Docs.Root, "host.storage.json")), File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "host.json")));

    internal static JsonElement Read(string file)
    {
        using var document = JsonDocument.Parse(File.ReadAllText(Path.Combine(Docs.Root, file)));
        return document.RootElement.Clone();
    }

    private static JsonElement Durable(string file) => Read(file).GetProperty("extensions").GetProperty("durableTask");

    private static string Without(JsonElement json, string name) => json.ValueKind == JsonValueKind.Object
        ? string.Join(';', json.EnumerateObject().Where(p => p.Name != name).Select(p => $"{p.Name}={Without(p.Value, name)}"))
        : json.GetRawText();

    // Read as data: the extension is of the Functions host, whose assemblies are not here.
    private static HashSet<string> Properties(string type)
    {
        using PEReader file = new(File.OpenRead(Extension));
        var metadata = file.GetMetadataReader();
        var definition = metadata.TypeDefinitions.Select(metadata.GetTypeDefinition).Single(t => metadata.GetString(t.Name) == type);
        return definition.GetProperties().Select(p => metadata.GetString(metadata.GetPropertyDefinition(p).Name))
            .ToHashSet(StringComparer.OrdinalIgnoreCase);
    }
}
