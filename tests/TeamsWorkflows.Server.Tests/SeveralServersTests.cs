using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;
using TeamsWorkflows.Audit;
using TeamsWorkflows.Data;
using TeamsWorkflows.DurableTask.Storage;
using TeamsWorkflows.DurableTask.Tests.Postgres;
using TeamsWorkflows.Sandbox;
using TeamsWorkflows.Server.Development;
using TeamsWorkflows.Server.Hosting;
using Xunit.Abstractions;

namespace TeamsWorkflows.Server.Tests;

/// <summary>Several servers over one PostgreSQL, and what they must share for it.</summary>
[Collection(PostgresServer.Name)]
public sealed class SeveralServersTests(PostgresCluster cluster, ITestOutputHelper output)
{
    private const int Reports = 60;

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    private readonly string _hub = cluster.NewHub().Schema;

    [Fact]
    public async Task A_server_that_is_killed_leaves_its_reports_to_the_other()
    {
        var folder = Directory.CreateTempSubdirectory("keys");
        await using var sandbox = await SandboxServer.StartAsync(
            new() { HttpsPort = 0, HttpPort = 0, SmtpPort = 0 }, TimeProvider.System, CancellationToken.None);
        var settings = Settings(Certificate(folder.FullName));
        await using var first = new SpawnedServer(sandbox, settings);
        await using var second = new SpawnedServer(sandbox, [.. settings, new("Entra:PublicAddress", first.Address.AbsoluteUri)]);
        await Task.WhenAll(first.StartAsync(), second.StartAsync()); // both make the schemas
        using var enough = new CancellationTokenSource(Limit);
        using var toFirst = await ClientAsync(sandbox, first);
        using var toSecond = await ClientAsync(sandbox, second);
        await SignIns.RunAsync(
            sandbox, toFirst.Operating, $"/api/v1/connections/{DevelopmentSandbox.ConnectionId}/sign-in", back: second.Address);

        var ids = new ConcurrentDictionary<int, string>();
        var submitting = Parallel.ForAsync(
            0,
            Reports,
            new ParallelOptions { MaxDegreeOfParallelism = 6, CancellationToken = enough.Token },
            async (i, stop) => ids[i] = await SubmitUntilTakenAsync(sandbox, i % 2 == 0 ? toFirst : toSecond, toSecond, i, stop));
        while (ids.Count < Reports / 3)
        {
            await Task.Delay(10, enough.Token);
        }

        await first.KillAsync();
        var clock = Stopwatch.StartNew();
        await submitting;
        foreach (var (i, id) in ids)
        {
            await WaitForDeliveryAsync(toSecond.Publishing, i, id, enough.Token);
        }

        var posts = sandbox.DefaultTenant.AllMessages().GroupBy(static m => m.Subject!).ToDictionary(static g => g.Key, static g => g.Count());
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{Reports} reports, all delivered {clock.Elapsed.TotalSeconds:F1} s after the kill; {second.Output}"));
        Assert.All(Enumerable.Range(0, Reports), i => Assert.Equal(1, posts.GetValueOrDefault(TitleOf(i))));
        folder.Delete(recursive: true);
    }

    [Fact]
    public async Task A_server_without_its_database_says_so_and_goes_on_when_it_is_back()
    {
        var host = new ServerHost { Settings = Arguments() };
        await host.InitializeAsync();
        using var publisher = await host.PublisherAsync();
        Assert.Equal("Delivered", (await host.DeliverAsync(publisher, "before")).GetProperty("deliveries")[0].Text("state"));

        cluster.Stop();
        var reason = await UntilReadinessAsync(host, isReady: false);
        Assert.Contains("out of reach", reason, StringComparison.Ordinal);
        cluster.Start();
        Assert.Equal("Healthy", await UntilReadinessAsync(host, isReady: true));
        using var again = await SubmitUntilTakenAsync(host, publisher, "after"); // a connection that broke meanwhile is found out by its first use
        await host.WaitForEndAsync((await again.JsonAsync()).Text("id"));
        Assert.Single(host.Tenant.MessagesAbout("after"));
        await host.DisposeAsync();
    }

