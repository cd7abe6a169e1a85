using System.Globalization;
using System.Reflection;
using System.Text;
using Microsoft.Extensions.Logging;
using TeamsWorkflows.Tests;

namespace TeamsWorkflows.Server.Tests.Documents;

/// <summary><c>docs/logs.md</c>: every event that the product logs, made from the code.</summary>
public sealed class LogPageTests
{
    private static readonly string[] Assemblies =
    [
        "TeamsWorkflows", "TeamsWorkflows.Server", "TeamsWorkflows.DurableTask", "TeamsWorkflows.DurableTask.Sqlite", "TeamsWorkflows.DurableTask.Postgres", "TeamsWorkflows.DurableTask.Grpc",
    ];

    private static readonly Event[] Events =
    [
        .. Assemblies.SelectMany(static name => Assembly.Load(name).GetTypes())
            .SelectMany(static type => type.GetMethods(BindingFlags.Static | BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
            .Select(static method => (Method: method, Said: method.GetCustomAttribute<LoggerMessageAttribute>()))
            .Where(static found => found.Said is not null)
            .Select(static found => new Event(Category(found.Method.DeclaringType!), found.Said!.EventId, found.Method.Name, found.Said.Level, found.Said.Message))
            .OrderBy(static e => e.Category, StringComparer.Ordinal).ThenBy(static e => e.Id),
    ];

    [Fact]
    public void The_page_is_what_the_code_logs() => Docs.AssertIs("logs.md", Page(), nameof(LogPageTests), "TeamsWorkflows.Server.Tests");

    [Fact]
    public void A_category_and_a_number_are_one_event()
        => Assert.Empty(Events.GroupBy(static e => (e.Category, e.Id)).Where(static g => g.Count() > 1).Select(static g => g.Key));

    [Theory]
    [Trait("Requirement", "R68")]
    [InlineData("token}")]
    [InlineData("secret")]
    [InlineData("password")]
    [InlineData("body}")]
    [InlineData("address}")]
    public void No_event_has_a_place_for_what_must_not_be_logged(string word)
        => Assert.DoesNotContain(Events, e => e.Message.Contains(word, StringComparison.OrdinalIgnoreCase));

    private static string Category(Type type) => (type is { Name: "Log", DeclaringType: { } outer } ? outer : type).FullName!;

    private static string Page()
    {
        var page = new StringBuilder()
            .Append("# What is logged\n\n")
            .Append("Made from the code; when it is stale, run\n`UPDATE_DOCS=1 dotnet test tests/TeamsWorkflows.Server.Tests --filter LogPageTests`.\n\n")
            .Append("An event is its category and its number, which stay. No token, secret, body or address of a webhook is in any of them; the one who\n")
            .Append("steers an orchestration is named, and nobody else. `Logging:LogLevel:CATEGORY` sets from which level on a category is logged; `Logging:Console:FormatterName=json`\n")
            .Append("writes one JSON object a line.\n\n")
            .Append("| category | id | event | level | message |\n|---|---|---|---|---|\n");
        foreach (var e in Events)
        {
            page.Append(CultureInfo.InvariantCulture, $"| `{e.Category}` | {e.Id} | {e.Name} | {e.Level} | {e.Message} |\n");
        }

        return page.ToString();
    }

    private sealed record Event(string Category, int Id, string Name, LogLevel Level, string Message);
}
