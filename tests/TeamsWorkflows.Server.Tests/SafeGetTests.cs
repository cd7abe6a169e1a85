using System.Net;
using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using TeamsWorkflows.Data;

namespace TeamsWorkflows.Server.Tests;

/// <summary>A program that opens every link, as scanners of mails and prefetching browsers do, changes nothing.</summary>
public sealed partial class SafeGetTests : IAsyncLifetime
{
    private const int MaxPages = 400;

    private readonly ServerHost _host = new();

    public Task InitializeAsync() => _host.InitializeAsync();

    public Task DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task Opening_every_link_that_there_is_changes_no_row()
    {
        using var publisher = await _host.PublisherAsync();
        using var administrator = await _host.AdministratorAsync();
        var title = Calls.Unique("Waits");
        await _host.DeliverAsync(publisher, Calls.Unique("Delivered"));
        await _host.SubmitForApprovalAsync(publisher, title, $$"""
            "approvers":[{"email":"{{_host.Tenant.Operator.UserName}}"}]
            """);
        var link = await _host.Tenant.LinkAsync(_host.Tenant.Operator.UserName, title);
        using var stranger = ConsoleSession.Stranger(_host);
        using var session = await ConsoleSession.SignInAsync(_host, _host.Tenant.Administrator.UserName);

        var before = await DumpAsync();
        Assert.Equal(200, (await stranger.AskAsync("GET", link)).Status); // nobody is signed in where mails are scanned
        var opened = await CrawlAsync(session);
        foreach (var row in EndpointTable.Rows.Where(static r => r.Key.StartsWith("GET /api/", StringComparison.Ordinal) || r.Key.StartsWith("GET /runtime/", StringComparison.Ordinal)))
        {
            using var response = await administrator.GetAsync(
                new Uri(Part().Replace(row.Key[4..], "none"), UriKind.Relative), HttpCompletionOption.ResponseHeadersRead); // a stream of events goes on
            Assert.NotEqual(HttpStatusCode.InternalServerError, response.StatusCode);
        }

        Assert.True(opened > 15, $"The crawl saw {opened} pages only.");
        Assert.Equal(before, await DumpAsync());
    }

    private static async Task<int> CrawlAsync(ConsoleSession session)
    {
        var queue = new Queue<string>(["/", "/deliveries", "/cases", "/doctor", "/schedules", "/connections", "/orchestrations", "/approvals", "/audit", "/signin/callback?state=x&code=y"]);
        var seen = new HashSet<string>(queue, StringComparer.Ordinal);
        while (queue.TryDequeue(out var path) && seen.Count < MaxPages)
        {
            var (status, text) = await session.AskAsync("GET", path);
            Assert.True(status is not (500 or 405), $"GET {path} answers {status}.");
            foreach (var found in Link().Matches(text).Select(static m => WebUtility.HtmlDecode(m.Groups["address"].Value)).Where(static a => a.StartsWith('/')))
            {
                if (seen.Add(found.Split('#')[0]))
                {
                    queue.Enqueue(found.Split('#')[0]);
                }
            }
        }

        return seen.Count;
    }

    // Every row of every table, but for what is counted and measured of calls to Microsoft (the doctor makes some).
    private async Task<string> DumpAsync()
    {
        await using var db = await _host.Server.Services.GetRequiredService<IDbContextFactory<ProductDb>>().CreateDbContextAsync();
        var connection = db.Database.GetDbConnection();
        await connection.OpenAsync();
        List<string> lines = [];
        foreach (var table in db.Model.GetEntityTypes().Select(static t => t.GetTableName()!).Where(static t => t is not ("Acquisitions" or "TokenCaches")).Order(StringComparer.Ordinal))
        {
            await using var command = connection.CreateCommand();
#pragma warning disable CA2100 // a table of the model
            command.CommandText = $"SELECT * FROM \"{table}\"";
#pragma warning restore CA2100
            await using var reader = await command.ExecuteReaderAsync();
            while (await reader.ReadAsync())
            {
                var values = new object[reader.FieldCount];
                reader.GetValues(values);
                lines.Add($"{table}: {string.Join('|', values.Select(static v => v is byte[] bytes ? Convert.ToHexString(bytes) : v))}");
            }
        }

        return string.Join('\n', lines.Order(StringComparer.Ordinal));
    }

    [GeneratedRegex("(?:href|src)=\"(?<address>[^\"]*)\"", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Link();

    [GeneratedRegex(@"\{[^}]+\}", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Part();
}