    [Fact]
    public async Task Several_nodes_append_to_one_audit_log_without_a_fork()
    {
        const int writers = 4;
        const int each = 15;
        var host = new ServerHost { Settings = Arguments() };
        await host.InitializeAsync();
        var contexts = host.Server.Services.GetRequiredService<IDbContextFactory<ProductDb>>();
        var log = host.Server.Services.GetRequiredService<AuditLog>();
        var before = (await log.HeadAsync(CancellationToken.None)).Sequence;
        await Task.WhenAll(Enumerable.Range(0, writers).Select(async node =>
        {
            using var database = new Database(contexts, TimeProvider.System, NullLogger<Database>.Instance, maxWriters: 2); // as another process has it
            await Parallel.ForAsync(0, each, async (i, stop) =>
            {
                using var call = AuditCall.Begin(new($"node {node}", "", "Operator"), "case.guided-test", $"case/{node}-{i}", reason: null);
                await database.WriteAsync(
                    db => db.CalendarKeys.AddAsync(
                        new() { Id = Guid.NewGuid(), KeyHash = Guid.NewGuid().ToString("N"), Name = $"{node}-{i}", CreatedBy = "test", CreatedAt = DateTimeOffset.UtcNow }, stop).AsTask(),
                    stop);
            });
        }));

        var verdict = await log.VerifyAsync([], CancellationToken.None);
        Assert.True(verdict.IsIntact, verdict.Break?.Why);
        Assert.Equal(before + (writers * each), verdict.Head.Sequence);
        var refusal = Assert.ThrowsAny<Exception>(() => cluster.Read($"DELETE FROM {_hub}_data.\"AuditEntries\""));
        Assert.Contains("never changed or removed", refusal.ToString(), StringComparison.Ordinal);
        await host.DisposeAsync();
    }

