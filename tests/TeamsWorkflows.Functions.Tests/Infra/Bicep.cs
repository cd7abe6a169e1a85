using System.Diagnostics;
using System.Reflection;
using System.Text;
using System.Text.Json;
using TeamsWorkflows.Tests;

namespace TeamsWorkflows.Functions.Tests.Infra;

/// <summary>The Bicep compiler over infra/, once per test run.</summary>
public sealed class Bicep
{
    private static readonly string Tool = typeof(Bicep).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(static a => a.Key == "Bicep").Value!;

    private readonly Lazy<Compiled> _template = new(static () => Run("build", File("main.bicep"), "--stdout"));

    /// <summary>Gets what the compiler and its linter say of the template; every rule is an error.</summary>
    public string Complaints => _template.Value.Errors;

    /// <summary>Gets the ARM template.</summary>
    public string Text => _template.Value.Output;

    /// <summary>Gets all resources, those of modules too, without the deployments that carry them.</summary>
    public IReadOnlyList<JsonElement> Resources => [.. ResourcesOf(JsonDocument.Parse(Text).RootElement)];

    public static IEnumerable<string> Sources
        => Directory.EnumerateFiles(Folder, "*.bicep*", SearchOption.AllDirectories).Where(static f => Path.GetExtension(f) is ".bicep" or ".bicepparam");

    private static string Folder => Path.Combine(Docs.Root, "infra");

    public static string File(string name) => Path.Combine(Folder, name);

    public static Compiled Run(params IEnumerable<string> arguments)
    {
        ProcessStartInfo start = new(Tool, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        start.Environment["BICEP_TRACING_ENABLED"] = "false";
        start.Environment["DOTNET_SYSTEM_GLOBALIZATION_INVARIANT"] = "1";
        StringBuilder errors = new();
        using var process = Process.Start(start)!;
        process.ErrorDataReceived += (_, line) => errors.AppendLine(line.Data);
        process.BeginErrorReadLine();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return new(output, errors.ToString().Trim());
    }

    private static IEnumerable<JsonElement> ResourcesOf(JsonElement template)
    {
        var resources = template.GetProperty("resources");
        var all = resources.ValueKind == JsonValueKind.Object ? resources.EnumerateObject().Select(static r => r.Value) : resources.EnumerateArray();
        foreach (var resource in all)
        {
            if (resource.GetProperty("type").GetString() == "Microsoft.Resources/deployments")
            {
                foreach (var inner in ResourcesOf(resource.GetProperty("properties").GetProperty("template")))
                {
                    yield return inner;
                }
            }
            else
            {
                yield return resource;
            }
        }
    }

    public sealed record Compiled(string Output, string Errors);
}
