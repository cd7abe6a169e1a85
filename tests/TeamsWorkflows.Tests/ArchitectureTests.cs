using System.Reflection;
using System.Xml.Linq;
using TeamsWorkflows.Deliveries;
using TeamsWorkflows.DurableTask;
using TeamsWorkflows.Sandbox;

namespace TeamsWorkflows.Tests;

/// <summary>The allowed arrows: hosts to the product, the product to the engine, stores to the engine; nothing else.</summary>
public sealed class ArchitectureTests
{
    private static readonly Assembly Engine = typeof(TaskOrchestrationContext).Assembly;
    private static readonly Assembly Product = typeof(TeamsWorkflowsRegistration).Assembly;
    private static readonly Assembly SandboxAssembly = typeof(SandboxServer).Assembly;

    [Fact]
    public void The_engine_knows_nothing_of_ours()
        => Assert.DoesNotContain(References(Engine), IsOurs);

    [Fact]
    public void The_product_knows_the_engine_and_neither_a_store_nor_a_host()
    {
        Assert.Equal(["TeamsWorkflows.DurableTask"], References(Product).Where(IsOurs));
        Assert.DoesNotContain(References(Product), r => r.StartsWith("Microsoft.AspNetCore", StringComparison.Ordinal));
        Assert.DoesNotContain(References(Product), r => r.Contains("Sqlite", StringComparison.Ordinal) || r.Contains("Npgsql", StringComparison.Ordinal));
    }

    // Projects that are no hosts: whoever adds one says here what it may know.
    [Theory]
    [InlineData("TeamsWorkflows.DurableTask")]
    [InlineData("TeamsWorkflows.DurableTask.Sqlite", "TeamsWorkflows.DurableTask")]
    [InlineData("TeamsWorkflows.DurableTask.Postgres", "TeamsWorkflows.DurableTask")]
    [InlineData("TeamsWorkflows.DurableTask.Grpc", "TeamsWorkflows.DurableTask", "TeamsWorkflows.DurableTask.Sqlite")]
    [InlineData("TeamsWorkflows.DurableTask.Sdk", "TeamsWorkflows.DurableTask")]
    [InlineData("TeamsWorkflows", "TeamsWorkflows.DurableTask")]
    [InlineData("TeamsWorkflows.Sandbox")]
    [InlineData("TeamsWorkflows.Cli", "TeamsWorkflows", "TeamsWorkflows.Server")]
    public void A_project_refers_to_those_it_may_know(string project, params string[] known)
        => Assert.Equal(known.Order(StringComparer.Ordinal), ProjectReferences(project).Order(StringComparer.Ordinal));

    [Fact]
    public void Every_project_is_a_host_or_says_what_it_may_know()
    {
        string[] hosts = ["TeamsWorkflows.Functions", "TeamsWorkflows.Server"];
        var covered = typeof(ArchitectureTests).GetMethod(nameof(A_project_refers_to_those_it_may_know))!
            .GetCustomAttributes<InlineDataAttribute>().Select(static d => (string)d.GetData(null!).Single()[0]);
        Assert.Equal(
            Directory.GetDirectories(Path.Combine(Docs.Root, "src")).Select(Path.GetFileName).Order(StringComparer.Ordinal),
            covered.Concat(hosts).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void The_sandbox_knows_nothing_of_ours()
        => Assert.DoesNotContain(References(SandboxAssembly), IsOurs);

    [Fact]
    [Trait("Requirement", "R65")]
    [Trait("Requirement", "R68")]
    public void Only_the_token_source_hands_out_tokens_and_no_message_of_a_workflow_can_hold_one()
    {
        var messages = Product.GetTypes().Where(t => t.GetCustomAttributes<System.Text.Json.Serialization.JsonDerivedTypeAttribute>().Any()
            || t.Name.EndsWith("Input", StringComparison.Ordinal)
            || t.Name.EndsWith("Result", StringComparison.Ordinal)
            || t.Name.EndsWith("Outcome", StringComparison.Ordinal));
        var suspects = messages.Where(t => t.Namespace != "TeamsWorkflows.Connections" || t.Name != "TokenResult")
            .SelectMany(t => t.GetProperties())
            .Where(p => p.Name.Contains("Token", StringComparison.OrdinalIgnoreCase) || p.Name.Contains("Secret", StringComparison.OrdinalIgnoreCase));

        Assert.Contains(typeof(PostOutcome), messages);
        Assert.Empty(suspects);
    }

    private static IEnumerable<string> ProjectReferences(string project)
        => XDocument.Load(Path.Combine(Docs.Root, "src", project, $"{project}.csproj")).Descendants("ProjectReference")
            .Select(static r => Path.GetFileNameWithoutExtension(((string)r.Attribute("Include")!).Replace('\\', '/')));

    private static IEnumerable<string> References(Assembly assembly) => assembly.GetReferencedAssemblies().Select(a => a.Name!);

    private static bool IsOurs(string name) => name.StartsWith("TeamsWorkflows", StringComparison.Ordinal);
}