    [Fact]
    public async Task A_listener_at_one_server_hears_what_another_one_changes()
    {
        using var enough = new CancellationTokenSource(Limit);
        var (here, there) = (new ServerHost { Settings = Arguments() }, new ServerHost { Settings = Arguments() });
        await here.InitializeAsync();
        await there.InitializeAsync();
        using var listening = await here.OperatorAsync();
        using var publisher = await there.PublisherAsync();
        using var stream = await listening.GetAsync(
            new Uri("/api/v1/events?topics=schedules", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead, enough.Token);
        using var lines = new StreamReader(await stream.Content.ReadAsStreamAsync(enough.Token));
        string? line;
        var number = 0;
        do
        {
            using var put = await publisher.PutAsync(string.Create(CultureInfo.InvariantCulture, $"heard-elsewhere-{number++}"), there.Tenant.Schedule("0 9 * * *", "Heard elsewhere")); // may come before they hear each other
            line = await lines.ReadLineAsync(enough.Token);
        }
        while (line?.Contains("heard-elsewhere", StringComparison.Ordinal) == false);

        Assert.NotNull(line);
        await there.DisposeAsync();
        await here.DisposeAsync();
    }

    [Fact]
    public async Task Data_of_a_newer_release_is_refused_and_left_as_it_is()
    {
        var host = new ServerHost { Settings = Arguments() };
        await host.InitializeAsync();
        await using (var db = await host.Server.Services.GetRequiredService<IDbContextFactory<ProductDb>>().CreateDbContextAsync())
        {
            Assert.False(db.Database.HasPendingModelChanges());
            Assert.Empty(await db.Database.GetPendingMigrationsAsync());
        }

        await host.DisposeAsync();
        cluster.Read($"INSERT INTO {_hub}_data.\"__EFMigrationsHistory\" VALUES ('29990101000000_Future', '99.0.0')");
        var later = new ServerHost { Settings = Arguments() };
        var refusal = await Assert.ThrowsAsync<IncompatibleStoreException>(later.InitializeAsync);
        Assert.Contains("29990101000000_Future", refusal.Message, StringComparison.Ordinal);
        await later.DisposeAsync();
    }

    [Fact]
    public async Task No_filter_of_the_ledger_reads_all_of_it_or_sorts_it()
    {
        const int rows = 20_000;
        var host = new ServerHost { Settings = Arguments() };
        await host.InitializeAsync();
        using (var publisher = await host.PublisherAsync())
        {
            await host.DeliverAsync(publisher, "one of very many");
        }

        cluster.Read(
            $"""
            SET search_path = {_hub}_data;
            INSERT INTO "Deliveries" SELECT (jsonb_populate_record(d, jsonb_build_object(
                'Id', 'copy.' || i, 'Publisher', 'p' || i % 20, 'State', 's' || i % 20, 'ConnectionId', 'c' || i % 20, 'ChannelId', 'h' || i % 20,
                'CreatedAt', d."CreatedAt" + i))).* FROM "Deliveries" d, generate_series(1, {rows}) i;
            ANALYZE "Deliveries"
            """);
        foreach (var (column, value) in new[] { ("Publisher", "p7"), ("State", "s7"), ("ConnectionId", "c7"), ("ChannelId", "h7") })
        {
            var plan = (string)cluster.Read(
                $"""
                SET search_path = {_hub}_data;
                EXPLAIN (FORMAT JSON) SELECT * FROM "Deliveries" WHERE "{column}" = '{value}' ORDER BY "CreatedAt" DESC, "Id" DESC LIMIT 50
                """)!;
            Assert.Contains($"IX_Deliveries_{column}_CreatedAt_Id", plan, StringComparison.Ordinal);
            Assert.DoesNotContain("Sort", plan, StringComparison.Ordinal);
        }

        await host.DisposeAsync();
    }

    [Fact]
    public async Task Keys_in_the_database_without_a_certificate_are_refused_outside_development()
    {
        await using var sandbox = await SandboxServer.StartAsync(
            new() { HttpsPort = 0, HttpPort = 0, SmtpPort = 0 }, TimeProvider.System, CancellationToken.None);
        var folder = Directory.CreateTempSubdirectory("refused");
        string[] settings = [.. DevelopmentSandbox.Settings(sandbox, "").Select(static s => $"--{s.Key}={s.Value}"), .. Arguments()];
        await using var server = await ServerApplication.CreateAsync(
            ["--environment=Production", $"--Data:Folder={folder.FullName}", "--Outbound:TrustedAuthorityFile=", .. settings], CancellationToken.None);
        var refusal = await Assert.ThrowsAsync<Microsoft.Extensions.Options.OptionsValidationException>(() => server.StartAsync(CancellationToken.None));
        Assert.StartsWith("KeyRing:CertificateFile must name", ServerProcess.Lines(refusal), StringComparison.Ordinal);
        folder.Delete(recursive: true);
    }

    private static async Task<ServerClients> ClientAsync(SandboxServer sandbox, SpawnedServer server)
    {
        var tokens = new SandboxTokens(sandbox);
        return new(With(server, await tokens.PublisherAsync()), With(server, await tokens.OfAsync(sandbox.DefaultTenant.Operator)));
    }

    private static HttpClient With(SpawnedServer server, string token)
    {
        var client = new HttpClient { BaseAddress = server.Address };
        client.DefaultRequestHeaders.Authorization = new("Bearer", token);
        return client;
    }

    private static string TitleOf(int i) => string.Create(CultureInfo.InvariantCulture, $"Report {i:D3}");

    // As a caller behind a load balancer does: the same key again, to whoever answers.
    private static async Task<string> SubmitUntilTakenAsync(
        SandboxServer sandbox, ServerClients server, ServerClients other, int i, CancellationToken stop)
    {
        while (true)
        {
            try
            {
                using var answer = await server.Publishing.SubmitAsync(sandbox.DefaultTenant.Report(TitleOf(i)), $"several-{i}");
                if (answer.IsSuccessStatusCode)
                {
                    return (await answer.JsonAsync()).Text("id");
                }

                Assert.Equal(503, (int)answer.StatusCode); // the partitions of the dead node are nobody's for a moment
            }
            catch (Exception e) when (e is HttpRequestException or IOException)
            {
                server = other;
            }

            await Task.Delay(100, stop);
        }
    }

    private static async Task<HttpResponseMessage> SubmitUntilTakenAsync(ServerHost host, HttpClient publisher, string title)
    {
        var clock = Stopwatch.StartNew();
        while (true)
        {
            var answer = await publisher.SubmitAsync(host.Tenant.Report(title), title);
            if (answer.IsSuccessStatusCode)
            {
                return answer;
            }

            Assert.Equal(503, (int)answer.StatusCode);
            Assert.NotNull(answer.Headers.RetryAfter);
            Assert.True(clock.Elapsed < ServerHost.Patience, await answer.Content.ReadAsStringAsync());
            answer.Dispose();
            await Task.Delay(100);
        }
    }

    private static async Task WaitForDeliveryAsync(HttpClient publisher, int i, string id, CancellationToken stop)
    {
        while (true)
        {
            var delivery = (await publisher.GetJsonAsync($"/api/v1/reports/{id}")).GetProperty("deliveries")[0];
            var state = delivery.Text("state");
            if (state == "Delivered")
            {
                return;
            }

            Assert.True(state is not ("FellBack" or "Failed"), $"{TitleOf(i)} ended as {state}: {delivery}");
            Assert.False(stop.IsCancellationRequested, $"{TitleOf(i)} never ended; it is {state}.");
            await Task.Delay(50, CancellationToken.None);
        }
    }

    private static async Task<string> UntilReadinessAsync(ServerHost host, bool isReady)
    {
        using var client = host.Anonymous();
        var clock = Stopwatch.StartNew();
        while (true)
        {
            using var answer = await client.GetAsync(new Uri("/health/ready", UriKind.Relative));
            var text = await answer.Content.ReadAsStringAsync();
            if (answer.IsSuccessStatusCode == isReady)
            {
                return text;
            }

            Assert.True(clock.Elapsed < ServerHost.Patience, $"The readiness stays {answer.StatusCode}: {text}");
            await Task.Delay(50);
        }
    }

    private static string Certificate(string folder)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=key ring", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        var file = Path.Combine(folder, "keys.pfx");
        File.WriteAllBytes(file, certificate.Export(X509ContentType.Pkcs12, "test"));
        return file;
    }

