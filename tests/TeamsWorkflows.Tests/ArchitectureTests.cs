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
    [InlineData("TeamsWorkflows.Cli", "TeamsWorkflows", "TeamsWorkflows.Client", "TeamsWorkflows.Server")]
    [InlineData("TeamsWorkflows.Client")]
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

    [Fact]
    [Trait("Requirement", "R65")]
    public void Nothing_that_workflows_and_activities_say_to_each_other_can_hold_a_token()
    {
        var said = Product.GetTypes().Select(Generic).OfType<Type>().SelectMany(static t => t.GetGenericArguments()).ToHashSet();
        HashSet<Type> reached = [];
        foreach (var type in said)
        {
            Reach(type, reached);
        }

        Assert.Contains(typeof(TeamsWorkflows.Connections.ParkedRun), reached);
        Assert.Empty(reached.SelectMany(static t => t.GetProperties().Where(static p => p.PropertyType == typeof(string) && IsSuspect(p.Name)).Select(p => $"{t.Name}.{p.Name}")));

        static Type? Generic(Type type)
        {
            for (var t = type.BaseType; t is not null; t = t.BaseType)
            {
                if (t.IsGenericType && (t.GetGenericTypeDefinition() == typeof(TaskOrchestrator<,>) || t.GetGenericTypeDefinition() == typeof(TaskActivity<,>)))
                {
                    return t;
                }
            }

            return null;
        }
    }

    [Fact]
    [Trait("Requirement", "R68")]
    public void Nobody_but_connections_asks_for_tokens_and_no_publisher_can_bring_a_credential()
    {
        var sources = Directory.EnumerateFiles(Path.Combine(Docs.Root, "src", "TeamsWorkflows"), "*.cs", SearchOption.AllDirectories)
            .Where(static f => !f.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal)
                && !f.Contains($"{Path.DirectorySeparatorChar}Connections{Path.DirectorySeparatorChar}", StringComparison.Ordinal)
                && !f.EndsWith("TeamsWorkflowsRegistration.cs", StringComparison.Ordinal));
        Assert.DoesNotContain(sources, static f => File.ReadAllText(f) is var text
            && (text.Contains("Microsoft.Identity.Client", StringComparison.Ordinal) || text.Contains("AcquireToken", StringComparison.Ordinal)));

        HashSet<Type> given = [];
        Reach(typeof(TeamsWorkflows.Reports.ReportRequest), given);
        string[] words = ["Tenant", "ClientId", "ClientSecret", "Password", "Credential", "Certificate", "AuthModel"];
        Assert.Contains(typeof(TeamsWorkflows.Ways.ChannelDestination), given);
        Assert.Empty(given.SelectMany(static t => t.GetProperties()).Where(p => words.Any(w => p.Name.Contains(w, StringComparison.OrdinalIgnoreCase))).Select(static p => $"{p.DeclaringType!.Name}.{p.Name}"));
    }

    // A destination's own secret signs what a program gets; it is nobody's sign-in, and lies encrypted.
    private static bool IsSuspect(string name) => (name.Contains("Token", StringComparison.OrdinalIgnoreCase)
        || name.Contains("Secret", StringComparison.OrdinalIgnoreCase) || name.Contains("Password", StringComparison.OrdinalIgnoreCase))
        && !name.EndsWith("Id", StringComparison.Ordinal);

    private static void Reach(Type type, HashSet<Type> reached)
    {
        foreach (var argument in type.GetGenericArguments().Append(type.GetElementType()).OfType<Type>())
        {
            Reach(argument, reached);
        }

        if (type.Assembly != Product || !reached.Add(type))
        {
            return;
        }

        foreach (var derived in Product.GetTypes().Where(t => t.BaseType == type))
        {
            Reach(derived, reached);
        }

        foreach (var property in type.GetProperties())
        {
            Reach(property.PropertyType, reached);
        }
    }

    private static IEnumerable<string> ProjectReferences(string project)
        => XDocument.Load(Path.Combine(Docs.Root, "src", project, $"{project}.csproj")).Descendants("ProjectReference")
            .Select(static r => Path.GetFileNameWithoutExtension(((string)r.Attribute("Include")!).Replace('\\', '/')));

    private static IEnumerable<string> References(Assembly assembly) => assembly.GetReferencedAssemblies().Select(a => a.Name!);

    private static bool IsOurs(string name) => name.StartsWith("TeamsWorkflows", StringComparison.Ordinal);
}
