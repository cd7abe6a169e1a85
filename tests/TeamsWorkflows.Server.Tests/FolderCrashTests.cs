using TeamsWorkflows.Sandbox;
using TeamsWorkflows.Server.Development;

namespace TeamsWorkflows.Server.Tests;

/// <summary>Files in the watched folder, and <c>kill -9</c>: each becomes one report.</summary>
public sealed class FolderCrashTests : IDisposable
{
    private const int Files = 40;
    private const int Kills = 3;

    private readonly string _folder = Directory.CreateTempSubdirectory("watched").FullName;

    [Fact]
    [Trait("Requirement", "R89")]
    public async Task Every_file_becomes_one_report_whenever_the_process_dies()
    {
        using var enough = new CancellationTokenSource(TimeSpan.FromMinutes(3));
        await using var sandbox = await SandboxServer.StartAsync(
            new() { HttpsPort = 0, HttpPort = 0, SmtpPort = 0 }, TimeProvider.System, CancellationToken.None);
        await using var server = new SpawnedServer(sandbox, new Dictionary<string, string?>
        {
            ["WatchedFolder:Path"] = _folder,
            ["WatchedFolder:Interval"] = "00:00:00.050",
            ["WatchedFolder:Settle"] = "00:00:00",
        });
        await server.StartAsync();
        using var operating = new HttpClient { BaseAddress = server.Address };
        operating.DefaultRequestHeaders.Authorization = new("Bearer", await new SandboxTokens(sandbox).OfAsync(sandbox.DefaultTenant.Operator));
        await SignIns.RunAsync(sandbox, operating, $"/api/v1/connections/{DevelopmentSandbox.ConnectionId}/sign-in", operating.BaseAddress!);

        var random = new Random(20261126);
        for (var i = 0; i < Files; i++)
        {
            // As a program should: written elsewhere, moved in when it is whole.
            var file = Path.Combine(_folder, $"file-{i:D2}.tmp");
            await File.WriteAllTextAsync(file, sandbox.DefaultTenant.Report($"File {i:D2}"), enough.Token);
            File.Move(file, Path.ChangeExtension(file, ".json"));
            if (i % (Files / Kills) == Files / Kills - 1)
            {
                await Task.Delay(random.Next(10, 150), enough.Token);
                await server.KillAsync();
                await server.StartAsync();
            }
        }

        for (var i = 0; i < Files; i++)
        {
            var title = $"File {i:D2}";
            await sandbox.DefaultTenant.WaitForMessageAsync(m => m.Subject == title, enough.Token);
        }

        while (Directory.GetFiles(Path.Combine(_folder, "done")).Length < Files)
        {
            await Task.Delay(20, enough.Token);
        }

        Assert.Empty(Directory.GetFiles(Path.Combine(_folder, "failed")));
        Assert.All( // at the end, so that a second message would be there
            Enumerable.Range(0, Files), i => Assert.Single(sandbox.DefaultTenant.AllMessages(), m => m.Subject == $"File {i:D2}"));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