    private Dictionary<string, string?> Settings(string certificate) => new(StringComparer.OrdinalIgnoreCase)
    {
        ["TaskHub:Provider"] = "Postgres",
        ["Postgres:ConnectionString"] = cluster.ConnectionString,
        ["Postgres:Schema"] = $"{_hub}_data",
        ["Postgres:HubSchema"] = _hub,
        ["Postgres:LeaseDuration"] = "00:00:03",
        ["KeyRing:CertificateFile"] = certificate,
        ["KeyRing:CertificatePassword"] = "test",
        ["Deliveries:ReadBackDelays:0"] = "00:00:00.200",
        ["Deliveries:ReadBackDelays:1"] = "00:00:01",
        ["Deliveries:FirstBackoff"] = "00:00:00.100",
        ["Deliveries:MaxBackoff"] = "00:00:01",
        ["Pacing:Channel:Interval"] = "00:00:00",
        ["Pacing:Connection:Interval"] = "00:00:00",
        ["Pacing:Tenant:Interval"] = "00:00:00",
        ["Logging:LogLevel:Default"] = "Critical",
    };

    private string[] Arguments() =>
    [
        .. Settings("").Where(static s => !s.Key.StartsWith("KeyRing", StringComparison.Ordinal)).Select(static s => $"--{s.Key}={s.Value}"),
    ];

    private sealed record ServerClients(HttpClient Publishing, HttpClient Operating) : IDisposable
    {
        public void Dispose()
        {
            Publishing.Dispose();
            Operating.Dispose();
        }
    }
}
