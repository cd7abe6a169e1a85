using System.Text.Json;
using Microsoft.Azure.Functions.Worker.Core.FunctionMetadata;
using TeamsWorkflows.DurableTask;
using TeamsWorkflows.DurableTask.Client;

namespace TeamsWorkflows.Functions.Tests;

/// <summary>What the Functions host is told there is: what the build has written down, and what the registry adds.</summary>
public sealed class FunctionMetadataTests
{
    private static readonly IServiceProvider Services = FunctionsHost.CreateBuilder([]).Build().Services;

    [Fact]
    public void Every_orchestrator_and_activity_is_a_function_once_under_its_name()
    {
        var registry = Services.GetRequiredService<DurableTaskRegistry>();
        var functions = Written().Concat(Added()).ToArray();

        Assert.Distinct(functions.Select(static f => f.Name), StringComparer.OrdinalIgnoreCase);
        Assert.Equal(Names(registry.OrchestratorNames), NamesOf(functions, "orchestrationTrigger"));
        Assert.Equal(Names(registry.ActivityNames), NamesOf(functions, "activityTrigger"));
    }

    [Fact]
    public void Http_and_timers_bring_the_durable_client_and_are_all_that_is_written_by_hand_beside_activities_that_need_it()
    {
        var written = Written().ToArray();

        Assert.Equal(
            ActivityFunctions.Names.Concat(["CleanLedger", "FrontDoor", "ResumeReports", "StartWatch"]).Order(StringComparer.Ordinal),
            written.Select(static f => f.Name).Order(StringComparer.Ordinal));
        Assert.All(written, static f => Assert.Equal(f.Name != "CleanLedger", f.Bindings.Contains("durableClient"))); // that one knows only the ledger
    }

    // An activity that starts or signals orchestrations gets a client only as a function of its own.
    [Fact]
    public void Activities_that_reach_the_client_are_those_that_get_it()
    {
        var product = typeof(TeamsWorkflowsRegistration).Assembly;
        var registry = Services.GetRequiredService<DurableTaskRegistry>();
        var reaching = product.GetTypes().Where(t => registry.ActivityNames.Contains(t.Name) && Reaches(t, [])).Select(static t => t.Name);

        Assert.Equal(ActivityFunctions.Names.Order(StringComparer.Ordinal), reaching.Order(StringComparer.Ordinal));

        bool Reaches(Type type, HashSet<Type> seen) => type == typeof(DurableTaskClient)
            || (type.Assembly == product && seen.Add(type) && type.GetConstructors(
                    System.Reflection.BindingFlags.Instance | System.Reflection.BindingFlags.Public | System.Reflection.BindingFlags.NonPublic)
                .SelectMany(static c => c.GetParameters()).Any(p => Reaches(p.ParameterType, seen)));
    }

    private static string[] Names(IEnumerable<TaskName> names) => [.. names.Select(static n => n.Value).Order(StringComparer.Ordinal)];

    private static string[] NamesOf(IEnumerable<Function> functions, string trigger)
        => [.. functions.Where(f => f.Bindings.Contains(trigger, StringComparer.Ordinal)).Select(static f => f.Name).Order(StringComparer.Ordinal)];

    private static IEnumerable<Function> Written()
    {
        using var file = JsonDocument.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "functions.metadata")));
        return file.RootElement.Clone().EnumerateArray().Select(static f => new Function(
            f.GetProperty("name").GetString()!, [.. f.GetProperty("bindings").EnumerateArray().Select(static b => b.GetProperty("type").GetString()!)]));
    }

    private static IEnumerable<Function> Added()
    {
        List<IFunctionMetadata> added = [];
        foreach (var transformer in Services.GetServices<IFunctionMetadataTransformer>())
        {
            transformer.Transform(added);
        }

        return added.Select(static f => new Function(
            f.Name!, [.. f.RawBindings!.Select(static b => JsonDocument.Parse(b).RootElement.GetProperty("type").GetString()!)]));
    }

    private sealed record Function(string Name, IReadOnlyList<string> Bindings);
}
