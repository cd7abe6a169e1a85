using System.Xml.Linq;
using TeamsWorkflows.DurableTask.Tests.Postgres;
using TeamsWorkflows.Server.Hosting;
using TeamsWorkflows.Tests;

namespace TeamsWorkflows.Functions.Tests.Infra;

/// <summary>Image, Compose file and unit against the server that they run.</summary>
[Collection(PostgresServer.Name)]
public sealed class DeployTests(PostgresCluster cluster)
{
    private static readonly XDocument Server = XDocument.Load(Path.Combine(Docs.Root, "src", "TeamsWorkflows.Server", "TeamsWorkflows.Server.csproj"));

    [Fact]
    public void The_image_has_no_shell_and_no_root_and_compose_makes_it_read_only()
    {
        var compose = Deployed("compose.yaml");

        Assert.EndsWith("-chiseled", Property("ContainerBaseImage"), StringComparison.Ordinal);
        Assert.Equal("1654", Property("ContainerUser"));
        Assert.Equal("/home/app/data", Variable("Data__Folder"));
        Assert.All(
            ["read_only: true", "cap_drop: [ALL]", "no-new-privileges:true", "volumes: [data:/home/app]", "127.0.0.1:8080:8080"],
            line => Assert.Contains(line, compose, StringComparison.Ordinal));
        Assert.DoesNotContain("POSTGRES_PASSWORD:", compose, StringComparison.Ordinal);
        Assert.DoesNotContain("Password=", compose, StringComparison.Ordinal);
        Assert.Contains($"TeamsWorkflows.Server.dll, {HealthProbe.Command}, \"http://127.0.0.1:8080/\"", compose, StringComparison.Ordinal);
    }

    [Fact]
    public void Settings_of_the_compose_file_are_those_of_the_product()
        => Assert.All(
            Deployed("compose.yaml").Split('\n').Select(static l => l.Trim().Split(':')[0]).Where(static key => key.Contains("__", StringComparison.Ordinal)),
            static key => Assert.True(ProductSettings.IsKnown(key), key));

    [Fact]
    public void The_unit_does_not_start_again_where_that_does_not_help()
    {
        int[] hopeless = [ExitCodes.InvalidConfiguration, ExitCodes.DataFolderInUse, ExitCodes.AddressInUse, ExitCodes.TaskHubUnusable];

        Assert.Contains($"RestartPreventExitStatus={string.Join(' ', hopeless)}\n", Deployed("teamsworkflows.service"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_health_command_says_whether_a_server_is_ready()
    {
        await using var functions = await FunctionsUnderTest.StartAsync(cluster);
        using StringWriter output = new();

        Assert.Equal(ExitCodes.Stopped, await HealthProbe.RunAsync([functions.Address.AbsoluteUri], output));
        Assert.Equal(ExitCodes.NotReady, await HealthProbe.RunAsync(["http://127.0.0.1:1/"], output));
        Assert.Equal(ExitCodes.InvalidConfiguration, await HealthProbe.RunAsync(["nowhere"], output));
        Assert.Contains("Healthy", output.ToString(), StringComparison.Ordinal);
        Assert.Contains("does not answer", output.ToString(), StringComparison.Ordinal);
    }

    private static string Deployed(string file) => File.ReadAllText(Path.Combine(Docs.Root, "deploy", file));

    private static string Property(string name) => Server.Descendants(name).Single().Value;

    private static string Variable(string name)
        => (string)Server.Descendants("ContainerEnvironmentVariable").Single(v => (string?)v.Attribute("Include") == name).Attribute("Value")!;
}
